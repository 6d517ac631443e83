//! The SQL of patients who could not be notified, and nothing else.

use crate::mail::limits::NotSent;
use crate::storage::database::Connection;
use crate::storage::readable::{Flag, StoredText};

/// Why the last mail to the patient was not sent; nothing when it was, or they were reached since. False when it was
/// known already.
pub async fn set_not_notified(
    connection: &mut Connection,
    reference: &str,
    why: Option<NotSent>,
) -> sqlx::Result<bool> {
    let changed =
        sqlx::query("update consultations set not_notified = $2 where reference = $1 and not_notified <> $2")
            .bind(reference)
            .bind(why.map_or("", NotSent::as_str))
            .execute(connection)
            .await?;
    Ok(changed.rows_affected() == 1)
}

/// True when there is such a request.
pub async fn is_known(connection: &mut Connection, reference: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select 1 from consultations where reference = $1)")
        .bind(reference)
        .fetch_one(connection)
        .await
        .map(|flag: Flag| flag.into())
}

/// The request in which this one is dealt with, which is itself unless it was merged; nothing when that is over.
pub async fn open_for(connection: &mut Connection, reference: &str) -> sqlx::Result<Option<String>> {
    let open: Option<StoredText> = sqlx::query_scalar(
        "select reference from consultations where state in ('new', 'contacted', 'booked') and reference = \
         (select coalesce(merged_into, reference) from consultations where reference = $1)",
    )
    .bind(reference)
    .fetch_optional(connection)
    .await?;
    Ok(open.map(String::from))
}
