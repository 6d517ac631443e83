//! Opens the database, applies migrations, and runs every write in one place, so that each failed write is reported
//! exactly.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection, SqliteExecutor};
use tokio::sync::Mutex;

pub use crate::storage::database::health::DatabaseHealth;
pub use crate::storage::database::watch::Missing;
pub use errors::{is_busy, is_constraint, is_over_budget, is_unavailable};
pub use files::{DatabaseFile, count, is_put_away, look};
pub use writer::Writing;

use errors::{BUSY_TIMEOUT, CORRUPT, NOT_A_DATABASE, READ_ONLY, over_budget, primary_code};
pub(in crate::storage) use files::read_only;
use writer::Writer;

mod errors;
mod files;
pub mod health;
mod watch;
mod writer;

tokio::task_local! {
    /// The answer under way is to a post of the public, whose network may write or has written enough.
    static PUBLIC: bool;
}

pub static MIGRATOR: Migrator = sqlx::migrate!();

// SQLite 3.7.0 to 3.51.2 may corrupt a database when the WAL is reset (sqlite.org/wal.html). It is built in.
const _: () =
    assert!(libsqlite3_sys::SQLITE_VERSION_NUMBER >= 3_051_003, "SQLite can lose data: build with 3.51.3");

/// One writer and several readers on the same file. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    writer: Writer,
    readers: SqlitePool,
    /// Open from the first to the last, so that SQLite keeps one and the same log: it removes it with the last connection.
    keeper: Arc<Mutex<Option<SqliteConnection>>>,
    condition: Arc<DatabaseHealth>,
}

impl Database {
    /// Opens or makes the file, and brings its tables up to date. A damaged file is left as it is: then every read and
    /// write says "not now", and nothing is written over it.
    pub async fn open(file: &Path) -> anyhow::Result<Database> {
        Database::open_with(file, SqliteSynchronous::Full).await
    }

    /// Faster, and without a promise: what is not yet on the disk is lost with the power. For made-up data only.
    pub async fn open_for_filling(file: &Path) -> anyhow::Result<Database> {
        Database::open_with(file, SqliteSynchronous::Off).await
    }

    async fn open_with(file: &Path, synchronous: SqliteSynchronous) -> anyhow::Result<Database> {
        let condition = Arc::new(DatabaseHealth::of(file));
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            // What can be taken back alone is noted in memory, not in a file for each write.
            .pragma("temp_store", "memory")
            .pragma("secure_delete", "on");
        if !is_whole(file).await? {
            condition.set_damaged();
            let log = file.with_extension("sqlite-wal");
            if std::fs::metadata(&log).is_ok_and(|found| found.len() > 0) {
                tracing::error!(
                    "{} lies beside the damaged database: if a copy was put in its place by hand, that log is not the \
                     copy's own; move it away and start again, or use `mybackpain restore`",
                    log.display()
                );
            }
            let closed = pool(1).connect_lazy_with(options);
            closed.close().await;
            let writer = Writer::new(closed.clone(), condition.clone());
            return Ok(Database { writer, readers: closed, keeper: Arc::default(), condition });
        }
        // Here alone a database is made: a connection of later finds the one there is, or fails.
        let keeper = SqliteConnection::connect_with(&options.clone().create_if_missing(true)).await?;
        let writer = pool(1).connect_with(options.clone()).await?;
        ensure_write_ahead_log(&writer).await?;
        MIGRATOR.run(&writer).await.context(
            "the database was made by another version of mybackpain; start that version, or restore a backup",
        )?;
        let readers = pool(4).connect_with(options).await?;
        condition.watch(file).context("the files of the database cannot be read")?;
        let writer = Writer::new(writer, condition.clone());
        Ok(Database { writer, readers, keeper: Arc::new(Mutex::new(Some(keeper))), condition })
    }

    pub fn condition(&self) -> &DatabaseHealth {
        &self.condition
    }

    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Runs `work` whole or not at all, and commits it before it answers: a visitor who goes away changes nothing.
    /// Writes that wait at the same moment share a transaction, each in a savepoint of its own.
    ///
    /// An error means "not confirmed", never "not stored": a commit may have reached the disk before it failed.
    pub async fn write<T, F>(&self, work: F) -> sqlx::Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Writing<'c, T> + Send + 'static,
    {
        self.condition.refuse_when_damaged()?;
        if let Err(gone) = self.condition.refuse_when_gone() {
            self.save_removed_log().await;
            return Err(gone);
        }
        if let Ok(may_write) = PUBLIC.try_with(|may_write| *may_write) {
            self.condition.refuse_without_room()?;
            if !may_write {
                return Err(over_budget());
            }
        }
        self.writer.write(work).await
    }

