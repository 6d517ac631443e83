//! The SQL of mail that has not gone and is changed or replaced; and nothing else.

use sqlx::AssertSqlSafe;

use crate::mail::purpose::Purpose;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::Flag;

/// What waits, failed, or is being sent, gives way to a newer mail of its topic. One that is being sent hangs up before
/// its final dot, and is not tried again.
pub async fn replace_older(
    connection: &mut Connection,
    topic: &str,
    newest: Option<i64>,
    now: i64,
) -> sqlx::Result<()> {
    sqlx::query(
        "update outbox
         set state = 'replaced', finished_at = $3, followed_by = $2, letter = null, message = null, recipient = null,
             trouble = null
         where topic = $1 and id <> coalesce($2, 0) and state not in ('sent', 'replaced') and settled_at is null",
    )
    .bind(topic)
    .bind(newest)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Number, Message-ID and letter of the newest mail that has never gone.
pub async fn waiting_letter(
    connection: &mut Connection,
    purpose: Purpose,
    reference: &str,
) -> sqlx::Result<Option<(i64, String, Vec<u8>)>> {
    sqlx::query_as(
        "select id, message_id, letter from outbox
         where reference = $1 and purpose = $2 and state in ('queued', 'retry') and message is null
             and letter is not null
         order by id desc limit 1",
    )
    .bind(reference)
    .bind(purpose.as_str())
    .fetch_optional(connection)
    .await
}

/// Message-ID and letter of each mail of its purpose that has not gone, and was not dealt with, the newest last.
pub async fn unsent_letters(
    connection: &mut Connection,
    purpose: Purpose,
    reference: &str,
) -> sqlx::Result<Vec<(String, Vec<u8>)>> {
    sqlx::query_as(
        "select message_id, letter from outbox
         where reference = $1 and purpose = $2 and state not in ('sent', 'replaced') and settled_at is null
             and letter is not null
         order by id",
    )
    .bind(reference)
    .bind(purpose.as_str())
    .fetch_all(connection)
    .await
}

/// None of these mails goes any more. One that is being sent hangs up before its final dot.
pub async fn replace_unsent(
    connection: &mut Connection,
    purpose: Purpose,
    reference: &str,
    now: i64,
) -> sqlx::Result<()> {
    sqlx::query(
        "update outbox
         set state = 'replaced', finished_at = $3, letter = null, message = null, recipient = null, trouble = null
         where reference = $1 and purpose = $2 and state not in ('sent', 'replaced') and settled_at is null",
    )
    .bind(reference)
    .bind(purpose.as_str())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_letter(connection: &mut Connection, id: i64, letter: Vec<u8>) -> sqlx::Result<()> {
    sqlx::query("update outbox set letter = $2 where id = $1")
        .bind(id)
        .bind(letter)
        .execute(connection)
        .await?;
    Ok(())
}

/// What has not gone, is not going now, and is of no use from its `expires_at` on.
const EXPIRED: &str = "expires_at <= $1 and settled_at is null and (state in ('queued', 'retry', 'failed', \
    'needs attention') or state = 'sending' and leased_until <= $1)";

pub async fn has_expired(readers: &Readers, now: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar(AssertSqlSafe(format!("select exists (select 1 from outbox where {EXPIRED})")))
        .bind(now)
        .fetch_one(readers)
        .await
        .map(|flag: Flag| flag.into())
}

/// Failed, and dealt with by nobody.
pub async fn give_up_expired(connection: &mut Connection, now: i64) -> sqlx::Result<()> {
    let sql = format!(
        "update outbox set state = 'failed', settled_at = $1, finished_at = $1, letter = null, message = null, \
         trouble = null where {EXPIRED}"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(now).execute(connection).await?;
    Ok(())
}

/// True when a mail of this topic was sent, or may have been.
pub async fn may_have_gone(connection: &mut Connection, topic: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select 1 from outbox
         where topic = $1 and (state = 'sent' or data_sent_at is not null or uncertain > 0))",
    )
    .bind(topic)
    .fetch_one(connection)
    .await
    .map(|flag: Flag| flag.into())
}

/// True when a mail of this topic is to go by itself.
pub async fn waits(connection: &mut Connection, topic: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select 1 from outbox where topic = $1 and state in ('queued', 'retry', 'sending'))",
    )
    .bind(topic)
    .fetch_one(connection)
    .await
    .map(|flag: Flag| flag.into())
}
