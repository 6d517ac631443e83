//! Mail as files, for a machine without a mail server: one `.eml` per message, whole or not there at all.

use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use tempfile::NamedTempFile;

use crate::mail::purpose::Purpose;
use crate::storage::database::Database;

/// In the data folder: mails as files, when there is no mail server.
pub const FOLDER: &str = "mail";
/// How the name of a file begins: when its mail was made.
const MADE_AT: &str = "%Y%m%dT%H%M%SZ";
/// What was not finished by then was left by a program that was killed.
const UNFINISHED: Duration = Duration::from_secs(60 * 60);

/// Writes a message. The same message twice is one file; another of the same second and reference gets a number.
pub fn keep(
    folder: &Path,
    created_at: Timestamp,
    purpose: Purpose,
    reference: &str,
    message: &[u8],
) -> std::io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let name = format!("{}-{}-{}", created_at.strftime(MADE_AT), purpose.as_str(), in_names(reference));
    let mut unfinished = write(folder, message)?;
    let mut number = 1;
    loop {
        let file = match number {
            1 => folder.join(format!("{name}.eml")),
            _ => folder.join(format!("{name}-{number}.eml")),
        };
        match unfinished.persist_noclobber(&file) {
            Ok(_) => return fs::File::open(folder)?.sync_all(),
            Err(taken) if taken.error.kind() == ErrorKind::AlreadyExists => {
                if fs::read(&file)? == message {
                    return Ok(());
                }
                unfinished = taken.file;
                number += 1;
            }
            Err(failed) => return Err(failed.error),
        }
    }
}

/// A file of its own that is removed unless it gets its name.
fn write(folder: &Path, message: &[u8]) -> std::io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix(".").suffix(".new").tempfile_in(folder)?;
    file.write_all(message)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Removes the files of mails about what was erased: they hold what the mails held. Call after the commit.
pub async fn forget_files(database: &Database, references: Vec<String>) {
    let folder = folder_of(database);
    remove_files(move || forget(&folder, &references)).await;
}

/// Removes the files of mails made before `before`, whatever they are about.
pub async fn forget_old_files(database: &Database, before: Timestamp) {
    let folder = folder_of(database);
    remove_files(move || forget_old(&folder, before)).await;
}

fn folder_of(database: &Database) -> PathBuf {
    database.condition().folder().join(FOLDER)
}

/// A file that stays is tried again by the hourly pass, when it is old enough.
async fn remove_files(remove: impl FnOnce() -> std::io::Result<usize> + Send + 'static) {
    let error = match tokio::task::spawn_blocking(remove).await {
        Ok(Ok(_)) => return,
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::error!(error, "files of erased mails could not be removed");
}

/// Removes every file about one of these references, and says how many there were.
fn forget(folder: &Path, references: &[String]) -> std::io::Result<usize> {
    let references: Vec<String> = references.iter().map(|reference| in_names(reference)).collect();
    remove(folder, |name, _| references.iter().any(|reference| is_about(name, reference)))
}

/// Removes every file of a mail that was made before `before`, and what was never finished.
fn forget_old(folder: &Path, before: Timestamp) -> std::io::Result<usize> {
    remove(folder, |name, file| {
        let left = || {
            file.metadata()
                .and_then(|about| about.modified())
                .is_ok_and(|at| at.elapsed().is_ok_and(|age| age > UNFINISHED))
        };
        made_at(name).is_some_and(|at| at < before) || (name.ends_with(".new") && left())
    })
}

fn remove(folder: &Path, is_to_go: impl Fn(&str, &PathBuf) -> bool) -> std::io::Result<usize> {
    let all = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        all => all?,
    };
    let mut gone = 0;
    for file in all {
        let file = file?.path();
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if is_to_go(name, &file) {
            fs::remove_file(&file)?;
            gone += 1;
        }
    }
    if gone > 0 {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(gone)
}

/// True for "TIME-PURPOSE-REFERENCE.eml", with or without a number before the ending.
fn is_about(name: &str, reference: &str) -> bool {
    let Some(name) = name.strip_suffix(".eml") else { return false };
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let ends = |name: &str| name.strip_suffix(reference).is_some_and(|rest| rest.ends_with('-'));
    ends(name) || name.rsplit_once('-').is_some_and(|(name, number)| is_number(number) && ends(name))
}

fn made_at(name: &str) -> Option<Timestamp> {
    let (time, _) = name.split_once('-').filter(|_| name.ends_with(".eml"))?;
    Some(DateTime::strptime(MADE_AT, time).ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

fn in_names(reference: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    reference.chars().map(safe).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_about_its_own_reference_alone() {
        for name in
            ["20260520T090000Z-report-RP-2222-3333.eml", "20260520T090000Z-report-RP-2222-3333-12.eml"]
        {
            assert!(is_about(name, "RP-2222-3333"), "{name}");
            assert!(!is_about(name, "2222-3333-1") && !is_about(name, "RP-2222-333"), "{name}");
            assert_eq!(made_at(name), Some("2026-05-20T09:00:00Z".parse().unwrap()), "{name}");
        }
        assert!(!is_about("notes.txt", "RP-2222-3333") && made_at("notes-1.eml").is_none());
        assert!(!is_about("20260520T090000Z-report-XRP-2222-3333.eml", "RP-2222-3333"));
    }
}
