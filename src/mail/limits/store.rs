//! The SQL of mail that anyone may have sent, and of addresses that get none; and nothing else.

use crate::mail::limits::allowance::{Counts, HOUR, MOST_AN_HOUR_IN_ALL};
use crate::mail::purpose::Purpose;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::{Flag, StoredText};
use crate::storage::retention;

/// What a mail is about.
#[derive(sqlx::FromRow)]
pub struct Cause {
    #[sqlx(try_from = "StoredText")]
    pub purpose: Purpose,
    #[sqlx(try_from = "StoredText")]
    pub reference: String,
}

/// A mail that waits to be sent.
#[derive(sqlx::FromRow)]
pub struct Waiting {
    pub id: i64,
    #[sqlx(try_from = "StoredText")]
    pub message_id: String,
    pub recipient: Vec<u8>,
    #[sqlx(flatten)]
    pub cause: Cause,
}

pub async fn count(
    connection: &mut Connection,
    address_hash: &str,
    now: i64,
    release_at: i64,
) -> sqlx::Result<()> {
    sqlx::query("insert into requested_mails (address_hash, requested_at, release_at) values ($1, $2, $3)")
        .bind(address_hash)
        .bind(now)
        .bind(release_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// Rows from a clock that was ahead and has gone back since hold nothing up.
pub async fn counts(connection: &mut Connection, address_hash: &str, now: i64) -> sqlx::Result<Counts> {
    let (to_address_in_a_day, to_address_in_an_hour): (i64, i64) = sqlx::query_as(
        "select count(*), count(*) filter (where requested_at >= $3) from requested_mails \
         where address_hash = $1 and requested_at >= $2 and requested_at <= $4",
    )
    .bind(address_hash)
    .bind(now - retention::ASKED_MAIL)
    .bind(now - HOUR)
    .bind(now)
    .fetch_one(&mut *connection)
    .await?;
    let sixtieth_before: Option<i64> = sqlx::query_scalar(
        "select release_at from requested_mails where requested_at <= $1 \
         order by release_at desc limit 1 offset $2",
    )
    .bind(now)
    .bind(MOST_AN_HOUR_IN_ALL - 1)
    .fetch_optional(connection)
    .await?;
    Ok(Counts { to_address_in_a_day, to_address_in_an_hour, sixtieth_before })
}

/// True when one of the hashes stands among those who get no mail.
pub async fn is_stopped(connection: &mut Connection, hashes: &[String; 4]) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "select exists (select 1 from suppressions where address_hash in ($1, $2, $3, $4) and lifted_at is null)",
    )
    .bind(&hashes[0])
    .bind(&hashes[1])
    .bind(&hashes[2])
    .bind(&hashes[3])
    .fetch_one(connection)
    .await.map(|flag: Flag| flag.into())
}

/// A stop that was lifted stands again.
pub async fn stop(connection: &mut Connection, address_hash: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "insert into suppressions (address_hash, created_at) values ($1, $2) on conflict (address_hash) \
         do update set created_at = $2, lifted_at = null, lifted_by = null, lifted_why = null \
         where suppressions.lifted_at is not null",
    )
    .bind(address_hash)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// True when there was a stop to lift.
pub async fn lift_stop(
    connection: &mut Connection,
    address_hash: &str,
    why: Vec<u8>,
    staff: i64,
    now: i64,
) -> sqlx::Result<bool> {
    let lifted = sqlx::query(
        "update suppressions set lifted_at = $2, lifted_by = $3, lifted_why = $4 \
         where address_hash = $1 and lifted_at is null",
    )
    .bind(address_hash)
    .bind(now)
    .bind(staff)
    .bind(why)
    .execute(connection)
    .await?;
    Ok(lifted.rows_affected() == 1)
}

/// Everything that is to be sent or being sent. Their addresses are encrypted, so that none can be looked for here.
pub async fn waiting(connection: &mut Connection) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query_as(
        "select id, message_id, recipient, purpose, reference from outbox \
         where state in ('queued', 'retry', 'sending') and recipient is not null",
    )
    .fetch_all(connection)
    .await
}

/// A mail that is being sent hangs up before its final dot.
pub async fn take_back(connection: &mut Connection, id: i64) -> sqlx::Result<()> {
    sqlx::query("delete from outbox where id = $1").bind(id).execute(connection).await?;
    Ok(())
}

pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<()> {
    sqlx::query("delete from requested_mails where requested_at < $1 and release_at < $1")
        .bind(before)
        .execute(connection)
        .await?;
    Ok(())
}

/// How many mails to patients have gone since a moment.
pub async fn sent_since(readers: &Readers, since: i64) -> sqlx::Result<usize> {
    let sent: i64 = sqlx::query_scalar(
        "select count(*) from outbox where state = 'sent' and finished_at > $1
             and purpose not in ('consultation-notice', 'complaint-notice')",
    )
    .bind(since)
    .fetch_one(readers)
    .await?;
    Ok(usize::try_from(sent).unwrap_or(usize::MAX))
}
