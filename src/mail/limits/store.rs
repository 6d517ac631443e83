//! The SQL of mail that anyone may have sent, and of addresses that get none; and nothing else.

use sqlx::sqlite::SqliteConnection;

use crate::mail::limits::{Cause, Counts, HOUR};
use crate::storage::retention;

/// A mail that waits to be sent.
#[derive(sqlx::FromRow)]
pub struct Waiting {
    pub id: i64,
    pub message_id: String,
    pub recipient: Vec<u8>,
    #[sqlx(flatten)]
    pub cause: Cause,
}

pub async fn count(
    connection: &mut SqliteConnection,
    address_mark: &str,
    held: bool,
    now: i64,
) -> sqlx::Result<()> {
    sqlx::query("insert into asked_mails (address_mark, asked_at, held) values ($1, $2, $3)")
        .bind(address_mark)
        .bind(now)
        .bind(held)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn counts(connection: &mut SqliteConnection, address_mark: &str, now: i64) -> sqlx::Result<Counts> {
    let (to_address_in_a_day, to_address_in_an_hour): (i64, i64) = sqlx::query_as(
        "select count(*), coalesce(sum(asked_at >= $3), 0) from asked_mails \
         where address_mark = $1 and asked_at >= $2",
    )
    .bind(address_mark)
    .bind(now - retention::ASKED_MAIL)
    .bind(now - HOUR)
    .fetch_one(&mut *connection)
    .await?;
    let to_all_in_an_hour: i64 = sqlx::query_scalar("select count(*) from asked_mails where asked_at >= $1")
        .bind(now - HOUR)
        .fetch_one(connection)
        .await?;
    Ok(Counts { to_address_in_a_day, to_address_in_an_hour, to_all_in_an_hour })
}

pub async fn is_stopped(connection: &mut SqliteConnection, address_mark: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select 1 from suppressions where address_mark = $1)")
        .bind(address_mark)
        .fetch_one(connection)
        .await
}

pub async fn stop(connection: &mut SqliteConnection, address_mark: &str, now: i64) -> sqlx::Result<()> {
    sqlx::query("insert into suppressions (address_mark, created_at) values ($1, $2) on conflict do nothing")
        .bind(address_mark)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Everything that is to be sent or being sent. Their addresses are sealed, so that none can be looked for here.
pub async fn waiting(connection: &mut SqliteConnection) -> sqlx::Result<Vec<Waiting>> {
    sqlx::query_as(
        "select id, message_id, recipient, purpose, reference from outbox \
         where state in ('queued', 'retry', 'sending') and recipient is not null",
    )
    .fetch_all(connection)
    .await
}

/// A mail that is being sent hangs up before its final dot.
pub async fn take_back(connection: &mut SqliteConnection, id: i64) -> sqlx::Result<()> {
    sqlx::query("delete from outbox where id = $1").bind(id).execute(connection).await?;
    Ok(())
}

pub async fn forget(connection: &mut SqliteConnection, before: i64) -> sqlx::Result<()> {
    sqlx::query("delete from asked_mails where asked_at < $1").bind(before).execute(connection).await?;
    Ok(())
}
