//! Addresses whose owner wants no mail, and staff who lift a stop that was set by accident.

use jiff::Timestamp;

use crate::mail::limits::address_hashes::stop_hashes;
use crate::mail::limits::store;
use crate::mail::limits::store::Cause;
use crate::mail::outbox::field;
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::encryption::{Cipher, FieldId};

/// True when the owner of an address asked us to send nothing more to it.
pub async fn is_stopped(connection: &mut Connection, cipher: &Cipher, address: &str) -> sqlx::Result<bool> {
    store::is_stopped(connection, &stop_hashes(cipher, address)).await
}

/// Sends nothing more to an address, and takes back what waits to be sent to it. Says what that was.
pub async fn stop(
    connection: &mut Connection,
    cipher: &Cipher,
    address_hash: &str,
    now: Timestamp,
) -> sqlx::Result<Vec<Cause>> {
    store::stop(connection, address_hash, seconds(now)).await?;
    let mut taken_back = Vec::new();
    for waiting in store::waiting(connection).await? {
        let to = cipher.decrypt(field(&waiting.message_id, "recipient"), &waiting.recipient);
        let theirs = to.is_ok_and(|to| stop_hashes(cipher, &to).iter().any(|hash| hash == address_hash));
        if theirs && waiting.cause.purpose.is_to_patients() {
            store::take_back(connection, waiting.id).await?;
            taken_back.push(waiting.cause);
        }
    }
    Ok(taken_back)
}

/// Lets mail go to an address again, because its owner told a member of staff so. False when none was stopped.
pub async fn lift_stop(
    connection: &mut Connection,
    cipher: &Cipher,
    address: &str,
    why: &str,
    staff: i64,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let mut lifted = false;
    for hash in stop_hashes(cipher, address) {
        let place = FieldId { table: "suppressions", reference: &hash, column: "lifted_why" };
        let why = cipher.encrypt(place, why);
        lifted |= store::lift_stop(connection, &hash, why, staff, seconds(now)).await?;
    }
    Ok(lifted)
}
