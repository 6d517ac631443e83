//! The time that the site last believed, kept in the database so that one start with a wrong clock is noticed.

use jiff::{SignedDuration, Timestamp};
use sqlx::any::AnyExecutor;

use crate::storage::clock::{moment, seconds};
use crate::storage::counted_time;
use crate::storage::data_reader;
use crate::storage::database::{Connection, Readers};
use crate::storage::place::DataPlace;

/// A hundred years, in seconds: a damaged number is read as this.
const LARGEST_DRIFT: i64 = 100 * 366 * 24 * 60 * 60;

/// The last believed time, and how it came to be that.
#[derive(Clone, Copy)]
pub struct BelievedTime {
    pub at: Timestamp,
    /// By how much it has moved of late without the machine having run for it.
    pub drift: SignedDuration,
}

/// Nothing on a site that never ran.
pub async fn find(readers: &Readers) -> sqlx::Result<Option<BelievedTime>> {
    read(readers).await
}

/// The same of a database that is not opened otherwise, and is not changed.
pub async fn find_in(place: &DataPlace) -> anyhow::Result<Option<BelievedTime>> {
    let mut connection = data_reader::open(place).await?;
    let found = read(&mut connection).await;
    connection.close().await?;
    Ok(found?)
}

async fn read(reader: impl AnyExecutor<'_>) -> sqlx::Result<Option<BelievedTime>> {
    let found: Option<(i64, i64)> =
        sqlx::query_as("select at, drift from believed_time").fetch_optional(reader).await?;
    let drift = |stored: i64| SignedDuration::from_secs(stored.clamp(-LARGEST_DRIFT, LARGEST_DRIFT));
    Ok(found.map(|(at, stored)| BelievedTime { at: moment(at), drift: drift(stored) }))
}

/// Believes this time from now on. Part of a transaction.
pub async fn set(connection: &mut Connection, believed: BelievedTime) -> sqlx::Result<()> {
    sqlx::query(
        "insert into believed_time (id, at, drift, highest) values (1, $1, $2, $1)
         on conflict (id) do update set at = excluded.at, drift = excluded.drift, highest = max(believed_time.highest, excluded.at)",
    )
    .bind(seconds(believed.at))
    .bind(believed.drift.as_secs())
    .execute(connection)
    .await?;
    Ok(())
}

/// The same of a time that somebody says is right, and since when the machine was off if it was.
pub async fn confirm(connection: &mut Connection, at: Timestamp, was_off: bool) -> sqlx::Result<()> {
    let before: Option<i64> =
        sqlx::query_scalar("select at from believed_time").fetch_optional(&mut *connection).await?;
    if let Some(before) = before.filter(|_| was_off) {
        counted_time::count_off(connection, moment(before), at).await?;
    }
    set(connection, BelievedTime { at, drift: SignedDuration::ZERO }).await
}

/// The highest time that was ever believed, in seconds since 1970. What lies beyond it was stored by a clock that was ahead.
pub async fn highest(connection: &mut Connection) -> sqlx::Result<i64> {
    let found: Option<i64> =
        sqlx::query_scalar("select max(highest, at) from believed_time").fetch_optional(connection).await?;
    Ok(found.unwrap_or(0))
}

/// A moment on the way of a time that is believed.
pub async fn go_on(connection: &mut Connection, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "insert into believed_time (id, at, highest) values (1, $1, $1)
         on conflict (id) do update set at = excluded.at, highest = max(believed_time.highest, excluded.at)",
    )
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}
