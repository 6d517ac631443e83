//! The SQL of calendar addresses, and nothing else.

use jiff::Timestamp;

use crate::clinic::Role;
use crate::storage::clock::{moment, seconds};
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::StoredText;

/// The address of an account from now on.
pub async fn set(
    connection: &mut Connection,
    staff: i64,
    token_hash: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into calendar_addresses (staff_id, token_hash, created_at) values ($1, $2, $3) \
         on conflict (staff_id) do update set token_hash = excluded.token_hash, created_at = excluded.created_at",
    )
    .bind(staff)
    .bind(token_hash)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// False when there was none.
pub async fn remove(connection: &mut Connection, staff: i64) -> sqlx::Result<bool> {
    let gone = sqlx::query("delete from calendar_addresses where staff_id = $1")
        .bind(staff)
        .execute(connection)
        .await?;
    Ok(gone.rows_affected() == 1)
}

pub async fn made_at(readers: &Readers, staff: i64) -> sqlx::Result<Option<Timestamp>> {
    let made: Option<i64> =
        sqlx::query_scalar("select created_at from calendar_addresses where staff_id = $1")
            .bind(staff)
            .fetch_optional(readers)
            .await?;
    Ok(made.map(moment))
}

/// Whose address it is, when the account is in use and still one of a clinician.
pub async fn owner(readers: &Readers, token_hash: &str) -> sqlx::Result<Option<i64>> {
    let found: Option<(i64, StoredText)> = sqlx::query_as(
        "select staff.id, staff.role from calendar_addresses join staff on staff.id = staff_id \
         where token_hash = $1 and disabled_at is null",
    )
    .bind(token_hash)
    .fetch_optional(readers)
    .await?;
    let holds = |role: String| role.parse().is_ok_and(Role::holds_consultations);
    Ok(found.and_then(|(id, role)| holds(role.into()).then_some(id)))
}
