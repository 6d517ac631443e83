//! What staff do about mail that was not delivered: send it again, correct its address, or leave it with a reason.

use crate::consultations::history;
use crate::mail::follow_up;
use crate::mail::follow_up::FollowUpRefused;
use crate::staff::audit::store::insert as audit;
use crate::web::app::App;
use crate::web::error::Result;

mod index;
pub mod pages;
mod stops;
mod store;

/// Sends a mail that was given up once more, as it is.
pub async fn resend(app: &App, staff: i64, id: i64) -> Result<std::result::Result<(), FollowUpRefused>> {
    let now = app.clock.now();
    let parts = app.clone();
    let done = app.database.write(move |connection| {
        Box::pin(async move {
            let done = follow_up::resend(connection, &parts.cipher, id, now).await?;
            if done.is_ok() {
                audit(connection, Some(staff), now, "sent a mail again", &number(id)).await?;
            }
            Ok(done)
        })
    });
    let done = done.await?;
    app.mail_waiting.notify_one();
    Ok(done)
}

/// Sends a mail that was given up to another address, and corrects the request that it belongs to. Says the new mail.
pub async fn readdress(
    app: &App,
    staff: i64,
    id: i64,
    to: String,
) -> Result<std::result::Result<i64, FollowUpRefused>> {
    let now = app.clock.now();
    let parts = app.clone();
    let done = app.database.write(move |connection| {
        Box::pin(async move {
            let follower = match follow_up::readdress(connection, &parts, id, &to, staff, now).await? {
                Ok(follower) => follower,
                Err(refused) => return Ok(Err(refused)),
            };
            let reference = follow_up::reference_of(connection, follower).await?;
            if store::correct_request(connection, &parts.cipher, &reference, &to, now).await? {
                let who = format!("staff:{staff}");
                history::store::add_event(connection, &reference, now, &who, "corrected the email address")
                    .await?;
            }
            audit(connection, Some(staff), now, "corrected the address of a mail", &number(id)).await?;
            Ok(Ok(follower))
        })
    });
    let done = done.await?;
    app.mail_waiting.notify_one();
    Ok(done)
}

/// Leaves a mail undelivered, with the reason.
pub async fn leave(
    app: &App,
    staff: i64,
    id: i64,
    why: String,
) -> Result<std::result::Result<(), FollowUpRefused>> {
    let now = app.clock.now();
    let parts = app.clone();
    let done = app.database.write(move |connection| {
        Box::pin(async move {
            let done = follow_up::leave(connection, &parts.cipher, id, &why, staff, now).await?;
            if done.is_ok() {
                audit(connection, Some(staff), now, "left a mail undelivered", &number(id)).await?;
            }
            Ok(done)
        })
    });
    Ok(done.await?)
}

/// How the audit names a mail.
fn number(id: i64) -> String {
    format!("mail {id}")
}