    /// The same for something new from a visitor: refused while the disk is nearly full. What is under way, erasing,
    /// signing in and the outcome of mails use `write`, and with it the last of the room.
    pub async fn accept<T, F>(&self, work: F) -> sqlx::Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Writing<'c, T> + Send + 'static,
    {
        self.condition.refuse_without_room()?;
        self.write(work).await
    }

    /// Reads the whole file for damage, which takes a while. False, and loudly, when there is some.
    pub async fn check_whole(&self) -> sqlx::Result<bool> {
        let mut connection = self.readers.acquire().await?;
        let whole = quick_check(&mut connection).await?;
        if !whole {
            self.condition.set_damaged();
        }
        Ok(whole)
    }

    /// Folds the write-ahead log into the database and closes every connection.
    pub async fn close(&self) {
        if self.condition.is_damaged() {
            return;
        }
        if self.condition.missing() == Some(Missing::Overwritten) {
            // SQLite folds the log when the last connection is closed, and so would write into what is not ours.
            std::mem::forget(self.clone());
            return;
        }
        self.save_removed_log().await;
        self.readers.close().await;
        match fold(&self.writer.pool).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("someone reads the database: its write-ahead log was left"),
            Err(error) => tracing::warn!(%error, "the write-ahead log was left for the next start"),
        }
        self.writer.pool.close().await;
        if let Some(keeper) = self.keeper.lock().await.take() {
            let _ = keeper.close().await;
        }
    }

    /// Once a log was removed: what it holds goes into the database while it is still in our hands. The keeper alone has
    /// that very log open for sure.
    pub async fn save_removed_log(&self) {
        if !self.condition.must_save_log() {
            return;
        }
        let Some(keeper) = &mut *self.keeper.lock().await else { return };
        match fold(&mut *keeper).await {
            Ok(true) => tracing::info!("what the removed log held is in the database"),
            Ok(false) => self.condition.log_is_not_saved(),
            Err(error) => {
                self.condition.log_is_not_saved();
                tracing::error!(%error, "what the removed log holds could not be saved");
            }
        }
    }

    /// Erased rows leave the files too: call after forgetting. While someone reads what was before, the log stays, and
    /// `truncate_log_again` tries again.
    pub async fn truncate_log(&self) -> sqlx::Result<()> {
        let emptied = fold(&self.writer.pool).await?;
        self.condition.leave_log(!emptied);
        Ok(())
    }

    /// Every minute: empties the log that a reader was in the way of.
    pub async fn truncate_log_again(&self) {
        if !self.condition.log_is_left() {
            return;
        }
        match self.truncate_log().await {
            Ok(()) if self.condition.log_is_left() => {
                tracing::warn!(
                    "erased data is still in the write-ahead log: someone has read for over a minute"
                );
            }
            Ok(()) => {}
            Err(error) => tracing::error!(%error, "the write-ahead log could not be emptied"),
        }
    }
}

/// True when all of the log is in the database, and the log is empty.
async fn fold(by: impl SqliteExecutor<'_>) -> sqlx::Result<bool> {
    let (busy, _, _): (i64, i64, i64) =
        sqlx::query_as("pragma wal_checkpoint(truncate)").fetch_one(by).await?;
    Ok(busy == 0)
}

/// Answers a post of the public: whatever it writes, by `write` too, is refused while the disk is nearly full, and
/// always when its network has written enough.
pub async fn for_the_public<T>(may_write: bool, answer: impl Future<Output = T>) -> T {
    PUBLIC.scope(may_write, answer).await
}

/// Copies the database as it is at this moment into a new file, while others read and write it.
pub async fn copy(file: &Path, to: &Path) -> sqlx::Result<()> {
    let mut connection = SqliteConnection::connect_with(&read_only(file)).await?;
    sqlx::query("vacuum into $1").bind(to.display().to_string()).execute(&mut connection).await?;
    connection.close().await
}

/// True when the tables in this file were made by this program, this version of it or an older one.
pub async fn is_ours(file: &Path) -> anyhow::Result<bool> {
    let mut connection = SqliteConnection::connect_with(&read_only(file)).await?;
    let applied: sqlx::Result<Vec<(i64, Vec<u8>)>> =
        sqlx::query_as("select version, checksum from _sqlx_migrations").fetch_all(&mut connection).await;
    connection.close().await?;
    // A file of others has no such table.
    let applied = applied.unwrap_or_default();
    let is_known = |(version, checksum): &(i64, Vec<u8>)| {
        MIGRATOR.iter().any(|known| known.version == *version && *known.checksum == checksum[..])
    };
    Ok(!applied.is_empty() && applied.iter().all(is_known))
}

