//! The SQL of reports, and nothing else.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::patients::reports::Report;
use crate::storage::clock::seconds;
use crate::storage::encryption::{Cipher, FieldId};

pub async fn insert(connection: &mut SqliteConnection, cipher: &Cipher, report: &Report) -> sqlx::Result<()> {
    let place = |column| FieldId { table: "reports", reference: &report.reference, column };
    sqlx::query(
        "insert into reports (reference, created_at, about, name, email, content_mark, state) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(&report.reference)
    .bind(seconds(report.created_at))
    .bind(&report.about)
    .bind(cipher.encrypt(place("name"), &report.name))
    .bind(cipher.encrypt(place("email"), &report.email))
    .bind(&report.content_mark)
    .bind(report.state.word())
    .execute(connection)
    .await?;
    Ok(())
}

/// True when this key already made a report.
pub async fn submitted(connection: &mut SqliteConnection, key_hash: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select 1 from submissions where key_hash = $1 and kind = 'report')")
        .bind(key_hash)
        .fetch_one(connection)
        .await
}

pub async fn remember_key(
    connection: &mut SqliteConnection,
    key_hash: &str,
    reference: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into submissions (key_hash, kind, reference, created_at) values ($1, 'report', $2, $3)",
    )
    .bind(key_hash)
    .bind(reference)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// True when the same page was sent to the same address and name since `since`.
pub async fn same_content(
    connection: &mut SqliteConnection,
    content_mark: &str,
    since: i64,
) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select 1 from reports where content_mark = $1 and created_at >= $2 and state <> 'suppressed')",
    )
    .bind(content_mark)
    .bind(since)
    .fetch_one(connection)
    .await
}

/// A report whose mail was taken back.
pub async fn suppress(connection: &mut SqliteConnection, reference: &str) -> sqlx::Result<()> {
    sqlx::query("update reports set state = 'suppressed' where reference = $1")
        .bind(reference)
        .execute(connection)
        .await?;
    Ok(())
}

/// Slugs of the pages that a key's report is about, with commas between them.
pub async fn about(readers: &sqlx::SqlitePool, key_hash: &str) -> sqlx::Result<String> {
    sqlx::query_scalar(
        "select reports.about from reports join submissions using (reference) \
         where submissions.key_hash = $1 and submissions.kind = 'report'",
    )
    .bind(key_hash)
    .fetch_one(readers)
    .await
}

/// Erases the address of every report whose mail ended before `before`, or that was never to be sent and is as old.
/// The row stays, as a count. Says how many.
pub async fn forget(connection: &mut SqliteConnection, before: i64) -> sqlx::Result<u64> {
    let gone = sqlx::query(
        "update reports set name = null, email = null, content_mark = null, state = 'forgotten' \
         where state <> 'forgotten' and created_at < $1 and not exists (select 1 from outbox \
         where outbox.reference = reports.reference and (outbox.finished_at is null or outbox.finished_at >= $1))",
    )
    .bind(before)
    .execute(connection)
    .await?;
    Ok(gone.rows_affected())
}
