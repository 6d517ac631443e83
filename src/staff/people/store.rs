//! The SQL of managing accounts, and nothing else.

use sqlx::AssertSqlSafe;

use crate::clinic::Role;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::{Flag, StoredText, UNREADABLE};

/// A role, or that it cannot be read: a word that this version does not know.
pub struct StoredRole(Option<Role>);

impl From<StoredText> for StoredRole {
    fn from(word: StoredText) -> StoredRole {
        StoredRole(String::from(word).parse().ok())
    }
}

impl StoredRole {
    pub fn is(&self, role: Role) -> bool {
        self.0 == Some(role)
    }

    /// The word stored for it; nothing when it cannot be read.
    pub fn as_str(&self) -> &'static str {
        self.0.map_or("", Role::as_str)
    }

    pub fn label(&self) -> &'static str {
        self.0.map_or(UNREADABLE, Role::label)
    }
}

/// An account as an administrator sees it.
#[derive(sqlx::FromRow)]
pub struct Person {
    pub id: i64,
    #[sqlx(try_from = "StoredText")]
    pub name: String,
    #[sqlx(try_from = "StoredText")]
    pub email: String,
    #[sqlx(try_from = "StoredText")]
    pub role: StoredRole,
    #[sqlx(try_from = "Flag")]
    pub has_second_factor: bool,
    /// Nobody signs in before a reset link was used.
    #[sqlx(try_from = "Flag")]
    pub waits_for_reset: bool,
    pub passkeys: i64,
    pub created_at: i64,
    pub disabled_at: Option<i64>,
    pub signed_in_at: Option<i64>,
}

/// An invitation that was not used yet.
#[derive(sqlx::FromRow)]
pub struct Open {
    #[sqlx(try_from = "StoredText")]
    pub token_hash: String,
    #[sqlx(try_from = "StoredText")]
    pub email: String,
    #[sqlx(try_from = "StoredText")]
    pub role: StoredRole,
    pub expires_at: i64,
}

/// What a person is read from.
const ROWS: &str = "select id, name, email, role, second_factor is not null as has_second_factor, \
    exists (select 1 from staff_resets where staff_id = staff.id) as waits_for_reset, \
    (select count(*) from passkeys where staff_id = staff.id) as passkeys, created_at, disabled_at, \
    (select max(happened_at) from audit where audit.staff_id = staff.id and audit.what = 'signed in') \
    as signed_in_at from staff";

pub async fn all(readers: &Readers) -> sqlx::Result<Vec<Person>> {
    let sql = format!("{ROWS} order by disabled_at is not null, name");
    sqlx::query_as(AssertSqlSafe(sql)).fetch_all(readers).await
}

pub async fn find(connection: &mut Connection, id: i64) -> sqlx::Result<Person> {
    let sql = format!("{ROWS} where id = $1");
    sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_one(connection).await
}

pub async fn invitations(readers: &Readers, now: i64) -> sqlx::Result<Vec<Open>> {
    sqlx::query_as(
        "select token_hash, email, role, expires_at from staff_invitations \
         where expires_at > $1 and email <> '' order by expires_at",
    )
    .bind(now)
    .fetch_all(readers)
    .await
}

pub async fn has_account(connection: &mut Connection, email: &str) -> sqlx::Result<bool> {
    Ok(id_of(connection, email).await?.is_some())
}

pub async fn id_of(connection: &mut Connection, email: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("select id from staff where email = $1").bind(email).fetch_optional(connection).await
}

/// Administrators who can sign in, without this one.
pub async fn administrators_besides(connection: &mut Connection, staff: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "select count(*) from staff where role = 'administrator' and disabled_at is null and id <> $1 \
         and not exists (select 1 from staff_resets where staff_id = staff.id)",
    )
    .bind(staff)
    .fetch_one(connection)
    .await
}

pub async fn set_role(connection: &mut Connection, id: i64, role: Role) -> sqlx::Result<()> {
    sqlx::query("update staff set role = $2 where id = $1")
        .bind(id)
        .bind(role.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_disabled(connection: &mut Connection, id: i64, at: Option<i64>) -> sqlx::Result<()> {
    sqlx::query("update staff set disabled_at = $2 where id = $1")
        .bind(id)
        .bind(at)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn drop_invitations_of(connection: &mut Connection, email: &str) -> sqlx::Result<()> {
    sqlx::query("delete from staff_invitations where email = $1").bind(email).execute(connection).await?;
    Ok(())
}

/// Withdraws what someone invited others with, and says how many there were.
pub async fn drop_invitations_by(connection: &mut Connection, staff: i64) -> sqlx::Result<u64> {
    let gone = sqlx::query("delete from staff_invitations where invited_by = $1")
        .bind(staff)
        .execute(connection)
        .await?;
    Ok(gone.rows_affected())
}

pub async fn drop_invitation(connection: &mut Connection, token_hash: &str) -> sqlx::Result<()> {
    sqlx::query("delete from staff_invitations where token_hash = $1")
        .bind(token_hash)
        .execute(connection)
        .await?;
    Ok(())
}
