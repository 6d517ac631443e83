//! The file beside the database that says what was erased on request: a backup that is restored may be older than that.
//!
//! It holds times, tables and references, and nothing about a person.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Result, Write};
use std::path::Path;

use jiff::Timestamp;

use crate::storage::atomic_file;

/// In the data folder. A line for each thing, its parts between tabs.
pub const FILE: &str = "erased.log";

/// Something that was erased because its person asked for that.
#[derive(Clone, PartialEq, Eq, Debug)]
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

/// Leaves out what was erased before a moment: no backup is as old as that.
pub fn forget(folder: &Path, before: Timestamp) -> anyhow::Result<()> {
    let all = read(folder)?;
    let kept: String =
        all.iter().filter(|(at, _)| *at >= before).map(|(at, thing)| thing.line(*at)).collect();
    if all.iter().any(|(at, _)| *at < before) {
        atomic_file::write(&folder.join(FILE), kept.as_bytes())?;
    }
    Ok(())
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
        assert_eq!(read(folder.path()).unwrap(), [(at, withdrawn), (at, row.clone())]);
        forget(folder.path(), at).unwrap();
        assert_eq!(read(folder.path()).unwrap().len(), 2);
        forget(folder.path(), "2026-11-28T14:05:01Z".parse().unwrap()).unwrap();
        assert_eq!(read(folder.path()).unwrap(), []);
    }
}
