//! The SQL of accounts, invitations, sessions and audit, and nothing else.

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use super::{Account, NewAccount};
use crate::clock::seconds;
use crate::config::Role;

#[derive(sqlx::FromRow)]
struct AccountRow {
    id: i64,
    name: String,
    role: String,
}

impl TryFrom<AccountRow> for Account {
    type Error = sqlx::Error;

    fn try_from(row: AccountRow) -> sqlx::Result<Account> {
        let role = Role::from_word(&row.role).ok_or_else(|| sqlx::Error::Decode("an unknown role".into()))?;
        Ok(Account { id: row.id, name: row.name, role })
    }
}

pub async fn insert(
    connection: &mut SqliteConnection,
    new: &NewAccount,
    password_hash: &str,
    now: Timestamp,
) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "insert into staff (email, name, role, password_hash, created_at) values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(&new.email)
    .bind(&new.name)
    .bind(new.role.word())
    .bind(password_hash)
    .bind(seconds(now))
    .fetch_one(connection)
    .await
}

pub async fn count(connection: &mut SqliteConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("select count(*) from staff").fetch_one(connection).await
}

/// The account and its password hash; nothing for an unknown or disabled one.
pub async fn find_by_email(readers: &SqlitePool, email: &str) -> sqlx::Result<Option<(Account, String)>> {
    let found: Option<(i64, String, String, String)> = sqlx::query_as(
        "select id, name, role, password_hash from staff where email = $1 and disabled_at is null",
    )
    .bind(email)
    .fetch_optional(readers)
    .await?;
    found.map(|(id, name, role, hash)| Ok((AccountRow { id, name, role }.try_into()?, hash))).transpose()
}

pub async fn name_of(readers: &SqlitePool, id: i64) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("select name from staff where id = $1").bind(id).fetch_optional(readers).await
}

pub async fn invite(
    connection: &mut SqliteConnection,
    token_hash: &str,
    role: Role,
    now: Timestamp,
    expires_at: i64,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into staff_invitations (token_hash, role, created_at, expires_at) values ($1, $2, $3, $4)",
    )
    .bind(token_hash)
    .bind(role.word())
    .bind(seconds(now))
    .bind(expires_at)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn drop_invitations(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::query("delete from staff_invitations").execute(connection).await?;
    Ok(())
}

/// The role that a link gives; nothing when it was used, has expired or never was.
pub async fn invited_role(
    readers: &SqlitePool,
    token_hash: &str,
    now: Timestamp,
) -> sqlx::Result<Option<Role>> {
    let word: Option<String> =
        sqlx::query_scalar("select role from staff_invitations where token_hash = $1 and expires_at > $2")
            .bind(token_hash)
            .bind(seconds(now))
            .fetch_optional(readers)
            .await?;
    Ok(word.and_then(|word| Role::from_word(&word)))
}

/// Uses a link up. False when it was used, has expired or never was.
pub async fn use_invitation(
    connection: &mut SqliteConnection,
    token_hash: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let used = sqlx::query("delete from staff_invitations where token_hash = $1 and expires_at > $2")
        .bind(token_hash)
        .bind(seconds(now))
        .execute(connection)
        .await?;
    Ok(used.rows_affected() == 1)
}

pub async fn start_session(
    connection: &mut SqliteConnection,
    token_hash: &str,
    staff: i64,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into staff_sessions (token_hash, staff_id, created_at, seen_at) values ($1, $2, $3, $3)",
    )
    .bind(token_hash)
    .bind(staff)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// Who is signed in with this session, and when it was last seen.
pub async fn session(
    readers: &SqlitePool,
    token_hash: &str,
    made_after: i64,
    seen_after: i64,
) -> sqlx::Result<Option<(Account, i64)>> {
    let found: Option<(i64, String, String, i64)> = sqlx::query_as(
        "select staff.id, staff.name, staff.role, staff_sessions.seen_at from staff_sessions \
         join staff on staff.id = staff_sessions.staff_id where staff_sessions.token_hash = $1 \
         and staff_sessions.created_at > $2 and staff_sessions.seen_at > $3 and staff.disabled_at is null",
    )
    .bind(token_hash)
    .bind(made_after)
    .bind(seen_after)
    .fetch_optional(readers)
    .await?;
    found.map(|(id, name, role, seen)| Ok((AccountRow { id, name, role }.try_into()?, seen))).transpose()
}

pub async fn touch_session(
    connection: &mut SqliteConnection,
    token_hash: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("update staff_sessions set seen_at = $2 where token_hash = $1")
        .bind(token_hash)
        .bind(seconds(now))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn end_session(connection: &mut SqliteConnection, token_hash: &str) -> sqlx::Result<()> {
    sqlx::query("delete from staff_sessions where token_hash = $1")
        .bind(token_hash)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn forget_sessions(connection: &mut SqliteConnection, before: i64) -> sqlx::Result<()> {
    sqlx::query("delete from staff_sessions where created_at < $1").bind(before).execute(connection).await?;
    Ok(())
}

pub async fn audit(
    connection: &mut SqliteConnection,
    staff: Option<i64>,
    now: Timestamp,
    what: &str,
    reference: &str,
) -> sqlx::Result<()> {
    sqlx::query("insert into audit (happened_at, staff_id, what, reference) values ($1, $2, $3, $4)")
        .bind(seconds(now))
        .bind(staff)
        .bind(what)
        .bind(reference)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn forget_audit(connection: &mut SqliteConnection, before: i64) -> sqlx::Result<()> {
    sqlx::query("delete from audit where happened_at < $1").bind(before).execute(connection).await?;
    Ok(())
}
