//! Makes the reminders that are due: so long before each booking as the clinic says, and never after it began.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::consultations::bookings;
use crate::consultations::bookings::letter::{BookingLetter, News};
use crate::consultations::notifications;
use crate::consultations::private_page::private_token;
use crate::consultations::reminders::letter::ReminderLetter;
use crate::consultations::reminders::store;
use crate::consultations::reminders::store::DueReminder;
use crate::consultations::store as requests;
use crate::mail;
use crate::web::app::App;

/// Makes every reminder that is due, and says how many. Those that came too late to be sent are given up.
///
/// Whoever is booked when a reminder would have gone already was told at that moment, and gets none. After a standstill
/// a patient gets one mail, not one for each time that was missed.
pub async fn make_due(app: &App) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let readers = app.database.readers();
    let mut due = Vec::new();
    // The nearest to the booking first: it makes the earlier ones needless.
    for hours in app.site.clinic.reminder_hours() {
        due.extend(store::due(readers, i64::from(*hours), now).await?);
    }
    if due.is_empty() && !mail::has_expired(readers, now).await? {
        return Ok(0);
    }
    let parts = app.clone();
    let made = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                mail::give_up_expired(connection, now).await?;
                let mut made = 0;
                for reminder in &due {
                    made += usize::from(make(connection, &parts, reminder, now).await?);
                }
                Ok(made)
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(made)
}

/// False when it was made meanwhile, or is not wanted any more.
async fn make(
    connection: &mut SqliteConnection,
    app: &App,
    due: &DueReminder,
    now: Timestamp,
) -> sqlx::Result<bool> {
    if !store::make(connection, due, now).await? {
        return Ok(false);
    }
    let request = requests::find_on(connection, &app.cipher, &due.reference).await?;
    let Some(booking) = bookings::store::find(connection, &app.cipher, &due.reference).await? else {
        return Ok(false);
    };
    let (begins, token) = (booking.starts_at, private_token(connection, app, &due.reference).await?);
    let letter = ReminderLetter(BookingLetter::of(&request, booking, News::Reminder, token));
    notifications::remind(connection, app, &request, &letter, begins, now).await
}
