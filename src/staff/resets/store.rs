//! The SQL of reset links, and nothing else.

use jiff::Timestamp;

use crate::staff::resets::choice::ResetChoice;
use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::Flag;

/// What a link is for.
#[derive(sqlx::FromRow)]
pub struct ResetLink {
    pub staff_id: i64,
    #[sqlx(try_from = "Flag")]
    pub password: bool,
    #[sqlx(try_from = "Flag")]
    pub second_step: bool,
}

/// Of an account that nobody signs in to until its link was used.
#[derive(sqlx::FromRow)]
pub struct WaitingReset {
    pub expires_at: i64,
    /// The link can still be opened.
    #[sqlx(try_from = "Flag")]
    pub is_open: bool,
    /// It was used, and the second step is not set up again yet.
    #[sqlx(try_from = "Flag")]
    pub is_used: bool,
}

/// Makes a link in place of the one before. What that one stopped stays stopped.
pub async fn set(
    connection: &mut Connection,
    staff: i64,
    token_hash: &str,
    made_by: Option<i64>,
    choice: ResetChoice,
    now: Timestamp,
    expires_at: i64,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into staff_resets (staff_id, token_hash, made_by, made_at, expires_at, password, second_step) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (staff_id) do update set token_hash = excluded.token_hash, \
         made_by = excluded.made_by, made_at = excluded.made_at, expires_at = excluded.expires_at, used_at = null, \
         password = max(staff_resets.password, excluded.password), second_step = max(staff_resets.second_step, excluded.second_step)",
    )
    .bind(staff)
    .bind(token_hash)
    .bind(made_by)
    .bind(seconds(now))
    .bind(expires_at)
    .bind(choice.password)
    .bind(choice.second_step)
    .execute(connection)
    .await?;
    Ok(())
}

/// What a link is for; nothing when it was used, has ended or never was, or its account is disabled.
pub async fn find(readers: &Readers, token_hash: &str, now: Timestamp) -> sqlx::Result<Option<ResetLink>> {
    sqlx::query_as(
        "select staff_id, password <> 0 as password, second_step <> 0 as second_step from staff_resets \
         join staff on staff.id = staff_id where token_hash = $1 and expires_at > $2 and disabled_at is null",
    )
    .bind(token_hash)
    .bind(seconds(now))
    .fetch_optional(readers)
    .await
}

/// Uses a link up. Nothing when it cannot be used any more.
pub async fn take(
    connection: &mut Connection,
    token_hash: &str,
    now: Timestamp,
) -> sqlx::Result<Option<ResetLink>> {
    sqlx::query_as(
        "update staff_resets set token_hash = null, used_at = $2 where token_hash = $1 and expires_at > $2 \
         and staff_id in (select id from staff where disabled_at is null) \
         returning staff_id, password <> 0 as password, second_step <> 0 as second_step",
    )
    .bind(token_hash)
    .bind(seconds(now))
    .fetch_optional(connection)
    .await
}

/// What was to be chosen anew is: the account is signed in to as ever.
pub async fn finish(connection: &mut Connection, staff: i64) -> sqlx::Result<()> {
    sqlx::query("delete from staff_resets where staff_id = $1").bind(staff).execute(connection).await?;
    Ok(())
}

/// The same for a link that was not used, as long as the account still has all it had. False when there is none.
pub async fn withdraw(connection: &mut Connection, staff: i64) -> sqlx::Result<bool> {
    let gone = sqlx::query(
        "delete from staff_resets where staff_id = $1 and used_at is null and (second_step = 0 \
         or exists (select 1 from staff where id = $1 and second_factor is not null))",
    )
    .bind(staff)
    .execute(connection)
    .await?;
    Ok(gone.rows_affected() == 1)
}

/// Ends the link of an account. Nobody signs in to it before another one is made.
pub async fn end(connection: &mut Connection, staff: i64) -> sqlx::Result<()> {
    sqlx::query("update staff_resets set token_hash = null where staff_id = $1")
        .bind(staff)
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends the links that someone made for others, and says how many there were.
pub async fn end_by(connection: &mut Connection, made_by: i64) -> sqlx::Result<u64> {
    let ended = sqlx::query(
        "update staff_resets set token_hash = null where made_by = $1 and token_hash is not null",
    )
    .bind(made_by)
    .execute(connection)
    .await?;
    Ok(ended.rows_affected())
}

/// The reset that an account waits for.
pub async fn waiting(readers: &Readers, staff: i64, now: Timestamp) -> sqlx::Result<Option<WaitingReset>> {
    sqlx::query_as(
        "select expires_at, token_hash is not null and expires_at > $2 as is_open, used_at is not null as is_used \
         from staff_resets where staff_id = $1",
    )
    .bind(staff)
    .bind(seconds(now))
    .fetch_optional(readers)
    .await
}

pub async fn is_waiting(connection: &mut Connection, staff: i64) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select 1 from staff_resets where staff_id = $1)")
        .bind(staff)
        .fetch_one(connection)
        .await
        .map(|flag: Flag| flag.into())
}
