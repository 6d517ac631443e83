//! The migrations of both engines. From number 36 on each change has a file of the same number in both folders.

use std::cmp::Ordering;

use sqlx::any::AnyExecutor;
use sqlx::migrate::Migrator;

/// Of a SQLite file.
pub static MIGRATOR: Migrator = sqlx::migrate!();
/// Of a PostgreSQL database; the first makes the tables as those of a file are.
pub static SERVER_MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// The number of the newest.
pub fn newest() -> i64 {
    SERVER_MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// By which version of the program the tables of a database were made, beside this one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TablesAge {
    /// There are none yet, or nobody can say.
    None,
    Older,
    Same,
    Newer,
}

impl TablesAge {
    pub async fn read(reader: impl AnyExecutor<'_>) -> TablesAge {
        let made = sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(reader).await;
        // Before a first start there is no such table.
        let made: Option<i64> = made.unwrap_or_default();
        made.map_or(TablesAge::None, |made| match made.cmp(&newest()) {
            Ordering::Less => TablesAge::Older,
            Ordering::Equal => TablesAge::Same,
            Ordering::Greater => TablesAge::Newer,
        })
    }
}
