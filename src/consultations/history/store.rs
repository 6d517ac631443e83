//! The SQL of the history of requests, and nothing else.

use jiff::Timestamp;

use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::StoredText;

/// One thing that happened to a request.
#[derive(sqlx::FromRow)]
pub struct HistoryEvent {
    pub id: i64,
    pub happened_at: i64,
    /// 'patient', 'system' or 'staff:' and a number.
    #[sqlx(try_from = "StoredText")]
    pub who: String,
    #[sqlx(try_from = "StoredText")]
    pub what: String,
}

pub async fn add_event(
    connection: &mut Connection,
    reference: &str,
    now: Timestamp,
    who: &str,
    what: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into consultation_events (reference, happened_at, who, what) values ($1, $2, $3, $4)",
    )
    .bind(reference)
    .bind(seconds(now))
    .bind(who)
    .bind(what)
    .execute(connection)
    .await?;
    Ok(())
}

/// The number of the last event of a request, who did it and what.
pub async fn last_event(
    connection: &mut Connection,
    reference: &str,
) -> sqlx::Result<Option<(i64, String, String)>> {
    sqlx::query_as(
        "select id, who, what from consultation_events where reference = $1 order by id desc limit 1",
    )
    .bind(reference)
    .fetch_optional(connection)
    .await
}

/// Says more in an event that is already there, and dates it anew.
pub async fn replace_event(
    connection: &mut Connection,
    id: i64,
    now: Timestamp,
    what: &str,
) -> sqlx::Result<()> {
    sqlx::query("update consultation_events set happened_at = $2, what = $3 where id = $1")
        .bind(id)
        .bind(seconds(now))
        .bind(what)
        .execute(connection)
        .await?;
    Ok(())
}

/// What happened to a request, newest first.
pub async fn events(readers: &Readers, reference: &str) -> sqlx::Result<Vec<HistoryEvent>> {
    sqlx::query_as(
        "select id, happened_at, who, what from consultation_events where reference = $1 order by id desc",
    )
    .bind(reference)
    .fetch_all(readers)
    .await
}
