//! Watches the files of the open database: what is removed, cut or overwritten under the running program is missed.
//!
//! The index of the write-ahead log (`-shm`) says how long the log must be, and whether something went from it into the
//! database (sqlite.org/walformat.html, section 2; the SQLite that writes it is built in).

use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

/// What befell the files of the database.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Missing {
    /// The database is not where it was, or another stands there.
    Database,
    /// Its log or the index of it is not where it was. The program still holds it open, and nobody else would find it.
    Log,
    /// The database or its log was cut or written over by somebody else.
    Overwritten,
}

impl Missing {
    /// What is wrong and what to do, as the rest of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Missing::Database => {
                "the database was moved, removed or replaced: put it back, or stop the site and restore the last good \
                 backup"
            }
            Missing::Log => {
                "a file beside the database, its -wal or -shm, was removed or replaced: stop the site and start it \
                 again, without a kill; if the newest requests are not there then, restore the last good backup"
            }
            Missing::Overwritten => {
                "the files of the database were cut or overwritten: stop the site, move them away and restore the last \
                 good backup"
            }
        }
    }
}

/// Device and number, by which the system knows a file.
type Identity = (u64, u64);

/// Bytes at the beginning of a database that say what it is, and change with what is written to it.
const HEAD: usize = 100;
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Bytes of the index: its header twice, then how much of the log is in the database.
const INDEX: usize = 136;
/// Bytes before the first page of the log, and before each page.
const LOG_HEAD: u64 = 32;
const FRAME_HEAD: u64 = 24;
/// Looks until nobody wrote while we looked.
const LOOKS: usize = 50;

pub struct Watch {
    /// The database, its log and the index, each with what it was when it was opened.
    files: [(PathBuf, Identity); 3],
    // Kept open for as long as the program runs: to close a file lets go of SQLite's own locks on it.
    database: File,
    index: File,
    known: Mutex<Known>,
    overwritten: AtomicBool,
}

/// The database as it was at the last look.
struct Known {
    written: Written,
    head: [u8; HEAD],
    length: u64,
    /// Of the last write: another database may begin with the same bytes.
    modified: SystemTime,
}

/// How much went into the database: the salts of the log, and the pages of it that are in the database.
#[derive(Clone, Copy, PartialEq)]
struct Written([u8; 8], u32);

/// What the index says.
#[derive(Clone, Copy, PartialEq)]
struct Index {
    written: Written,
    /// False while pages go into the database.
    is_settled: bool,
    pages_in_log: u64,
    page_length: u64,
    /// In bytes, of the database with the log; 0 when nothing was written since the log was empty.
    length: u64,
}

impl Watch {
    /// The database must be open, and stay so.
    pub fn begin(file: &Path) -> io::Result<Watch> {
        let beside = |end: &str| {
            let mut name = file.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        };
        let known = |path: PathBuf| identity(&path).map(|identity| (path, identity));
        let files = [known(file.to_owned())?, known(beside("-wal"))?, known(beside("-shm"))?];
        let (database, index) = (File::open(&files[0].0)?, File::open(&files[2].0)?);
        let mut head = [0; HEAD];
        database.read_exact_at(&mut head, 0)?;
        let (length, modified) = (database.metadata()?.len(), database.metadata()?.modified()?);
        // Nothing is known of it yet: the next look remembers what it finds.
        let written = Written([0; 8], u32::MAX);
        let known = Mutex::new(Known { written, head, length, modified });
        Ok(Watch { files, database, index, known, overwritten: AtomicBool::new(false) })
    }

    /// What is missing now. What was overwritten stays so.
    pub fn missing(&self) -> Option<Missing> {
        let is_there = |at: usize| identity(&self.files[at].0).is_ok_and(|found| found == self.files[at].1);
        if !is_there(0) {
            return Some(Missing::Database);
        }
        if !is_there(1) || !is_there(2) {
            return Some(Missing::Log);
        }
        // What cannot be read now may be read later, and nothing can be written meanwhile either.
        if !self.overwritten.load(Ordering::Relaxed) && self.look().unwrap_or(false) {
            self.overwritten.store(true, Ordering::Relaxed);
        }
        self.overwritten.load(Ordering::Relaxed).then_some(Missing::Overwritten)
    }

