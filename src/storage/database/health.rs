//! Decides whether new data may be written: free disk space, a whole database file, and a disk that does not keep
//! failing.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::storage::database::watch::{Missing, Watch};

/// With less than this free, forms are refused, so that what is under way, erasing and signing in still have room.
pub const LEAST_FREE: u64 = 64 * 1024 * 1024;

/// A second failure of the disk within this time is more than bad luck.
const FAILS_AGAIN_WITHIN: Duration = Duration::from_secs(10 * 60);

pub struct DatabaseHealth {
    folder: PathBuf,
    least_free: AtomicU64,
    damaged: AtomicBool,
    /// The files of the database that was opened.
    watch: OnceLock<Watch>,
    gone: AtomicBool,
    /// What a log that was removed held is in the database.
    log_is_saved: AtomicBool,
    /// Erased rows may still lie in the write-ahead log, because someone was reading.
    log_is_left: AtomicBool,
    last_failure: Mutex<Option<Instant>>,
    failed_again: Notify,
}

impl DatabaseHealth {
    pub fn of(file: &Path) -> DatabaseHealth {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        DatabaseHealth::in_folder(folder.unwrap_or(Path::new(".")))
    }

    pub fn in_folder(folder: &Path) -> DatabaseHealth {
        DatabaseHealth {
            folder: folder.to_owned(),
            least_free: AtomicU64::new(LEAST_FREE),
            damaged: AtomicBool::new(false),
            watch: OnceLock::new(),
            gone: AtomicBool::new(false),
            log_is_saved: AtomicBool::new(false),
            log_is_left: AtomicBool::new(false),
            last_failure: Mutex::default(),
            failed_again: Notify::new(),
        }
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn keep_free(&self, bytes: u64) {
        self.least_free.store(bytes, Ordering::Relaxed);
    }

    pub fn least_free(&self) -> u64 {
        self.least_free.load(Ordering::Relaxed)
    }

    /// Bytes that the program may still write beside the database; nothing when the system does not say.
    pub fn free(&self) -> Option<u64> {
        let found = rustix::fs::statvfs(&self.folder).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }

    pub fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// From now on nothing is written: a damaged file is evidence, and perhaps the only copy of what it holds.
    pub fn set_damaged(&self) {
        if !self.damaged.swap(true, Ordering::Relaxed) {
            tracing::error!(
                "the database is damaged: pages are served, forms are refused, nothing is written; stop the \
                 program and restore the last good backup"
            );
        }
    }

    /// From now on the files of the open database are missed when they are removed, cut or overwritten.
    pub(crate) fn watch(&self, file: &Path) -> io::Result<()> {
        let _ = self.watch.set(Watch::begin(file)?);
        Ok(())
    }

    /// What was done to the database under the running program, which would go on with what nobody finds again.
    pub fn missing(&self) -> Option<Missing> {
        let missing = self.watch.get().and_then(Watch::missing);
        if let Some(missing) = missing
            && !self.gone.swap(true, Ordering::Relaxed)
        {
            tracing::error!("pages are served and forms are refused: {}", missing.words());
        }
        missing
    }

    pub(crate) fn refuse_when_gone(&self) -> sqlx::Result<()> {
        if self.missing().is_some() { Err(refusal(io::ErrorKind::NotFound)) } else { Ok(()) }
    }

    /// True once, when a log was removed whose pages are only in this program's hands.
    pub(crate) fn must_save_log(&self) -> bool {
        self.missing() == Some(Missing::Log) && !self.log_is_saved.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn log_is_not_saved(&self) {
        self.log_is_saved.store(false, Ordering::Relaxed);
    }

    pub(crate) fn log_is_left(&self) -> bool {
        self.log_is_left.load(Ordering::Relaxed)
    }

    pub(crate) fn leave_log(&self, left: bool) {
        self.log_is_left.store(left, Ordering::Relaxed);
    }

    pub(crate) fn refuse_when_damaged(&self) -> sqlx::Result<()> {
        if self.is_damaged() { Err(refusal(io::ErrorKind::InvalidData)) } else { Ok(()) }
    }

    pub(crate) fn refuse_without_room(&self) -> sqlx::Result<()> {
        let full = self.free().is_some_and(|free| free < self.least_free());
        if full { Err(refusal(io::ErrorKind::StorageFull)) } else { Ok(()) }
    }

    /// Counts a failure of the disk under a write. After the second the program stops, so that it starts anew.
    pub(crate) fn disk_failed(&self) {
        let mut last = self.last_failure.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| last.elapsed() < FAILS_AGAIN_WITHIN) {
            tracing::error!("the disk failed again under a write: the program stops for a clean start");
            self.failed_again.notify_one();
        } else {
            tracing::error!(
                "the disk failed under a write; a second time within 10 minutes stops the program"
            );
        }
        *last = Some(Instant::now());
    }

    /// Waits until the disk has failed twice within ten minutes.
    pub async fn failed_again(&self) {
        self.failed_again.notified().await;
    }
}

fn refusal(kind: io::ErrorKind) -> sqlx::Error {
    sqlx::Error::Io(io::Error::from(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_second_failure_within_ten_minutes_asks_for_a_stop_and_one_alone_does_not() {
        let condition = DatabaseHealth::of(Path::new("x.sqlite"));
        condition.disk_failed();
        let stop = tokio::time::timeout(Duration::from_millis(20), condition.failed_again());
        assert!(stop.await.is_err());
        condition.disk_failed();
        let stop = tokio::time::timeout(Duration::from_secs(1), condition.failed_again());
        assert!(stop.await.is_ok());
    }

    #[test]
    fn a_disk_with_less_than_the_reserve_refuses_and_with_more_takes() {
        let folder = tempfile::tempdir().unwrap();
        let condition = DatabaseHealth::of(&folder.path().join("x.sqlite"));
        assert!(condition.free().unwrap() > 0);
        condition.keep_free(u64::MAX);
        assert!(condition.refuse_without_room().is_err());
        condition.keep_free(0);
        assert!(condition.refuse_without_room().is_ok());
    }
}
