//! Whoever gets the mails of a request says that it is not theirs: the desk is told that the address may be wrong.

use jiff::Timestamp;

use crate::consultations::handling;
use crate::consultations::handling::Attention;
use crate::consultations::history;
use crate::consultations::notifications;
use crate::mail::limits::NotSent;
use crate::storage::database::Connection;

const WHAT: &str = "reports that the email address may be wrong: whoever gets our emails says that the request is not theirs";

/// Leaves word for the desk, once however often it is said. The request itself stays.
pub async fn note_wrong_address(
    connection: &mut Connection,
    reference: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    handling::store::set_attention(connection, reference, Attention::WrongAddress).await?;
    notifications::store::set_not_notified(connection, reference, Some(NotSent::Stopped)).await?;
    match history::store::last_event(connection, reference).await? {
        Some((_, _, before)) if before == WHAT => Ok(()),
        _ => {
            handling::store::touch(connection, reference, now).await?;
            history::store::add_event(connection, reference, now, "system", WHAT).await
        }
    }
}
