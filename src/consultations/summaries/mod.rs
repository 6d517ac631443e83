//! Summaries that outlive their draft: behind a private link for at most 14 days, or shared with the clinic.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::library::summary::Summary;
use crate::storage::clock::seconds;
use crate::storage::encryption::token_hash;
use crate::storage::retention;
use crate::web::app::App;

pub mod store;

/// When a private page made now ends: the start of a day, at most 14 days on. A moment to the second would join the
/// page to the report that was asked for in the same second.
pub fn expires_at(now: Timestamp) -> i64 {
    let last = now.to_zoned(TimeZone::UTC) + (retention::SUMMARY / (24 * 60 * 60)).days();
    last.start_of_day().map_or(seconds(now), |start| seconds(start.timestamp()))
}

/// The page behind a private link; nothing when it is unknown, erased or over.
pub async fn open(app: &App, token: &str) -> sqlx::Result<Option<(Summary, i64)>> {
    let now = seconds(app.clock.now());
    store::find(app.database.readers(), &app.cipher, &token_hash(token), now).await
}

/// Erases the page behind a private link.
pub async fn withdraw(app: &App, token: &str) -> sqlx::Result<()> {
    let hash = token_hash(token);
    app.database
        .write(move |connection| Box::pin(async move { store::delete(connection, &hash).await }))
        .await?;
    app.database.truncate_log().await
}