    fn look(&self) -> io::Result<bool> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for _ in 0..LOOKS {
            let Some(before) = self.read_index()? else { continue };
            let log_is_short = self.log_is_short(&before)?;
            let found = self.database.metadata()?;
            let (length, modified) = (found.len(), found.modified()?);
            let mut head = [0; HEAD];
            let read = self.database.read_at(&mut head, 0)?;
            if self.read_index()? != Some(before) {
                continue;
            }
            let is_ours = read == HEAD && head.starts_with(MAGIC);
            let is_cut =
                length < if before.length == 0 { known.length } else { known.length.min(before.length) };
            let as_it_was = (head, length, modified) == (known.head, known.length, known.modified);
            let untouched = !before.is_settled || before.written != known.written || as_it_was;
            if log_is_short || !is_ours || is_cut || !untouched {
                return Ok(true);
            }
            if before.is_settled {
                *known = Known { written: before.written, head, length, modified };
            }
            return Ok(false);
        }
        Ok(false)
    }

    /// Shorter than the index says, or begun anew by somebody else.
    fn log_is_short(&self, index: &Index) -> io::Result<bool> {
        if index.pages_in_log == 0 {
            return Ok(false);
        }
        let log = File::open(&self.files[1].0)?;
        let mut head = [0; 24];
        let read = log.read_at(&mut head, 0)?;
        let length = LOG_HEAD + index.pages_in_log * (FRAME_HEAD + index.page_length);
        Ok(log.metadata()?.len() < length || read < head.len() || head[16..] != index.written.0)
    }

    /// Nothing while it is being written.
    fn read_index(&self) -> io::Result<Option<Index>> {
        let mut bytes = [0; INDEX];
        if self.index.read_at(&mut bytes, 0)? < INDEX || bytes[..48] != bytes[48..96] {
            return Ok(None);
        }
        let number = |at: usize| u32::from_ne_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let page_length = match u16::from_ne_bytes([bytes[14], bytes[15]]) {
            1 => 65_536,
            length => u64::from(length),
        };
        let mut salts = [0; 8];
        salts.copy_from_slice(&bytes[32..40]);
        let (in_database, going) = (number(96), number(128));
        Ok(Some(Index {
            written: Written(salts, in_database),
            is_settled: in_database == going,
            pages_in_log: u64::from(number(16)),
            page_length,
            length: u64::from(number(20)) * page_length,
        }))
    }
}

fn identity(file: &Path) -> io::Result<Identity> {
    let found = std::fs::metadata(file)?;
    Ok((found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;

    use super::*;
    use crate::storage::database::Database;

    async fn write(database: &Database, hash: String) -> sqlx::Result<()> {
        database
            .write(move |c| {
                Box::pin(async move {
                    sqlx::query("insert into suppressions (address_hash, created_at) values ($1, 0)")
                        .bind(hash)
                        .execute(c)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// More than goes into the log before it is folded into the database.
    async fn write_much(database: &Database) {
        for number in 0..40 {
            write(database, format!("{number}-{}", "x".repeat(200_000))).await.unwrap();
        }
    }

    #[tokio::test]
    async fn whatever_sqlite_does_by_itself_is_not_missed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.sqlite");
        let (database, other) = (Database::open(&file).await.unwrap(), Database::open(&file).await.unwrap());
        for _ in 0..2 {
            write_much(&database).await;
            database.truncate_log().await.unwrap();
            write(&other, "from elsewhere".to_owned()).await.unwrap();
            other.truncate_log().await.unwrap();
            for sql in ["delete from suppressions", "vacuum"] {
                let mut connection = other.readers().acquire().await.unwrap();
                sqlx::query(sql).execute(&mut connection).await.unwrap();
            }
            assert_eq!((database.condition().missing(), other.condition().missing()), (None, None));
            write(&database, "after it".to_owned()).await.unwrap();
        }
    }

    #[tokio::test]
    async fn what_is_cut_overwritten_or_removed_is_missed_by_the_next_write() {
        for (name, expected) in [
            ("cut", Missing::Overwritten),
            ("half", Missing::Overwritten),
            ("other", Missing::Overwritten),
            ("log cut", Missing::Overwritten),
            ("log shortened", Missing::Overwritten),
            ("log gone", Missing::Log),
            ("index gone", Missing::Log),
            ("gone", Missing::Database),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let at = |end: &str| folder.path().join(format!("test.sqlite{end}"));
            let database = Database::open(&at("")).await.unwrap();
            write_much(&database).await;
            write(&database, "kept".to_owned()).await.unwrap();
            let open = |end: &str| OpenOptions::new().write(true).open(at(end)).unwrap();
            let length = |end: &str| std::fs::metadata(at(end)).unwrap().len();
            match name {
                "cut" => open("").set_len(0).unwrap(),
                "half" => open("").set_len(length("") / 2).unwrap(),
                "other" => open("").write_all_at(&[9; 20], 24).unwrap(),
                "log cut" => open("-wal").set_len(0).unwrap(),
                "log shortened" => open("-wal").set_len(40).unwrap(),
                "log gone" => std::fs::remove_file(at("-wal")).unwrap(),
                "index gone" => std::fs::remove_file(at("-shm")).unwrap(),
                _ => std::fs::remove_file(at("")).unwrap(),
            }
            assert_eq!(database.condition().missing(), Some(expected), "{name}");
            assert!(write(&database, "refused".to_owned()).await.is_err(), "{name}");
        }
    }
}
