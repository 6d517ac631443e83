//! The time that the site last believed, kept in the database so that one start with a wrong clock is noticed.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::storage::clock::{moment, seconds};

/// The last believed time, and how it came to be that.
#[derive(Clone, Copy)]
pub struct BelievedTime {
    pub at: Timestamp,
    /// By how much it has moved of late without the machine having run for it.
    pub drift: SignedDuration,
}

/// Nothing on a site that never ran.
pub async fn find(readers: &SqlitePool) -> sqlx::Result<Option<BelievedTime>> {
    let found: Option<(i64, i64)> =
        sqlx::query_as("select at, drift from believed_time").fetch_optional(readers).await?;
    Ok(found.map(|(at, drift)| BelievedTime { at: moment(at), drift: SignedDuration::from_secs(drift) }))
}

/// Believes this time from now on. Part of a transaction.
pub async fn set(connection: &mut SqliteConnection, believed: BelievedTime) -> sqlx::Result<()> {
    sqlx::query(
        "insert into believed_time (id, at, drift, highest) values (1, $1, $2, $1)
         on conflict (id) do update set at = excluded.at, drift = excluded.drift, highest = max(highest, excluded.at)",
    )
    .bind(seconds(believed.at))
    .bind(believed.drift.as_secs())
    .execute(connection)
    .await?;
    Ok(())
}

/// The same of a time that somebody says is right.
pub async fn confirm(connection: &mut SqliteConnection, at: Timestamp) -> sqlx::Result<()> {
    set(connection, BelievedTime { at, drift: SignedDuration::ZERO }).await
}

/// The highest time that was ever believed, in seconds since 1970. What lies beyond it was stored by a clock that was ahead.
pub async fn highest(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    let found: Option<i64> =
        sqlx::query_scalar("select max(highest, at) from believed_time").fetch_optional(connection).await?;
    Ok(found.unwrap_or(0))
}

/// A moment on the way of a time that is believed.
pub async fn go_on(connection: &mut SqliteConnection, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "insert into believed_time (id, at, highest) values (1, $1, $1)
         on conflict (id) do update set at = excluded.at, highest = max(highest, excluded.at)",
    )
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}
