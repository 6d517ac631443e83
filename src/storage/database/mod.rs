//! The database, of whichever engine: opened, read by several connections, and written in one place, so that each failed
//! write is reported exactly.

use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::SqliteSynchronous;

pub use crate::storage::database::health::DatabaseHealth;
pub use crate::storage::database::watch::Missing;
use crate::storage::long_work::LongWork;
pub use connection::Connection;
pub use errors::{is_busy, is_constraint, is_over_budget, is_unavailable};
pub use files::{DatabaseFile, count, is_put_away, look, read, read_without_log};
pub use migrations::{MIGRATOR, SERVER_MIGRATOR, TablesAge};
pub use postgres::{ensure_nobody_serves, look_at_server, read_server};
pub use readers::Readers;
pub use sqlite::{copy, is_ours, is_whole};
pub use together::Alone;
pub use transfer::CopiedTable;
pub use writer::Writing;

use errors::over_budget;
use readers::Pool;
use sqlite::Keeper;
use together::Together;
use writer::Writer;

mod connection;
mod engine;
mod errors;
mod files;
pub mod health;
mod migrations;
mod postgres;
mod readers;
mod sqlite;
mod tables;
mod together;
mod transfer;
mod watch;
mod writer;

tokio::task_local! {
    /// The answer under way is to a post of the public, whose network may write or has written enough.
    static PUBLIC: bool;
}

/// One writer and several readers of the same data. Cheap to clone.
#[derive(Clone)]
pub struct Database {
    writer: Writer,
    readers: Readers,
    /// Of a file alone.
    keeper: Keeper,
    together: Arc<Together>,
    condition: Arc<DatabaseHealth>,
}

impl Database {
    /// Opens or makes the file, and brings its tables up to date. A damaged file is left as it is: then every read and
    /// write says "not now", and nothing is written over it.
    pub async fn open(file: &Path) -> anyhow::Result<Database> {
        Database::open_file(file, SqliteSynchronous::Full).await
    }

    /// Faster, and without a promise: what is not yet on the disk is lost with the power. For made-up data only.
    pub async fn open_for_filling(file: &Path) -> anyhow::Result<Database> {
        Database::open_file(file, SqliteSynchronous::Off).await
    }

    /// Connects to a PostgreSQL server, and brings the tables there up to date. Files such as mails stay in the data folder.
    pub async fn connect(address: &str, folder: &Path) -> anyhow::Result<Database> {
        let condition = Arc::new(DatabaseHealth::in_folder(folder));
        let (writer, readers) = postgres::open(address).await?;
        let writer = Writer::new(Pool::Postgres(writer), condition.clone());
        Ok(Database {
            writer,
            readers: Readers(Pool::Postgres(readers)),
            keeper: Arc::default(),
            together: Together::with_others(),
            condition,
        })
    }

    async fn open_file(file: &Path, synchronous: SqliteSynchronous) -> anyhow::Result<Database> {
        let condition = Arc::new(DatabaseHealth::of(file));
        let sqlite::Opened { writer, readers, keeper } = sqlite::open(file, synchronous, &condition).await?;
        let writer = Writer::new(Pool::Sqlite(writer), condition.clone());
        Ok(Database {
            writer,
            readers: Readers(Pool::Sqlite(readers)),
            keeper,
            together: Together::alone(),
            condition,
        })
    }

    /// A program that serves the site takes part in what those on one database share: one of them leads.
    pub fn take_part(&self) {
        if let Pool::Postgres(readers) = &self.readers.0 {
            self.together.take_part(readers);
            self.writer.limit_time();
        }
    }

    /// For what changes the data as a whole: no program serves the site with it until this is dropped. A file has the lock
    /// on its folder for that.
    pub async fn take_alone(&self) -> anyhow::Result<Option<Alone>> {
        let Pool::Postgres(readers) = &self.readers.0 else { return Ok(None) };
        Ok(Some(together::take_alone(&readers.connect_options()).await?))
    }

    /// The first table that holds anything but what a new database has.
    pub async fn first_with_rows(&self) -> sqlx::Result<Option<String>> {
        transfer::first_with_rows(&self.readers).await
    }

    /// Copies every row into another database, whole or not at all. One of the two is on a server. What is written here
    /// meanwhile is not copied. An error names the table that was in the way.
    pub async fn copy_into(&self, to: &Database, work: &LongWork) -> sqlx::Result<Vec<CopiedTable>> {
        let on_server = if self.is_shared() { &self.readers } else { &to.readers };
        let tables = transfer::tables(on_server).await?;
        transfer::copy_all(&self.readers, &to.writer, tables, work).await
    }