/// True when nothing is wrong with the file, or there is none yet. Reads alone: a damaged file stays as it is.
pub async fn is_whole(file: &Path) -> anyhow::Result<bool> {
    if !file.exists() {
        return Ok(true);
    }
    let looked = async {
        let mut connection = SqliteConnection::connect_with(&read_only(file)).await?;
        let whole = quick_check(&mut connection).await;
        connection.close().await?;
        whole
    };
    match looked.await {
        Err(error) if matches!(primary_code(&error), Some(CORRUPT | NOT_A_DATABASE)) => Ok(false),
        // A write of a program that was killed is to be rolled back first, which whoever opens it for writing does.
        Err(error) if primary_code(&error) == Some(READ_ONLY) => Ok(true),
        looked => Ok(looked?),
    }
}

async fn quick_check(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    let checked = sqlx::query_scalar("pragma quick_check(1)").fetch_all(connection).await;
    match checked {
        Ok(found) => Ok(found.iter().all(|line: &String| line == "ok")),
        Err(error) if matches!(primary_code(&error), Some(CORRUPT | NOT_A_DATABASE)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).acquire_timeout(BUSY_TIMEOUT)
}

/// Some file systems, such as those of a network, cannot keep a write-ahead log; SQLite then goes on without one. That
/// each connection waits for the disk needs no check here: a test reads it from every pool.
async fn ensure_write_ahead_log(writer: &SqlitePool) -> anyhow::Result<()> {
    let journal: String = sqlx::query_scalar("pragma journal_mode").fetch_one(writer).await?;
    ensure!(journal == "wal", "the file system of the database keeps no write-ahead log; use a local disk");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::database::errors::poisons;

    async fn opened() -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("test.sqlite")).await.unwrap();
        (folder, database)
    }

    #[tokio::test]
    async fn every_connection_waits_for_the_disk() {
        let (_folder, database) = opened().await;
        for pool in [&database.writer.pool, &database.readers] {
            let level: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(pool).await.unwrap();
            assert_eq!(level, 2, "2 is full");
        }
    }

    #[tokio::test]
    async fn a_database_that_was_killed_in_the_middle_of_its_first_write_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let (file, copy) = (folder.path().join("killed.sqlite"), folder.path().join("copy.sqlite"));
        let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Delete).pragma("cache_size", "1");
        let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
        for sql in [
            "create table waste (words text)",
            "insert into waste with recursive n(i) as (select 1 union select i + 1 from n where i < 2000) \
             select hex(randomblob(100)) from n",
            "begin",
            "update waste set words = hex(randomblob(100))",
        ] {
            sqlx::query(sql).execute(&mut connection).await.unwrap();
        }
        // As the files are at a kill: pages are written, and the journal says what they were.
        std::fs::copy(&file, &copy).unwrap();
        std::fs::copy(folder.path().join("killed.sqlite-journal"), folder.path().join("copy.sqlite-journal"))
            .unwrap();
        let reader = SqliteConnectOptions::new().filename(&copy).read_only(true);
        let mut reader = SqliteConnection::connect_with(&reader).await.unwrap();
        let refused = quick_check(&mut reader).await.unwrap_err();
        assert_eq!(primary_code(&refused), Some(READ_ONLY), "only a writer can roll it back");
        reader.close().await.unwrap();
        let opened = Database::open(&copy).await.unwrap();
        assert!(!opened.condition().is_damaged() && opened.check_whole().await.unwrap());
    }

    #[tokio::test]
    async fn a_refused_row_rolls_the_whole_write_back_and_leaves_the_writer_usable() {
        let (_folder, database) = opened().await;
        let insert = |hash: &'static str, times: usize| {
            database.write(move |connection| {
                Box::pin(async move {
                    for _ in 0..times {
                        sqlx::query("insert into suppressions (address_hash, created_at) values ($1, 0)")
                            .bind(hash)
                            .execute(&mut *connection)
                            .await?;
                    }
                    Ok(())
                })
            })
        };
        assert!(is_constraint(&insert("same", 2).await.unwrap_err()));
        insert("other", 1).await.unwrap();
        let kept: Vec<String> = sqlx::query_scalar("select address_hash from suppressions")
            .fetch_all(database.readers())
            .await
            .unwrap();
        assert_eq!(kept, ["other"]);
    }

    #[tokio::test]
    async fn a_read_only_database_says_so_and_the_next_write_gets_a_fresh_connection() {
        let (_folder, database) = opened().await;
        let refused = database
            .write(|connection| {
                Box::pin(async move {
                    sqlx::query("pragma query_only = on").execute(&mut *connection).await?;
                    sqlx::query("delete from suppressions").execute(&mut *connection).await?;
                    Ok(())
                })
            })
            .await
            .unwrap_err();
        assert!(is_unavailable(&refused) && poisons(&refused));
        database
            .write(|connection| {
                Box::pin(async move {
                    sqlx::query("delete from suppressions").execute(&mut *connection).await?;
                    Ok(())
                })
            })
            .await
            .expect("the poisoned connection was dropped");
    }
}
