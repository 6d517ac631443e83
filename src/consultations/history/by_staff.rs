//! What a member of staff did to a request: in its history, and in the audit.

use jiff::Timestamp;

use crate::consultations::history::store;
use crate::staff::audit;
use crate::storage::database::Connection;

/// `staff` is the number of the account.
pub async fn note(
    connection: &mut Connection,
    staff: i64,
    about: &str,
    what: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    store::add_event(connection, about, now, &format!("staff:{staff}"), what).await?;
    audit::store::insert(connection, Some(staff), now, what, about).await
}
