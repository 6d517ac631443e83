//! Looks at a file that should be the database, without changing it.

use std::os::unix::fs::FileExt;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _};

use crate::storage::database::connection::{Connection, Held};
use crate::storage::database::errors::BUSY_TIMEOUT;

/// What stands where the database should be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DatabaseFile {
    Nothing,
    /// A file without a table, such as one that was cut off at its head.
    Empty,
    /// With tables, and none of ours.
    OfAnotherProgram,
    /// A database of ours, or a file too damaged to say.
    Ours,
}

/// Looks at the file without changing it.
pub async fn look(file: &Path) -> DatabaseFile {
    match std::fs::metadata(file) {
        Err(_) => return DatabaseFile::Nothing,
        Ok(found) if found.len() == 0 => return DatabaseFile::Empty,
        Ok(_) => {}
    }
    let looked = async {
        let mut connection = SqliteConnection::connect_with(&read_only(file)).await?;
        let tables: sqlx::Result<(i64, i64)> = sqlx::query_as(
            "select count(*), coalesce(sum(name = '_sqlx_migrations'), 0) from sqlite_master where type = 'table'",
        )
        .fetch_one(&mut connection)
        .await;
        connection.close().await?;
        tables
    };
    match looked.await {
        Ok((0, _)) => DatabaseFile::Empty,
        Ok((_, 0)) => DatabaseFile::OfAnotherProgram,
        Ok(_) | Err(_) => DatabaseFile::Ours,
    }
}

/// How many rows a table of this file has. Its name is ours, never a visitor's.
pub async fn count(file: &Path, table: &str) -> sqlx::Result<i64> {
    let mut connection = SqliteConnection::connect_with(&read_only(file)).await?;
    let sql = AssertSqlSafe(format!("select count(*) from {table}"));
    let counted = sqlx::query_scalar(sql).fetch_one(&mut connection).await;
    connection.close().await?;
    counted
}

/// True for a file that was made as a copy or put away whole: it is kept without a write-ahead log, which the one that a
/// program has opened always has (sqlite.org/fileformat.html, 1.3.3).
pub fn is_put_away(file: &Path) -> bool {
    const WRITE_VERSION: u64 = 18;
    let mut version = [0];
    let read = std::fs::File::open(file).and_then(|file| file.read_exact_at(&mut version, WRITE_VERSION));
    read.is_ok() && version == [1]
}

/// Opens a file that is not opened otherwise, to read it.
pub async fn read(file: &Path) -> sqlx::Result<Connection> {
    let opened = SqliteConnection::connect_with(&read_only(file)).await?;
    Ok(Connection(Held::File(opened)))
}

/// The same without what is still in its log.
pub async fn read_without_log(file: &Path) -> sqlx::Result<Connection> {
    let opened = SqliteConnection::connect_with(&read_only(file).immutable(true)).await?;
    Ok(Connection(Held::File(opened)))
}

pub fn read_only(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(file).read_only(true).busy_timeout(BUSY_TIMEOUT)
}
