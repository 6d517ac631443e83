//! The SQL of calls, and nothing else.

use jiff::Timestamp;

use crate::consultations::calls::outcome::CallOutcome;
use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::StoredText;

/// A call that was made.
#[derive(sqlx::FromRow)]
pub struct Call {
    pub called_at: i64,
    #[sqlx(try_from = "StoredText")]
    pub staff: String,
    #[sqlx(try_from = "StoredText")]
    pub outcome: String,
}

pub async fn insert(
    connection: &mut Connection,
    reference: &str,
    staff: i64,
    outcome: CallOutcome,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into consultation_calls (reference, called_at, staff_id, outcome) values ($1, $2, $3, $4)",
    )
    .bind(reference)
    .bind(seconds(now))
    .bind(staff)
    .bind(outcome.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

/// Calls about a request, newest first.
pub async fn of(readers: &Readers, reference: &str) -> sqlx::Result<Vec<Call>> {
    sqlx::query_as(
        "select called_at, staff.name as staff, outcome from consultation_calls \
         join staff on staff.id = staff_id where reference = $1 order by consultation_calls.id desc",
    )
    .bind(reference)
    .fetch_all(readers)
    .await
}
