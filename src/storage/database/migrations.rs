//! The migrations of both engines. From number 36 on each change has a file of the same number in both folders.

use sqlx::migrate::Migrator;

/// Of a SQLite file.
pub static MIGRATOR: Migrator = sqlx::migrate!();
/// Of a PostgreSQL database; the first makes the tables as those of a file are.
pub static SERVER_MIGRATOR: Migrator = sqlx::migrate!("migrations/postgres");

/// The number of the newest.
pub fn newest() -> i64 {
    SERVER_MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or(0)
}
