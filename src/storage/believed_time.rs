//! The time that the site last believed, kept in the database so that one start with a wrong clock is noticed.

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::storage::clock::{moment, seconds};

/// Nothing on a site that never ran.
pub async fn find(readers: &SqlitePool) -> sqlx::Result<Option<Timestamp>> {
    let found: Option<i64> =
        sqlx::query_scalar("select at from believed_time").fetch_optional(readers).await?;
    Ok(found.map(moment))
}

/// Believes this time from now on. Part of a transaction.
pub async fn set(connection: &mut SqliteConnection, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "insert into believed_time (id, at) values (1, $1) on conflict (id) do update set at = excluded.at",
    )
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}
