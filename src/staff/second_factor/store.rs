//! The SQL of second factors and recovery codes, and nothing else.

use crate::storage::database::{Connection, Readers};

/// The encrypted secret of an account, and the last step whose code was used.
pub async fn secret(connection: &mut Connection, staff: i64) -> sqlx::Result<(Vec<u8>, i64)> {
    sqlx::query_as(
        "select second_factor, second_factor_step from staff where id = $1 and second_factor is not null",
    )
    .bind(staff)
    .fetch_one(connection)
    .await
}

/// Takes a secret for an account that has none. False when it has one by now.
pub async fn set_secret(
    connection: &mut Connection,
    staff: i64,
    encrypted: &[u8],
    step: i64,
) -> sqlx::Result<bool> {
    let set = sqlx::query(
        "update staff set second_factor = $2, second_factor_step = $3 where id = $1 and second_factor is null",
    )
    .bind(staff)
    .bind(encrypted)
    .bind(step)
    .execute(connection)
    .await?;
    Ok(set.rows_affected() == 1)
}

pub async fn use_step(connection: &mut Connection, staff: i64, step: i64) -> sqlx::Result<()> {
    sqlx::query("update staff set second_factor_step = $2 where id = $1")
        .bind(staff)
        .bind(step)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn forget_secret(connection: &mut Connection, staff: i64) -> sqlx::Result<()> {
    sqlx::query("update staff set second_factor = null, second_factor_step = 0 where id = $1")
        .bind(staff)
        .execute(&mut *connection)
        .await?;
    replace_recovery_codes(connection, staff, &[]).await
}

pub async fn replace_recovery_codes(
    connection: &mut Connection,
    staff: i64,
    hashes: &[String],
) -> sqlx::Result<()> {
    sqlx::query("delete from staff_recovery_codes where staff_id = $1")
        .bind(staff)
        .execute(&mut *connection)
        .await?;
    for hash in hashes {
        sqlx::query("insert into staff_recovery_codes (code_hash, staff_id) values ($1, $2)")
            .bind(hash)
            .bind(staff)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Uses a code up. False when there is none such, or no longer.
pub async fn use_recovery_code(connection: &mut Connection, staff: i64, hash: &str) -> sqlx::Result<bool> {
    let used = sqlx::query("delete from staff_recovery_codes where code_hash = $1 and staff_id = $2")
        .bind(hash)
        .bind(staff)
        .execute(connection)
        .await?;
    Ok(used.rows_affected() == 1)
}

pub async fn recovery_codes_left(readers: &Readers, staff: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar("select count(*) from staff_recovery_codes where staff_id = $1")
        .bind(staff)
        .fetch_one(readers)
        .await
}
