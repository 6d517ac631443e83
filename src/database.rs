//! Opens the database, applies migrations, and runs every write in one place, so that a failed write is told as it is.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Connection, Pool, Sqlite};
use tokio::time::{Instant, timeout_at};

/// A write that is under way, borrowed from the connection it runs on.
pub type Writing<'c, T> = std::pin::Pin<Box<dyn Future<Output = sqlx::Result<T>> + Send + 'c>>;

pub static MIGRATOR: Migrator = sqlx::migrate!();

/// SQLite 3.7.0 to 3.51.2 may corrupt a database when the WAL is reset (sqlite.org/wal.html).
const OLDEST_SAFE_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// How long a visitor waits for storage that others hold.
const PATIENCE: Duration = Duration::from_secs(5);

/// One writer and several readers on the same file. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Database {
    /// Opens or makes the file, and brings its tables up to date.
    pub async fn open(file: &Path) -> anyhow::Result<Database> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .pragma("secure_delete", "on");
        let writer = pool(1).connect_with(options.clone()).await?;
        assert_safe_version(&writer).await?;
        MIGRATOR.run(&writer).await.context(
            "the database was made by another version of mybackpain; start that version, or restore a backup",
        )?;
        let readers = pool(4).connect_with(options).await?;
        Ok(Database { writer, readers })
    }

    pub fn readers(&self) -> &SqlitePool {
        &self.readers
    }

    /// Runs `work` in one transaction and commits it, in a task of its own: a visitor who goes away changes nothing.
    ///
    /// An error means "not confirmed", never "not stored": a commit may have reached the disk before it failed.
    pub async fn write<T, F>(&self, work: F) -> sqlx::Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Writing<'c, T> + Send + 'static,
    {
        let writer = self.writer.clone();
        tokio::spawn(write_now(writer, work)).await.unwrap_or_else(|_| Err(sqlx::Error::WorkerCrashed))
    }

    /// Folds the write-ahead log into the database and closes every connection.
    pub async fn close(&self) {
        self.readers.close().await;
        let folded = sqlx::query("pragma wal_checkpoint(truncate)").execute(&self.writer).await;
        if let Err(error) = folded {
            tracing::warn!(%error, "the write-ahead log was left for the next start");
        }
        self.writer.close().await;
    }

    /// Erased rows leave the files too: call after forgetting.
    pub async fn truncate_log(&self) -> sqlx::Result<()> {
        sqlx::query("pragma wal_checkpoint(truncate)").execute(&self.writer).await?;
        Ok(())
    }
}

async fn write_now<T, F>(writer: SqlitePool, work: F) -> sqlx::Result<T>
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> Writing<'c, T>,
{
    // One deadline for both: who waited for the writer does not wait as long again for another process's lock.
    let deadline = Instant::now() + PATIENCE;
    let mut connection =
        timeout_at(deadline, writer.acquire()).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    let result = async {
        let begin = timeout_at(deadline, connection.begin_with("begin immediate"));
        let mut transaction = begin.await.map_err(|_| sqlx::Error::PoolTimedOut)??;
        let value = work(&mut transaction).await?;
        transaction.commit().await?;
        Ok(value)
    }
    .await;
    // After "disk full" or a failed fsync the connection refuses every later write: it must not be used again.
    if result.as_ref().is_err_and(poisons) {
        let _ = connection.detach().close_hard().await;
    }
    result
}

fn poisons(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::RowNotFound | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => false,
        // Not begun in time: what sqlx begins after that, it takes back.
        sqlx::Error::PoolTimedOut => false,
        error => !is_constraint(error) && !is_busy(error),
    }
}

/// True when the row was refused because it is already there or breaks a rule of its table.
pub fn is_constraint(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(19)
}

/// True when another process held the database for longer than we wait.
pub fn is_busy(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(5 | 6))
}

/// True when the database cannot be used now, through no fault of the request.
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    // perm, busy, locked, nomem, readonly, ioerr, corrupt, full, cantopen, notadb (sqlite.org/rescode.html)
    matches!(primary_code(error), Some(3 | 5 | 6 | 7 | 8 | 10 | 11 | 13 | 14 | 26))
        || matches!(
            error,
            sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::Io(_)
        )
}

fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let extended: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE).after_connect(
        |connection, _| {
            Box::pin(async move {
                let level: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(&mut *connection).await?;
                let journal: String = sqlx::query_scalar("pragma journal_mode").fetch_one(connection).await?;
                if level == 2 && journal == "wal" {
                    Ok(())
                } else {
                    Err(sqlx::Error::Protocol("the database does not wait for the disk".into()))
                }
            })
        },
    )
}

async fn assert_safe_version(pool: &Pool<Sqlite>) -> anyhow::Result<()> {
    let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(pool).await?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    ensure!(
        (next(), next(), next()) >= OLDEST_SAFE_SQLITE,
        "SQLite {version} can lose data; build with 3.51.3 or newer"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn opened() -> (tempfile::TempDir, Database) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("test.sqlite")).await.unwrap();
        (folder, database)
    }

    #[tokio::test]
    async fn every_connection_waits_for_the_disk() {
        let (_folder, database) = opened().await;
        for pool in [&database.writer, &database.readers] {
            let level: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(pool).await.unwrap();
            assert_eq!(level, 2, "2 is full");
        }
    }

    #[tokio::test]
    async fn a_refused_row_rolls_the_whole_write_back_and_leaves_the_writer_usable() {
        let (_folder, database) = opened().await;
        let insert = |mark: &'static str, times: usize| {
            database.write(move |connection| {
                Box::pin(async move {
                    for _ in 0..times {
                        sqlx::query("insert into suppressions (address_mark, created_at) values ($1, 0)")
                            .bind(mark)
                            .execute(&mut *connection)
                            .await?;
                    }
                    Ok(())
                })
            })
        };
        assert!(is_constraint(&insert("same", 2).await.unwrap_err()));
        insert("other", 1).await.unwrap();
        let kept: Vec<String> = sqlx::query_scalar("select address_mark from suppressions")
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
