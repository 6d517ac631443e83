//! Books, changes and cancels a consultation, and mails the patient a calendar file.

use jiff::Timestamp;

use crate::consultations::bookings::booking::{Booking, NewBooking};
use crate::consultations::bookings::letter::{BookingLetter, News};
use crate::consultations::bookings::store;
use crate::consultations::notifications;
use crate::consultations::private_page::private_token;
use crate::consultations::reminders::letter::ReminderLetter;
use crate::consultations::request::Request;
use crate::mail;
use crate::signs::Help;
use crate::storage::database::Connection;
use crate::storage::encryption::random_token;
use crate::web::app::App;

/// What a mail about a booking tells beside the booking.
struct NewsOfBooking {
    news: News,
    /// The time that the patient was told last, if any.
    known: Option<Timestamp>,
    help: Vec<Help>,
}

/// Books, or changes what is booked, and tells the patient. Says what was done as the history says it.
pub async fn book(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    new: NewBooking,
    now: Timestamp,
) -> sqlx::Result<&'static str> {
    let standing = store::find(connection, &app.cipher, &request.reference).await?;
    let is_change = standing.is_some();
    let mut known = None;
    let NewBooking { starts_at, minutes, setting, place, clinician, room, .. } = new.clone();
    let (booking, news) = match standing {
        Some(standing) => {
            let waited = mail::waits(connection, &BookingLetter::topic(&standing.id)).await?;
            known = time_known(connection, &standing).await?;
            let Booking { id, sequence, .. } = standing;
            let sequence = sequence + 1;
            store::change(connection, &app.cipher, &id, &new, sequence, now).await?;
            let unreadable = Vec::new();
            let booking =
                Booking { id, starts_at, minutes, setting, place, clinician, room, sequence, unreadable };
            // Whoever was never notified of the first time gets this one as the first; and for whom it is back at the
            // time that they know, nothing has changed.
            let is_back = waited && known == Some(booking.starts_at);
            (booking, if known.is_some() && !is_back { News::Changed } else { News::Booked })
        }
        None => {
            let booking = Booking {
                id: random_token(),
                starts_at,
                minutes,
                setting,
                place,
                clinician,
                room,
                sequence: 0,
                unreadable: Vec::new(),
            };
            store::insert(connection, &app.cipher, &request.reference, &booking, now).await?;
            (booking, News::Booked)
        }
    };
    let letter = NewsOfBooking { news, known, help: Vec::new() };
    notify(connection, app, request, booking, letter, now).await?;
    Ok(if is_change { "changed the booking" } else { "booked" })
}

/// Whether the patient has yet to hear of a booking: its mail still waits.
pub async fn is_unannounced(connection: &mut Connection, booking: &Booking) -> sqlx::Result<bool> {
    mail::only_waits(connection, &BookingLetter::topic(&booking.id)).await
}

/// The time that the patient knows: that of the last mail that may have gone. Nothing when none has.
async fn time_known(connection: &mut Connection, standing: &Booking) -> sqlx::Result<Option<Timestamp>> {
    let topic = BookingLetter::topic(&standing.id);
    if !mail::may_have_gone(connection, &topic).await? {
        return Ok(None);
    }
    if mail::waits(connection, &topic).await? {
        return Ok(store::told(connection, &standing.id).await?.or(Some(standing.starts_at)));
    }
    store::note_told(connection, &standing.id, standing.starts_at).await?;
    Ok(Some(standing.starts_at))
}

/// Cancels what is booked, and tells the patient, unless the mail about it still waits: then neither goes. Says what was
/// done as the history says it.
pub async fn cancel(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    now: Timestamp,
) -> sqlx::Result<&'static str> {
    end(connection, app, request, (News::Cancelled, Vec::new()), now).await
}

/// The same for a patient who cannot make it. `help` is what their words call for.
pub async fn free(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    help: Vec<Help>,
    now: Timestamp,
) -> sqlx::Result<&'static str> {
    end(connection, app, request, (News::Freed, help), now).await
}

async fn end(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    (news, help): (News, Vec<Help>),
    now: Timestamp,
) -> sqlx::Result<&'static str> {
    let Some(mut booking) = store::find(connection, &app.cipher, &request.reference).await? else {
        return Ok("cancelled the booking");
    };
    let known = time_known(connection, &booking).await?;
    booking.sequence += 1;
    store::cancel(connection, &booking.id, booking.sequence, now).await?;
    mail::cancel_waiting(connection, &ReminderLetter::topic(&booking.id), now).await?;
    if is_unannounced(connection, &booking).await? {
        mail::cancel_waiting(connection, &BookingLetter::topic(&booking.id), now).await?;
        return Ok("cancelled the booking before any email about it had gone");
    }
    notify(connection, app, request, booking, NewsOfBooking { news, known, help }, now).await?;
    Ok("cancelled the booking")
}

/// Patients without an address that mail reaches are told by phone.
async fn notify(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    booking: Booking,
    NewsOfBooking { news, known, help }: NewsOfBooking,
    now: Timestamp,
) -> sqlx::Result<()> {
    let token = private_token(connection, app, &request.reference).await?;
    let letter = BookingLetter::of(request, booking, news, token).with_help(help).for_who_knows(known);
    notifications::of_booking(connection, app, request, &letter, now).await
}
