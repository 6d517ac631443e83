//! The keys of forms that were sent, and what each made: the same key again leads to the same answer.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::storage::clock::seconds;
use crate::storage::counted_time::is_over;
use crate::storage::database::Connection;

/// The reference that a key led to, if its form was stored. `key_hash` is of one kind of form (`SubmissionKey::hash`).
pub async fn find(connection: &mut Connection, key_hash: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("select reference from submissions where key_hash = $1")
        .bind(key_hash)
        .fetch_optional(connection)
        .await
}

/// Remembers what a key led to.
pub async fn insert(
    connection: &mut Connection,
    key_hash: &str,
    kind: &str,
    reference: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("insert into submissions (key_hash, kind, reference, created_at) values ($1, $2, $3, $4)")
        .bind(key_hash)
        .bind(kind)
        .bind(reference)
        .bind(seconds(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Erases keys from before `before`, in seconds since 1970.
pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<()> {
    sqlx::query(AssertSqlSafe(format!("delete from submissions where {}", is_over("created_at"))))
        .bind(before)
        .execute(connection)
        .await?;
    Ok(())
}
