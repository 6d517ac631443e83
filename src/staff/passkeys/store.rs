//! The SQL of passkeys, and nothing else.

use jiff::Timestamp;

use crate::staff::passkeys::verification::NewCredential;
use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::{StoredText, texts};

/// A passkey as its owner sees it.
#[derive(sqlx::FromRow)]
pub struct Passkey {
    pub id: i64,
    #[sqlx(try_from = "StoredText")]
    pub name: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

/// What it takes to check one, of an account that may sign in.
#[derive(sqlx::FromRow)]
pub struct StoredCredential {
    pub id: i64,
    pub staff_id: i64,
    #[sqlx(try_from = "StoredText")]
    pub public_key: String,
    pub sign_count: i64,
    #[sqlx(try_from = "StoredText")]
    pub handle: String,
}

/// Those of an account, the oldest first.
pub async fn of(readers: &Readers, staff: i64) -> sqlx::Result<Vec<Passkey>> {
    sqlx::query_as("select id, name, created_at, used_at from passkeys where staff_id = $1 order by id")
        .bind(staff)
        .fetch_all(readers)
        .await
}

/// What devices call those of an account.
pub async fn credential_ids(readers: &Readers, staff: i64) -> sqlx::Result<Vec<String>> {
    let all = sqlx::query_scalar("select credential_id from passkeys where staff_id = $1 order by id")
        .bind(staff)
        .fetch_all(readers)
        .await?;
    Ok(texts(all))
}

/// What devices know an account by: what they know already, or else this.
pub async fn handle(connection: &mut Connection, staff: i64, new: &str) -> sqlx::Result<String> {
    sqlx::query_scalar(
        "update staff set passkey_handle = coalesce(passkey_handle, $2) where id = $1 returning passkey_handle",
    )
    .bind(staff)
    .bind(new)
    .fetch_one(connection)
    .await
}

/// Adds one. False when the account has as many as it may.
pub async fn insert(
    connection: &mut Connection,
    staff: i64,
    new: &NewCredential,
    name: &str,
    now: Timestamp,
    most: i64,
) -> sqlx::Result<bool> {
    let added = sqlx::query(
        "insert into passkeys (staff_id, credential_id, public_key, sign_count, name, created_at) \
         select $1, $2, $3, $4, $5, $6 where (select count(*) from passkeys where staff_id = $1) < $7",
    )
    .bind(staff)
    .bind(&new.id)
    .bind(&new.public_key)
    .bind(i64::from(new.count))
    .bind(name)
    .bind(seconds(now))
    .bind(most)
    .execute(connection)
    .await?;
    Ok(added.rows_affected() == 1)
}

/// What a device calls a passkey, of an account that is not disabled and waits for no reset link.
pub async fn find(readers: &Readers, credential_id: &str) -> sqlx::Result<Option<StoredCredential>> {
    sqlx::query_as(
        "select passkeys.id, staff_id, public_key, sign_count, passkey_handle as handle from passkeys \
         join staff on staff.id = staff_id where credential_id = $1 and passkey_handle is not null \
         and disabled_at is null and not exists (select 1 from staff_resets where staff_resets.staff_id = staff.id)",
    )
    .bind(credential_id)
    .fetch_optional(readers)
    .await
}

/// Notes that one was used. False when it was used meanwhile, was removed, or its account may not sign in any more.
pub async fn note_use(
    connection: &mut Connection,
    found: &StoredCredential,
    count: u32,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let noted = sqlx::query(
        "update passkeys set sign_count = $2, used_at = $3 where id = $1 and sign_count = $4 \
         and staff_id in (select id from staff where disabled_at is null) \
         and staff_id not in (select staff_id from staff_resets)",
    )
    .bind(found.id)
    .bind(i64::from(count))
    .bind(seconds(now))
    .bind(found.sign_count)
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// False when it is somebody else's, or gone.
pub async fn remove(connection: &mut Connection, id: i64, staff: i64) -> sqlx::Result<bool> {
    let gone = sqlx::query("delete from passkeys where id = $1 and staff_id = $2")
        .bind(id)
        .bind(staff)
        .execute(connection)
        .await?;
    Ok(gone.rows_affected() == 1)
}

/// Removes those of an account but the ones that its owner says they hold.
pub async fn remove_all_but(connection: &mut Connection, staff: i64, kept: &[i64]) -> sqlx::Result<()> {
    let kept = serde_json::to_string(kept).unwrap_or_default();
    sqlx::query("delete from passkeys where staff_id = $1 and id not in (select cast(value as bigint) from json_each($2))")
        .bind(staff)
        .bind(kept)
        .execute(connection)
        .await?;
    Ok(())
}
