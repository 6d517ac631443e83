//! The SQL of accounts and their invitations, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::staff::account::{Account, Invitation, NewAccount};
use crate::storage::clock::seconds;
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};

/// What an account is read from, in this order.
const COLUMNS: &str = "id, name, email, role, second_factor is not null as has_second_factor";

pub async fn insert(
    connection: &mut Connection,
    new: &NewAccount,
    password_hash: &str,
    now: Timestamp,
) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "insert into staff (email, name, role, password_hash, created_at) values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(&new.email)
    .bind(&new.name)
    .bind(new.role.as_str())
    .bind(password_hash)
    .bind(seconds(now))
    .fetch_one(connection)
    .await
}

pub async fn count(connection: &mut Connection) -> sqlx::Result<i64> {
    sqlx::query_scalar("select count(*) from staff").fetch_one(connection).await
}

/// The account and its password hash; nothing for an unknown or disabled one, or when it is asked for one that waits for
/// a reset link and it does not, or the other way round.
pub async fn find_by_email(
    readers: &Readers,
    email: &str,
    waits_for_reset: bool,
) -> sqlx::Result<Option<(Account, String)>> {
    let found: Option<i64> = sqlx::query_scalar(
        "select id from staff where email = $1 and disabled_at is null \
         and $2 = (select count(*) from staff_resets where staff_id = staff.id)",
    )
    .bind(email)
    .bind(waits_for_reset)
    .fetch_optional(readers)
    .await?;
    let Some(id) = found else { return Ok(None) };
    Ok(Some((find(readers, id).await?, password_hash(readers, id).await?)))
}

pub async fn find(readers: &Readers, id: i64) -> sqlx::Result<Account> {
    sqlx::query_as(AssertSqlSafe(format!("select {COLUMNS} from staff where id = $1")))
        .bind(id)
        .fetch_one(readers)
        .await
}

pub async fn password_hash(readers: &Readers, id: i64) -> sqlx::Result<String> {
    sqlx::query_scalar("select password_hash from staff where id = $1").bind(id).fetch_one(readers).await
}

pub async fn set_password(connection: &mut Connection, id: i64, password_hash: &str) -> sqlx::Result<()> {
    sqlx::query("update staff set password_hash = $2 where id = $1")
        .bind(id)
        .bind(password_hash)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn name_of(readers: &Readers, id: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("select name from staff where id = $1").bind(id).fetch_optional(readers).await
}

/// A new one-time link. `email` and `invited_by` are empty for the link of a first start.
pub async fn invite(
    connection: &mut Connection,
    token_hash: &str,
    new: &Invitation,
    now: Timestamp,
    expires_at: i64,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into staff_invitations (token_hash, role, email, invited_by, created_at, expires_at, code_hash) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(token_hash)
    .bind(new.role.as_str())
    .bind(&new.email)
    .bind(new.invited_by)
    .bind(seconds(now))
    .bind(expires_at)
    .bind(&new.code_hash)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn drop_invitations(connection: &mut Connection) -> sqlx::Result<()> {
    sqlx::query("delete from staff_invitations").execute(connection).await?;
    Ok(())
}

/// What a link gives; nothing when it was used, has expired or never was.
pub async fn invitation(
    readers: &Readers,
    token_hash: &str,
    now: Timestamp,
) -> sqlx::Result<Option<Invitation>> {
    sqlx::query_as(
        "select email, role, invited_by, code_hash from staff_invitations where token_hash = $1 and expires_at > $2",
    )
    .bind(token_hash)
    .bind(seconds(now))
    .fetch_optional(readers)
    .await
}

/// Notes a wrong code and withdraws the invitation after so many. True when it did.
pub async fn count_wrong_invitation_code(
    connection: &mut Connection,
    token_hash: &str,
    most: i64,
) -> sqlx::Result<bool> {
    sqlx::query("update staff_invitations set wrong_codes = wrong_codes + 1 where token_hash = $1")
        .bind(token_hash)
        .execute(&mut *connection)
        .await?;
    let gone = sqlx::query("delete from staff_invitations where token_hash = $1 and wrong_codes >= $2")
        .bind(token_hash)
        .bind(most)
        .execute(connection)
        .await?;
    Ok(gone.rows_affected() == 1)
}

/// Uses a link up. False when it was used, has expired, never was, or is for another address or role.
pub async fn use_invitation(
    connection: &mut Connection,
    token_hash: &str,
    new: &NewAccount,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let sql = "delete from staff_invitations \
        where token_hash = $1 and expires_at > $2 and email in ('', $3) and role = $4";
    let used = sqlx::query(sql)
        .bind(token_hash)
        .bind(seconds(now))
        .bind(&new.email)
        .bind(new.role.as_str())
        .execute(connection)
        .await?;
    Ok(used.rows_affected() == 1)
}

/// Lets go of links that nobody used in time, and of the addresses they were for.
pub async fn forget_invitations(connection: &mut Connection, now: i64) -> sqlx::Result<()> {
    sqlx::query("delete from staff_invitations where expires_at <= $1").bind(now).execute(connection).await?;
    Ok(())
}

pub async fn knows_place(readers: &Readers, place_hash: &str) -> sqlx::Result<bool> {
    let found: Option<i64> = sqlx::query_scalar("select 1 from staff_places where place_hash = $1")
        .bind(place_hash)
        .fetch_optional(readers)
        .await?;
    Ok(found.is_some())
}

pub async fn note_place(
    connection: &mut Connection,
    place_hash: &str,
    staff: i64,
    now: Timestamp,
) -> sqlx::Result<()> {
    let sql = "insert into staff_places (place_hash, staff_id, seen_at) values ($1, $2, $3) \
        on conflict (place_hash) do update set seen_at = excluded.seen_at";
    sqlx::query(sql).bind(place_hash).bind(staff).bind(seconds(now)).execute(connection).await?;
    Ok(())
}

pub async fn forget_places(connection: &mut Connection, before: i64) -> sqlx::Result<()> {
    sqlx::query(AssertSqlSafe(format!("delete from staff_places where {}", is_over("seen_at"))))
        .bind(before)
        .execute(connection)
        .await?;
    Ok(())
}
