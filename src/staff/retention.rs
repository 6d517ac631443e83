//! Erases sessions, invitations, places and audit entries whose time is over.

use jiff::Timestamp;

use crate::staff::{audit, expired_forms, session, store};
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::retention;

/// Erases old sessions, links, audit entries and what waited to be sent again. Part of forgetting.
pub async fn forget(connection: &mut Connection, now: Timestamp) -> sqlx::Result<()> {
    session::store::forget(connection, seconds(now) - retention::SESSION).await?;
    store::forget_places(connection, seconds(now) - retention::PLACE).await?;
    store::forget_invitations(connection, seconds(now)).await?;
    expired_forms::store::forget(connection, seconds(now) - retention::UNSENT).await?;
    audit::store::forget(connection, seconds(now) - retention::AUDIT).await
}
