//! The file beside the database that says what was erased on request: a backup that is restored may be older than that.
//!
//! It holds times, tables and references, and nothing about a person.

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Result, Write};
use std::path::Path;

use jiff::Timestamp;

use crate::storage::atomic_file;
use crate::storage::clock::moment;
use crate::storage::retention;

/// In the data folder. A line for each thing, its parts between tabs.
pub const FILE: &str = "erased.log";

/// Something that was erased because its person asked for that.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ErasedThing {
    /// A patient withdrew their request.
    Withdrawn { reference: String },
    /// A row that a data-protection request was about.
    Row { table: String, key: String, reference: String },
}

impl ErasedThing {
    fn line(&self, at: Timestamp) -> String {
        match self {
            ErasedThing::Withdrawn { reference } => format!("{at}\twithdrawn\t{reference}\n"),
            ErasedThing::Row { table, key, reference } => {
                format!("{at}\terased\t{table}\t{key}\t{reference}\n")
            }
        }
    }

    /// Nothing for a line that was cut short or is damaged.
    fn parse(line: &str) -> Option<(Timestamp, ErasedThing)> {
        let parts: Vec<&str> = line.split('\t').collect();
        let thing = match parts[1..] {
            ["withdrawn", reference] => ErasedThing::Withdrawn { reference: reference.to_owned() },
            ["erased", table, key, reference] => ErasedThing::Row {
                table: table.to_owned(),
                key: key.to_owned(),
                reference: reference.to_owned(),
            },
            _ => return None,
        };
        Some((parts[0].parse().ok()?, thing))
    }
}

/// Adds what was just erased, and waits for the disk.
pub fn add(folder: &Path, at: Timestamp, things: &[ErasedThing]) -> Result<()> {
    if things.is_empty() {
        return Ok(());
    }
    let lines: String = things.iter().map(|thing| thing.line(at)).collect();
    let mut file = OpenOptions::new().create(true).append(true).open(folder.join(FILE))?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

/// The same where what was erased stays erased whatever comes of the file: the log of the program says what to do.
pub fn add_or_warn(folder: &Path, at: Timestamp, things: &[ErasedThing]) {
    if let Err(error) = add(folder, at, things) {
        tracing::error!(
            %error,
            "what was erased could not be written to {FILE}: a backup from before now would bring it back, so make a new one now"
        );
    }
}

/// Everything that was erased, the first first. Nothing where no file is.
pub fn read(folder: &Path) -> Result<Vec<(Timestamp, ErasedThing)>> {
    match std::fs::read(folder.join(FILE)) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).lines().filter_map(ErasedThing::parse).collect()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Leaves out what was erased so long ago that no backup is as old. A clock that is wrong takes no line away that may still
/// be needed: the newest line says how late it is at least.
pub fn forget(folder: &Path, now: Timestamp) -> anyhow::Result<()> {
    let all = read(folder)?;
    let Some(newest) = all.iter().map(|(at, _)| *at).max() else {
        return Ok(());
    };
    let before = moment(newest.min(now).as_second() - retention::ERASURE);
    if all.iter().any(|(at, _)| *at < before) {
        write(folder, all.iter().filter(|(at, _)| *at >= before))?;
    }
    Ok(())
}

/// Adds to one folder what the file of another says and its own does not, so that no erasure is lost between a site and its
/// backups, whichever of them is the older.
pub fn take_over(from: &Path, into: &Path) -> anyhow::Result<()> {
    let (theirs, mut all) = (read(from)?, read(into)?);
    let before = all.len();
    all.extend(theirs);
    all.sort_by_key(|(at, _)| *at);
    let mut known = HashSet::new();
    all.retain(|one| known.insert(one.clone()));
    if all.len() > before { write(into, all.iter()) } else { Ok(()) }
}

fn write<'a>(folder: &Path, all: impl Iterator<Item = &'a (Timestamp, ErasedThing)>) -> anyhow::Result<()> {
    let lines: String = all.map(|(at, thing)| thing.line(*at)).collect();
    atomic_file::write(&folder.join(FILE), lines.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_read_again_and_a_line_that_was_cut_short_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()).unwrap(), []);
        let at: Timestamp = "2026-11-28T14:05:00Z".parse().unwrap();
        let withdrawn = ErasedThing::Withdrawn { reference: "BP-7K3M-9QX4".into() };
        let [table, key, reference] = ["outbox", "abc@clinic.example", "RP-7K3M-9QX4"].map(str::to_owned);
        let row = ErasedThing::Row { table, key, reference };
        add(folder.path(), at, &[withdrawn.clone(), row.clone()]).unwrap();
        let mut file = OpenOptions::new().append(true).open(folder.path().join(FILE)).unwrap();
        file.write_all(b"2026-11-28T14:06:00Z\terased\tconsul").unwrap();
        assert_eq!(read(folder.path()).unwrap(), [(at, withdrawn), (at, row)]);
    }

    #[test]
    fn a_line_is_forgotten_after_two_years_by_the_newest_line_and_not_by_a_clock_alone() {
        let folder = tempfile::tempdir().unwrap();
        let [first, later, much_later] =
            ["2026-11-28T14:05:00Z", "2028-11-26T14:05:00Z", "2028-11-29T14:05:00Z"]
                .map(|at| at.parse().unwrap());
        let thing = |reference: &str| ErasedThing::Withdrawn { reference: reference.into() };
        add(folder.path(), first, &[thing("BP-7K3M-9QX4")]).unwrap();
        add(folder.path(), later, &[thing("BP-AAAA-AAAA")]).unwrap();
        forget(folder.path(), much_later).unwrap();
        assert_eq!(read(folder.path()).unwrap().len(), 2, "no line is newer than two years after the first");
        add(folder.path(), much_later, &[thing("BP-BBBB-BBBB")]).unwrap();
        forget(folder.path(), later).unwrap();
        assert_eq!(read(folder.path()).unwrap().len(), 3, "the clock went back");
        forget(folder.path(), much_later).unwrap();
        assert_eq!(
            read(folder.path()).unwrap(),
            [(later, thing("BP-AAAA-AAAA")), (much_later, thing("BP-BBBB-BBBB"))]
        );
    }

    #[test]
    fn what_either_of_two_files_says_is_in_both_once() {
        let [site, backups] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        take_over(site.path(), backups.path()).unwrap();
        assert!(!backups.path().join(FILE).exists(), "nothing was erased");
        let [first, later, last] = ["2026-11-28T14:05:00Z", "2026-11-28T14:06:00Z", "2026-11-28T14:07:00Z"]
            .map(|at| at.parse().unwrap());
        let thing = |reference: &str| ErasedThing::Withdrawn { reference: reference.into() };
        add(site.path(), first, &[thing("BP-7K3M-9QX4")]).unwrap();
        add(site.path(), last, &[thing("BP-BBBB-BBBB")]).unwrap();
        add(backups.path(), first, &[thing("BP-7K3M-9QX4")]).unwrap();
        add(backups.path(), later, &[thing("BP-AAAA-AAAA")]).unwrap();
        take_over(site.path(), backups.path()).unwrap();
        take_over(backups.path(), site.path()).unwrap();
        let both =
            [(first, thing("BP-7K3M-9QX4")), (later, thing("BP-AAAA-AAAA")), (last, thing("BP-BBBB-BBBB"))];
        assert_eq!(read(backups.path()).unwrap(), both);
        assert_eq!(read(site.path()).unwrap(), both);
    }
}