    /// True when other programs may work on the same data.
    pub fn is_shared(&self) -> bool {
        matches!(self.readers.0, Pool::Postgres(_))
    }

    /// True when mails, reminders, erasing and the weekly mail are the work of this program, and of no other.
    pub fn leads(&self) -> bool {
        self.together.leads()
    }

    /// Waits until a program that shares the database has stored a mail; with a file, for ever.
    pub async fn mail_waits(&self) {
        self.together.mail_waits().await;
    }

    /// Tells every program on this database, this one too, up to 8,000 bytes. Nothing with a file.
    pub async fn tell_others(&self, words: String) -> sqlx::Result<()> {
        match &self.readers.0 {
            Pool::Postgres(readers) => together::tell_others(readers, words).await,
            Pool::Sqlite(_) => Ok(()),
        }
    }

    /// What is told from now on.
    pub fn hear_others(&self) -> tokio::sync::broadcast::Receiver<String> {
        self.together.hear()
    }

    pub fn condition(&self) -> &DatabaseHealth {
        &self.condition
    }

    pub fn readers(&self) -> &Readers {
        &self.readers
    }

    /// Runs `work` whole or not at all, and commits it before it answers: a visitor who goes away changes nothing.
    /// Writes that wait at the same moment share a transaction, each in a savepoint of its own.
    ///
    /// An error means "not confirmed", never "not stored": a commit may have reached the disk before it failed.
    pub async fn write<T, F>(&self, work: F) -> sqlx::Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Writing<'c, T> + Send + 'static,
    {
        self.refuse_when_away().await?;
        if let Ok(may_write) = PUBLIC.try_with(|may_write| *may_write) {
            self.condition.refuse_without_room()?;
            if !may_write {
                return Err(over_budget());
            }
        }
        self.writer.write(work, false).await
    }

    /// The same for what the program does by itself, and may be much at once: a server is given ten minutes for it.
    pub async fn write_much<T, F>(&self, work: F) -> sqlx::Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Writing<'c, T> + Send + 'static,
    {
        self.refuse_when_away().await?;
        self.writer.write(work, true).await
    }

    async fn refuse_when_away(&self) -> sqlx::Result<()> {
        self.condition.refuse_when_damaged()?;
        if let Err(gone) = self.condition.refuse_when_gone() {
            self.save_removed_log().await;
            return Err(gone);
        }
        Ok(())
    }

    /// The same for something new from a visitor: refused while the disk is nearly full. What is under way, erasing,
    /// signing in and the outcome of mails use `write`, and with it the last of the room.
    pub async fn accept<T, F>(&self, work: F) -> sqlx::Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Writing<'c, T> + Send + 'static,
    {
        self.condition.refuse_without_room()?;
        self.write(work).await
    }

    /// Reads the whole file for damage, which takes a while. False, and loudly, when there is some.
    pub async fn check_whole(&self) -> sqlx::Result<bool> {
        let Pool::Sqlite(readers) = &self.readers.0 else { return Ok(true) };
        let whole = sqlite::quick_check(&mut *readers.acquire().await?).await?;
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
        if let Pool::Sqlite(writer) = &self.writer.pool {
            match sqlite::fold(writer).await {
                Ok(true) => {}
                Ok(false) => tracing::warn!("someone reads the database: its write-ahead log was left"),
                Err(error) => tracing::warn!(%error, "the write-ahead log was left for the next start"),
            }
        }
        self.writer.pool.close().await;
        if let Some(keeper) = self.keeper.lock().await.take() {
            let _ = sqlx::Connection::close(keeper).await;
        }
    }

    /// Once a log was removed: what it holds goes into the database while it is still in our hands. The keeper alone has
    /// that very log open for sure.
    pub async fn save_removed_log(&self) {
        if !self.condition.must_save_log() {
            return;
        }
        let Some(keeper) = &mut *self.keeper.lock().await else { return };
        match sqlite::fold(&mut *keeper).await {
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
        if let Pool::Sqlite(writer) = &self.writer.pool {
            self.condition.leave_log(!sqlite::fold(writer).await?);
        }
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

/// Answers a post of the public: whatever it writes, by `write` too, is refused while the disk is nearly full, and
/// always when its network has written enough.
pub async fn for_the_public<T>(may_write: bool, answer: impl Future<Output = T>) -> T {
    PUBLIC.scope(may_write, answer).await
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
        for pool in [&Readers(database.writer.pool.clone()), database.readers()] {
            let level: i64 = sqlx::query_scalar("pragma synchronous").fetch_one(pool).await.unwrap();
            assert_eq!(level, 2, "2 is full");
        }
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
