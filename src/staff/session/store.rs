//! The SQL of sessions, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::clinic::Role;
use crate::staff::account::Account;
use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::{Flag, StoredText};

/// How far someone has signed in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum SignInStep {
    /// The password was right; the code is still asked.
    Password,
    Full,
    /// It cannot be read: the session is over.
    #[strum(disabled)]
    Unreadable,
}

#[derive(sqlx::FromRow)]
pub struct SessionRow {
    pub id: i64,
    #[sqlx(try_from = "StoredText")]
    pub token_hash: String,
    pub staff_id: i64,
    #[sqlx(try_from = "StoredText")]
    pub step: SignInStep,
    pub offered: Option<Vec<u8>>,
    #[sqlx(try_from = "StoredText")]
    pub return_to: String,
    pub created_at: i64,
    pub seen_at: i64,
    pub ended_at: Option<i64>,
    pub disabled_at: Option<i64>,
    /// Its account waits for a reset link that was not used yet.
    #[sqlx(try_from = "Flag")]
    pub waits_for_reset: bool,
    #[sqlx(try_from = "StoredText")]
    name: String,
    #[sqlx(try_from = "StoredText")]
    email: String,
    role: Role,
    #[sqlx(try_from = "Flag")]
    has_second_factor: bool,
}

/// What a session is read from.
const ROWS: &str = "select staff_sessions.id, token_hash, staff_id, step, offered, return_to, \
    staff_sessions.created_at, seen_at, ended_at, disabled_at, name, email, role, \
    second_factor is not null as has_second_factor, \
    exists (select 1 from staff_resets where staff_resets.staff_id = staff.id and used_at is null) as waits_for_reset \
    from staff_sessions \
    join staff on staff.id = staff_sessions.staff_id";

impl From<StoredText> for SignInStep {
    fn from(word: StoredText) -> SignInStep {
        String::from(word).parse().unwrap_or(SignInStep::Unreadable)
    }
}

impl SessionRow {
    pub fn account(self) -> Account {
        Account {
            id: self.staff_id,
            name: self.name,
            email: self.email,
            role: self.role,
            has_second_factor: self.has_second_factor,
        }
    }
}

pub async fn insert(
    connection: &mut Connection,
    token_hash: &str,
    staff: i64,
    step: SignInStep,
    offered: Option<Vec<u8>>,
    return_to: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into staff_sessions (token_hash, staff_id, step, offered, return_to, created_at, seen_at) \
         values ($1, $2, $3, $4, $5, $6, $6)",
    )
    .bind(token_hash)
    .bind(staff)
    .bind(<&str>::from(step))
    .bind(offered)
    .bind(return_to)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// The session of a token, over or not.
pub async fn find(readers: &Readers, token_hash: &str) -> sqlx::Result<Option<SessionRow>> {
    let sql = format!("{ROWS} where token_hash = $1");
    sqlx::query_as(AssertSqlSafe(sql)).bind(token_hash).fetch_optional(readers).await
}

/// The session of a number, over or not. With a connection, as it stands in this transaction.
pub async fn find_by_id(reader: impl sqlx::AnyExecutor<'_>, id: i64) -> sqlx::Result<Option<SessionRow>> {
    let sql = format!("{ROWS} where staff_sessions.id = $1");
    sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(reader).await
}

pub async fn touch(connection: &mut Connection, id: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("update staff_sessions set seen_at = $2 where id = $1 and ended_at is null")
        .bind(id)
        .bind(seconds(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes a wrong code and says how many there were in this session; nothing when it has ended.
pub async fn count_wrong_code(connection: &mut Connection, id: i64) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar(
        "update staff_sessions set wrong_codes = wrong_codes + 1 \
         where id = $1 and ended_at is null returning wrong_codes",
    )
    .bind(id)
    .fetch_optional(connection)
    .await
}

/// Ends one session of an account; nothing happens when it is somebody else's.
pub async fn end(connection: &mut Connection, id: i64, staff: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "update staff_sessions set ended_at = $3, offered = null \
         where id = $1 and staff_id = $2 and ended_at is null",
    )
    .bind(id)
    .bind(staff)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends every session of an account but one; with no number of a session, all.
pub async fn end_others(
    connection: &mut Connection,
    staff: i64,
    kept: Option<i64>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "update staff_sessions set ended_at = $3, offered = null \
         where staff_id = $1 and id <> coalesce($2, -1) and ended_at is null",
    )
    .bind(staff)
    .bind(kept)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// A session goes on under a new token.
pub async fn rename(connection: &mut Connection, id: i64, token_hash: &str) -> sqlx::Result<()> {
    sqlx::query("update staff_sessions set token_hash = $2 where id = $1")
        .bind(id)
        .bind(token_hash)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whole sessions of an account that have not ended, the latest first.
pub async fn whole(readers: &Readers, staff: i64) -> sqlx::Result<Vec<SessionRow>> {
    let sql = format!(
        "{ROWS} where staff_id = $1 and step = 'full' and ended_at is null \
         order by staff_sessions.created_at desc, staff_sessions.id desc"
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(staff).fetch_all(readers).await
}

pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<()> {
    sqlx::query("delete from staff_sessions where created_at < $1").bind(before).execute(connection).await?;
    Ok(())
}
