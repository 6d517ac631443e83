//! The engine of one clinic: one SQLite file, its write-ahead log, and what may happen to them.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection, SqliteExecutor};
use tokio::sync::Mutex;

use crate::storage::database::errors::{BUSY_TIMEOUT, CORRUPT, NOT_A_DATABASE, READ_ONLY, primary_code};
use crate::storage::database::files::read_only;
use crate::storage::database::health::DatabaseHealth;
use crate::storage::database::migrations::MIGRATOR;

// SQLite 3.7.0 to 3.51.2 may corrupt a database when the WAL is reset (sqlite.org/wal.html). It is built in.
const _: () =
    assert!(libsqlite3_sys::SQLITE_VERSION_NUMBER >= 3_051_003, "SQLite can lose data: build with 3.51.3");

/// The connections to an open file.
pub(super) struct Opened {
    pub writer: SqlitePool,
    pub readers: SqlitePool,
    /// Open from the first to the last, so that SQLite keeps one and the same log: it removes it with the last connection.
    pub keeper: Keeper,
}

pub(super) type Keeper = Arc<Mutex<Option<SqliteConnection>>>;

/// Opens or makes the file, and brings its tables up to date. Of a damaged file all connections are closed.
pub(super) async fn open(
    file: &Path,
    synchronous: SqliteSynchronous,
    condition: &DatabaseHealth,
) -> anyhow::Result<Opened> {
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
        warn_of_the_log_beside(file);
        let closed = pool(1).connect_lazy_with(options);
        closed.close().await;
        return Ok(Opened { writer: closed.clone(), readers: closed, keeper: Arc::default() });
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
    Ok(Opened { writer, readers, keeper: Arc::new(Mutex::new(Some(keeper))) })
}

fn warn_of_the_log_beside(file: &Path) {
    let log = file.with_extension("sqlite-wal");
    if std::fs::metadata(&log).is_ok_and(|found| found.len() > 0) {
        tracing::error!(
            "{} lies beside the damaged database: if a copy was put in its place by hand, that log is not the \
             copy's own; move it away and start again, or use `mybackpain restore`",
            log.display()
        );
    }
}

/// True when all of the log is in the database, and the log is empty.
pub(super) async fn fold(by: impl SqliteExecutor<'_>) -> sqlx::Result<bool> {
    let (busy, _, _): (i64, i64, i64) =
        sqlx::query_as("pragma wal_checkpoint(truncate)").fetch_one(by).await?;
    Ok(busy == 0)
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

pub(super) async fn quick_check(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
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
    use crate::storage::database::Database;

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
}
