//! The SQL of correcting the address of what a mail belongs to, and nothing else.

use jiff::Timestamp;

use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::encryption::{Cipher, FieldId};
use crate::storage::next_change::next_change;

/// Replaces the address of a request. True when there is one that is still open.
pub async fn correct_request(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    email: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let place = FieldId { table: "consultations", reference, column: "email" };
    let changed = sqlx::query(concat!(
        "update consultations set email = $2, changed_at = ",
        next_change!("changed_at", "$3"),
        " \
         where reference = $1 and state in ('new', 'contacted', 'booked')"
    ))
    .bind(reference)
    .bind(cipher.encrypt(place, email))
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}
