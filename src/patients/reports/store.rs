//! The SQL of reports, and nothing else.

use sqlx::AssertSqlSafe;

use crate::patients::reports::report::Report;
use crate::storage::clock::seconds;
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::Cipher;

pub async fn insert(connection: &mut Connection, cipher: &Cipher, report: &Report) -> sqlx::Result<()> {
    let row = cipher.row("reports", &report.reference);
    sqlx::query(
        "insert into reports (reference, created_at, about, name, email, content_hash, state) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&report.reference)
    .bind(seconds(report.created_at))
    .bind(&report.about)
    .bind(row.encrypt("name", &report.name))
    .bind(row.encrypt("email", &report.email))
    .bind(&report.content_hash)
    .bind(report.state.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// The report of the same pages to the same address and name since `since`, unless none was sent.
pub async fn same_content(
    connection: &mut Connection,
    content_hash: &str,
    since: i64,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(
        "select reference from reports where content_hash = $1 and created_at >= $2 and state <> 'suppressed' \
         order by created_at desc limit 1",
    )
    .bind(content_hash)
    .bind(since)
    .fetch_optional(connection)
    .await
}

/// A report whose mail was taken back.
pub async fn suppress(connection: &mut Connection, reference: &str) -> sqlx::Result<()> {
    sqlx::query("update reports set state = 'suppressed' where reference = $1")
        .bind(reference)
        .execute(connection)
        .await?;
    Ok(())
}

/// The reference of a key's report, and the slugs of its pages with commas between them.
pub async fn find_by_key(readers: &Readers, key_hash: &str) -> sqlx::Result<(String, String)> {
    sqlx::query_as(
        "select reports.reference, reports.about from reports join submissions using (reference) \
         where submissions.key_hash = $1 and submissions.kind = 'report'",
    )
    .bind(key_hash)
    .fetch_one(readers)
    .await
}

/// Erases the address of every report whose mail ended before `before`, or that was never to be sent and is as old.
/// The row stays, as a count. Says how many.
pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<u64> {
    let gone = sqlx::query(AssertSqlSafe(format!(
        "update reports set name = null, email = null, content_hash = null, state = 'forgotten' \
         where state <> 'forgotten' and {is_over} and not exists (select 1 from outbox \
         where outbox.reference = reports.reference and (outbox.finished_at is null or not {is_sent_long_ago}))",
        is_over = is_over("reports.created_at"),
        is_sent_long_ago = is_over("outbox.finished_at")
    )))
    .bind(before)
    .execute(connection)
    .await?;
    Ok(gone.rows_affected())
}
