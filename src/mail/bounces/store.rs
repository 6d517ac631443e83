//! The SQL of reports about mails that were sent.

use crate::mail::purpose::Purpose;
use crate::storage::database::Connection;

/// A mail that was handed to a mail server.
#[derive(sqlx::FromRow)]
pub struct SentMail {
    pub id: i64,
    pub message_id: String,
    #[sqlx(try_from = "String")]
    pub purpose: Purpose,
    pub reference: String,
    pub recipient: Option<Vec<u8>>,
}

/// The mail of a Message-ID, when it was sent and nothing was reported about it yet.
pub async fn sent(connection: &mut Connection, message_id: &str) -> sqlx::Result<Option<SentMail>> {
    sqlx::query_as(
        "select id, message_id, purpose, reference, recipient from outbox where message_id = $1 and state = 'sent'",
    )
    .bind(message_id)
    .fetch_optional(connection)
    .await
}

/// The same by its number.
pub async fn sent_by_number(connection: &mut Connection, id: i64) -> sqlx::Result<Option<SentMail>> {
    sqlx::query_as(
        "select id, message_id, purpose, reference, recipient from outbox where id = $1 and state = 'sent'",
    )
    .bind(id)
    .fetch_optional(connection)
    .await
}

pub async fn fail(connection: &mut Connection, id: i64, trouble: Vec<u8>, now: i64) -> sqlx::Result<()> {
    sqlx::query("update outbox set state = 'failed', trouble = $2, finished_at = $3 where id = $1")
        .bind(id)
        .bind(trouble)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}
