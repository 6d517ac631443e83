//! Withdraws a request for the patient: what they said and who they are is erased.

use jiff::Timestamp;

use crate::consultations::bookings;
use crate::consultations::handling;
use crate::consultations::handling::Attention;
use crate::consultations::history;
use crate::consultations::merges;
use crate::consultations::request_state::RequestState;
use crate::consultations::store;
use crate::consultations::summaries;
use crate::mail;
use crate::storage::clock::moment;
use crate::storage::erasure_log;
use crate::storage::erasure_log::ErasedThing;
use crate::storage::retention;
use crate::web::app::App;

/// Erases what the patient said and who they are; the reference stays, to say that it was withdrawn.
///
/// What is kept for a reason is withdrawn now, and erased when the reason has ended.
pub async fn withdraw(app: &App, reference: String) -> sqlx::Result<()> {
    let now = app.clock.now();
    let about = reference.clone();
    let (withdrawn, erased) = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let booked = bookings::store::is_ahead(connection, &reference, now).await?;
                let kept = handling::store::withdraw_held(connection, &reference, now).await?;
                let standing = handling::store::standing(connection, &reference).await?;
                let erased =
                    standing.held_at.is_none() && store::withdraw(connection, &reference, now).await?;
                if erased {
                    handling::store::erase(connection, &reference).await?;
                    mail::forget(connection, &reference).await?;
                    summaries::store::unshare(connection, &reference).await?;
                }
                if kept || erased {
                    merges::part_withdrawn(connection, &reference, now).await?;
                    bookings::store::erase(connection, &reference, now).await?;
                    let attention = if booked { Attention::BookingFree } else { Attention::None };
                    handling::store::set_attention(connection, &reference, attention).await?;
                    let (who, what) = match standing.state.as_str() {
                        _ if kept => ("patient", "withdrew: to be erased when we no longer have to keep it"),
                        // Standing is read after a kept request was withdrawn: this one was before.
                        word if word == RequestState::Withdrawn.as_str() => {
                            ("system", "erased what was kept")
                        }
                        _ => ("patient", "withdrew"),
                    };
                    history::store::add_event(connection, &reference, now, who, what).await?;
                }
                Ok((kept || erased, erased))
            })
        })
        .await?;
    // What was kept for a reason is withdrawn too, and is again when a backup is restored.
    if withdrawn {
        let thing = ErasedThing::Withdrawn { reference: about.clone() };
        erasure_log::add_or_warn(app.database.condition().folder(), now, &[thing]);
    }
    if erased {
        mail::forget_files(&app.database, vec![about]).await;
    }
    app.database.truncate_log().await
}

/// When a closed or withdrawn request is erased whole.
pub fn erased_at(ended_at: i64) -> Timestamp {
    moment(ended_at.saturating_add(retention::CONSULTATION))
}
