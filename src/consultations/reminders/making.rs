//! Makes the reminders that are due: so long before each booking as the clinic says, and never after it began.

use jiff::Timestamp;

use crate::consultations::bookings;
use crate::consultations::bookings::letter::{BookingLetter, News};
use crate::consultations::notifications;
use crate::consultations::private_page::private_token;
use crate::consultations::reminders::letter::ReminderLetter;
use crate::consultations::reminders::store;
use crate::consultations::reminders::store::DueReminder;
use crate::consultations::store as requests;
use crate::library::count;
use crate::mail;
use crate::storage::database::{Connection, is_unavailable};
use crate::web::app::App;
use crate::web::metrics::Alarm;

/// Makes every reminder that is due, and says how many. Those that came too late to be sent are given up. One that cannot
/// be made stops no other.
///
/// Whoever is booked when a reminder would have gone already was told at that moment, and gets none. After a standstill
/// a patient gets one mail, not one for each time that was missed.
pub async fn make_due(app: &App) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let readers = app.database.readers();
    if mail::has_expired(readers, now).await? {
        let given_up = app
            .database
            .write(move |connection| Box::pin(async move { mail::give_up_expired(connection, now).await }));
        given_up.await?;
    }
    let (mut made, mut left) = (0, 0);
    // The nearest to the booking first: it makes the earlier ones needless.
    for hours in app.site.clinic.reminder_hours() {
        for reminder in store::due(readers, i64::from(*hours), now).await? {
            match make_one(app, reminder, now).await {
                Ok(was_made) => made += usize::from(was_made),
                Err(error) if is_unavailable(&error) => return Err(error),
                Err(error) => {
                    tracing::error!(%error, "a reminder could not be made");
                    left += 1;
                }
            }
        }
    }
    if made > 0 {
        app.mail_waiting.notify_one();
    }
    warn_of_unmade(app, left);
    Ok(made)
}

async fn make_one(app: &App, due: DueReminder, now: Timestamp) -> sqlx::Result<bool> {
    let parts = app.clone();
    app.database
        .write(move |connection| Box::pin(async move { make(connection, &parts, &due, now).await }))
        .await
}

/// False when it was made meanwhile, is not wanted any more, or is for a person to do.
async fn make(
    connection: &mut Connection,
    app: &App,
    due: &DueReminder,
    now: Timestamp,
) -> sqlx::Result<bool> {
    if !store::make(connection, due, now).await? {
        return Ok(false);
    }
    let request = requests::find_as_it_is(connection, &app.cipher, &due.reference).await?;
    let Some(booking) = bookings::store::find(connection, &app.cipher, &due.reference).await? else {
        return Ok(false);
    };
    if let Some(part) = request.unreadable.iter().chain(&booking.unreadable).next() {
        return notifications::cannot_be_told(connection, &due.reference, "reminder", part, now)
            .await
            .map(|()| false);
    }
    let (begins, token) = (booking.starts_at, private_token(connection, app, &due.reference).await?);
    let letter = ReminderLetter(BookingLetter::of(&request, booking, News::Reminder, token));
    notifications::remind(connection, app, &request, &letter, begins, now).await
}

fn warn_of_unmade(app: &App, number: usize) {
    const NAME: &str = "reminder-not-made";
    if number == 0 {
        return app.site.metrics.end(NAME);
    }
    let sentence = format!(
        "{} could not be made, because what is stored about the booking cannot be read: ring who is booked in the next days, and tell whoever looks after the site.",
        count(number, "reminder")
    );
    app.site.metrics.raise(Alarm { name: NAME, sentence, link: None });
}
