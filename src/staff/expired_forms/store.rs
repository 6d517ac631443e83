//! The SQL of forms that came after a session had ended, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::storage::clock::seconds;
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::StoredText;

/// More than a person has open at once; the oldest go first.
const MOST_KEPT: i64 = 5;

#[derive(sqlx::FromRow)]
pub struct ExpiredFormRow {
    #[sqlx(try_from = "StoredText")]
    pub reference: String,
    #[sqlx(try_from = "StoredText")]
    pub path: String,
    pub fields: Vec<u8>,
    pub created_at: i64,
}

pub async fn insert(
    connection: &mut Connection,
    reference: &str,
    staff: i64,
    path: &str,
    fields: Vec<u8>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into expired_forms (reference, staff_id, path, fields, created_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(reference)
    .bind(staff)
    .bind(path)
    .bind(fields)
    .bind(seconds(now))
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "delete from expired_forms where staff_id = $1 and rowid not in \
         (select rowid from expired_forms where staff_id = $1 order by rowid desc limit $2)",
    )
    .bind(staff)
    .bind(MOST_KEPT)
    .execute(connection)
    .await?;
    Ok(())
}

/// What waits for an account, the latest first.
pub async fn of(readers: &Readers, staff: i64) -> sqlx::Result<Vec<ExpiredFormRow>> {
    sqlx::query_as(
        "select reference, path, fields, created_at from expired_forms where staff_id = $1 order by rowid desc",
    )
    .bind(staff)
    .fetch_all(readers)
    .await
}

/// Takes one away.
pub async fn take(connection: &mut Connection, staff: i64, reference: &str) -> sqlx::Result<()> {
    sqlx::query("delete from expired_forms where reference = $1 and staff_id = $2")
        .bind(reference)
        .bind(staff)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<()> {
    sqlx::query(AssertSqlSafe(format!("delete from expired_forms where {}", is_over("created_at"))))
        .bind(before)
        .execute(connection)
        .await?;
    Ok(())
}
