//! Whether a patient wants to be reminded, which they may change at any time.

use crate::consultations::bookings;
use crate::consultations::handling;
use crate::consultations::history;
use crate::consultations::reminders::letter::ReminderLetter;
use crate::consultations::reminders::store;
use crate::mail;
use crate::web::app::App;

pub async fn are_wanted(app: &App, reference: &str) -> sqlx::Result<bool> {
    store::are_wanted(app.database.readers(), reference).await
}

/// A reminder that waits to be sent is taken back when none is wanted.
pub async fn set(app: &App, reference: String, wanted: bool) -> sqlx::Result<()> {
    let now = app.clock.now();
    let parts = app.clone();
    app.database
        .write(move |connection| {
            Box::pin(async move {
                if !store::set_wanted(connection, &reference, wanted).await? {
                    return Ok(());
                }
                let booking = bookings::store::find(connection, &parts.cipher, &reference).await?;
                if let Some(booking) = booking.filter(|_| !wanted) {
                    mail::cancel_waiting(connection, &ReminderLetter::topic(&booking.id), now).await?;
                }
                let what = if wanted { "asked for reminders again" } else { "asked for no reminders" };
                history::store::add_event(connection, &reference, now, "patient", what).await?;
                handling::store::touch(connection, &reference, now).await
            })
        })
        .await
}
