//! The SQL that brings the queue into memory, and nothing else.

use std::collections::HashSet;

use crate::storage::database::Readers;
use crate::storage::readable::{Flag, MaybeText, StoredText, texts};

/// A row of the queue. What the patient wrote is not among it.
#[derive(sqlx::FromRow)]
pub struct QueueIndexRow {
    #[sqlx(try_from = "StoredText")]
    pub reference: String,
    #[sqlx(try_from = "StoredText")]
    pub state: String,
    pub created_at: i64,
    pub due_at: i64,
    pub ended_at: Option<i64>,
    pub changed_at: i64,
    pub revision: i64,
    #[sqlx(try_from = "StoredText")]
    pub sign: String,
    #[sqlx(try_from = "Flag")]
    pub spam: bool,
    #[sqlx(try_from = "StoredText")]
    pub contact_method: String,
    #[sqlx(try_from = "StoredText")]
    pub call_times: String,
    #[sqlx(try_from = "StoredText")]
    pub voicemail: String,
    pub name: Option<Vec<u8>>,
    pub email: Option<Vec<u8>>,
    pub phone: Option<Vec<u8>>,
    pub owner_id: Option<i64>,
    pub next_try_at: Option<i64>,
    #[sqlx(try_from = "StoredText")]
    pub attention: String,
    pub booked_from: Option<i64>,
    pub booked_until: Option<i64>,
    pub calls: i64,
    #[sqlx(try_from = "MaybeText")]
    pub merged_into: Option<String>,
}

/// The last change of any request, and how many were ever erased.
pub async fn pulse(readers: &Readers) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as(
        "select (select coalesce(max(revision), 0) from consultations), times from consultations_erased",
    )
    .fetch_one(readers)
    .await
}

pub async fn references(readers: &Readers) -> sqlx::Result<HashSet<String>> {
    let all: Vec<StoredText> =
        sqlx::query_scalar("select reference from consultations").fetch_all(readers).await?;
    Ok(texts(all).into_iter().collect())
}

/// Requests that changed after the row that was seen last, in the order of their changes.
pub async fn changed(readers: &Readers, seen: &(i64, String), most: i64) -> sqlx::Result<Vec<QueueIndexRow>> {
    sqlx::query_as(
        "select c.reference, state, created_at, due_at, ended_at, changed_at, revision, sign, spam, \
         contact_method, call_times, voicemail, name, email, phone, owner_id, next_try_at, attention, \
         b.starts_at as booked_from, cast(b.starts_at + 60 * b.minutes as bigint) as booked_until, merged_into, \
         (select count(*) from consultation_calls where consultation_calls.reference = c.reference) as calls \
         from consultations c left join bookings b on b.reference = c.reference and b.cancelled_at is null \
         where (revision, c.reference) > ($1, $2) order by revision, c.reference limit $3",
    )
    .bind(seen.0)
    .bind(&seen.1)
    .bind(most)
    .fetch_all(readers)
    .await
}

/// Requests that ended last.
pub async fn ended_last(readers: &Readers, most: i64) -> sqlx::Result<Vec<String>> {
    let all: Vec<StoredText> = sqlx::query_scalar(
        "select reference from consultations where ended_at is not null and merged_into is null \
         order by ended_at desc, reference limit $1",
    )
    .bind(most)
    .fetch_all(readers)
    .await?;
    Ok(texts(all))
}
