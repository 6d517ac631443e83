//! The SQL of what a patient was not told, and nothing else.

use sqlx::sqlite::SqliteConnection;

use crate::mail::limits::Unsent;

/// Why the last mail to the patient was not sent; nothing when it was, or they were reached since.
pub async fn set_untold(
    connection: &mut SqliteConnection,
    reference: &str,
    why: Option<Unsent>,
) -> sqlx::Result<()> {
    sqlx::query("update consultations set untold = $2 where reference = $1")
        .bind(reference)
        .bind(why.map_or("", Unsent::word))
        .execute(connection)
        .await?;
    Ok(())
}
