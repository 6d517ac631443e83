//! Notifies a patient by mail, or records for the desk why no mail was sent; and notifies the clinic.

use jiff::Timestamp;

use crate::consultations::bookings;
use crate::consultations::bookings::letter::{BookingLetter, News};
use crate::consultations::handling;
use crate::consultations::handling::Attention;
use crate::consultations::history;
use crate::consultations::letters::{Confirmation, Notice};
use crate::consultations::messages::letter::MessageLetter;
use crate::consultations::reminders::letter::ReminderLetter;
use crate::consultations::request::Request;
use crate::consultations::request_state::RequestState;
use crate::mail;
use crate::mail::limits;
use crate::mail::limits::{Allowance, NotSent};
use crate::mail::{ClinicNotice, NewMail};
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::web::app::App;

pub mod store;

/// So many notices to the clinic in an hour go one by one; in a flood the next ones are bundled.
const MOST_NOTICES_AN_HOUR: i64 = 60;
/// What a bundle is about, in place of one reference.
const SEVERAL: &str = "SEVERAL";

/// Who causes a mail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Anyone who typed the address into the form: their mails are counted.
    Patient,
    Staff,
}

/// Confirms a request, when there is an address for it.
pub async fn confirm(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    token: &str,
    by: By,
    now: Timestamp,
) -> sqlx::Result<()> {
    let letter = Confirmation::of(request, token, request.signs_found(&app.site.signs));
    let mail = NewMail::new(&letter, &request.reference, &request.email);
    notify(connection, app, request, mail, by, now).await
}

/// Tells of a booking, when there is an address for it. What was said of it before and still waits is not said any more.
pub async fn of_booking(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    letter: &BookingLetter,
    now: Timestamp,
) -> sqlx::Result<()> {
    let topic = BookingLetter::topic(letter.booking_id());
    mail::cancel_waiting(connection, &topic, now).await?;
    mail::cancel_waiting(connection, &ReminderLetter::topic(letter.booking_id()), now).await?;
    if let Some(part) = letter.unreadable().first() {
        return cannot_be_told(connection, &request.reference, "email", part, now).await;
    }
    let mail = NewMail::new(letter, &request.reference, &request.email).about(topic);
    notify(connection, app, request, mail, By::Staff, now).await
}

/// A mail would have an empty place where something cannot be read: a person tells the patient.
pub async fn cannot_be_told(
    connection: &mut Connection,
    reference: &str,
    mail: &str,
    part: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    let what = format!("reports that no {mail} was sent: the {part} cannot be read");
    history::store::add_event(connection, reference, now, "system", &what).await?;
    handling::store::set_attention(connection, reference, Attention::NotTold).await?;
    handling::store::touch(connection, reference, now).await
}

/// Reminds of a booking that begins at `begins`, when there is an address that mail may go to. False when there is none.
pub async fn remind(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    letter: &ReminderLetter,
    begins: Timestamp,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let address = &request.email;
    if address.is_empty() || allowance(connection, app, address, By::Staff, now).await? != Allowance::Send {
        return Ok(false);
    }
    let topic = ReminderLetter::topic(letter.0.booking_id());
    let mail = NewMail::new(letter, &request.reference, address).about(topic).until(begins);
    mail::enqueue(connection, app, mail, now, now).await?;
    Ok(true)
}

/// Brings the patient what staff wrote.
pub async fn write(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    letter: &MessageLetter,
    now: Timestamp,
) -> sqlx::Result<()> {
    let mail = NewMail::new(letter, &request.reference, &request.email);
    notify(connection, app, request, mail, By::Staff, now).await
}

/// Tells the clinic that a patient cannot make the time that was booked.
pub async fn another_time_wanted(
    connection: &mut Connection,
    app: &App,
    reference: &str,
    was_at: Timestamp,
    read_first: bool,
    now: Timestamp,
) -> sqlx::Result<()> {
    let notice = Notice::AnotherTime { was_at: seconds(was_at), read_first };
    let mail = NewMail::new(&notice, reference, &app.site.clinic.notices_to);
    mail::enqueue(connection, app, mail, now, now).await?;
    Ok(())
}

/// The patient’s address changed: what had not gone goes to the new one, with the new address of the private page.
/// When all of it had gone, the new address is told how the request stands. Without one nothing is sent.
pub async fn follow_address(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    token: &str,
    by: By,
    now: Timestamp,
) -> sqlx::Result<()> {
    let about = &request.reference;
    // The new address is told of the booking now.
    mail::take_unsent::<ReminderLetter>(connection, app, about, now).await?;
    let unsent = mail::take_unsent::<Confirmation>(connection, app, about, now).await?;
    let news = match mail::take_unsent::<BookingLetter>(connection, app, about, now).await? {
        Some(letter) => Some(letter.with_token(token)),
        None => bookings::store::find(connection, &app.cipher, about)
            .await?
            .filter(|booking| request.state == RequestState::Booked && booking.unreadable.is_empty())
            .map(|booking| BookingLetter::of(request, booking, News::Booked, token.to_owned())),
    };
    // The limits let few mails go to an address that a patient typed: the time of the consultation goes first.
    let is_booked = news.is_some();
    if let Some(letter) = news {
        let topic = BookingLetter::topic(letter.booking_id());
        let mail = NewMail::new(&letter, about, &request.email).about(topic);
        notify(connection, app, request, mail, by, now).await?;
    }
    if unsent.is_some() || !is_booked {
        confirm(connection, app, request, token, by, now).await?;
    }
    for letter in mail::take_all_unsent::<MessageLetter>(connection, app, about, now).await? {
        let letter = letter.with_token(token);
        let mail = NewMail::new(&letter, about, &request.email);
        notify(connection, app, request, mail, by, now).await?;
    }
    Ok(())
}

/// Tells the clinic of a request. In a flood one mail tells of several.
pub async fn notify_clinic(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    now: Timestamp,
) -> sqlx::Result<()> {
    let notice = ClinicNotice {
        reference: &request.reference,
        one: Notice::of(request),
        several: Notice::of_several(request),
        several_reference: SEVERAL,
        most_an_hour: MOST_NOTICES_AN_HOUR,
    };
    mail::notify_clinic(connection, app, notice, |waiting| waiting.add_one(request), now).await
}

/// The owner of the address stopped a mail that waited.
pub async fn stopped(connection: &mut Connection, reference: &str, now: Timestamp) -> sqlx::Result<()> {
    // A mail whose reference cannot be read is about no request that is known: its owner stops it all the same.
    if !store::is_known(connection, reference).await? {
        return Ok(());
    }
    record_not_notified(connection, reference, NotSent::Stopped, By::Staff, now).await?;
    handling::store::touch(connection, reference, now).await
}

/// A mail that was sent to the patient of an open request was not delivered after all. Other references are left alone.
pub async fn came_back(connection: &mut Connection, reference: &str, now: Timestamp) -> sqlx::Result<()> {
    if let Some(open) = store::open_for(connection, reference).await? {
        let what = "reports that an email to the patient came back: it was not delivered";
        history::store::add_event(connection, &open, now, "system", what).await?;
        handling::store::touch(connection, &open, now).await?;
    }
    Ok(())
}

async fn notify(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    mail: NewMail,
    by: By,
    now: Timestamp,
) -> sqlx::Result<()> {
    if request.email.is_empty() {
        return Ok(());
    }
    match allowance(connection, app, &request.email, by, now).await? {
        Allowance::No(why) => record_not_notified(connection, &request.reference, why, by, now).await,
        allowance => {
            mail::enqueue(connection, app, mail, now, allowance.due(now)).await?;
            store::set_not_notified(connection, &request.reference, None).await?;
            Ok(())
        }
    }
}

/// Why no mail that staff cause can go to the patient; nothing when it can, or when there is no address.
pub async fn cannot_mail(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    now: Timestamp,
) -> sqlx::Result<Option<NotSent>> {
    if request.email.is_empty() {
        return Ok(None);
    }
    Ok(match allowance(connection, app, &request.email, By::Staff, now).await? {
        Allowance::No(why) => Some(why),
        Allowance::Send | Allowance::HoldUntil(_) => None,
    })
}

async fn allowance(
    connection: &mut Connection,
    app: &App,
    address: &str,
    by: By,
    now: Timestamp,
) -> sqlx::Result<Allowance> {
    if !mail::can_go_to(address) {
        return Ok(Allowance::No(NotSent::Unwritable));
    }
    if by == By::Patient {
        return limits::ask(connection, &app.cipher, address, app.limits.bounds_mail(), now).await;
    }
    let stopped = limits::is_stopped(connection, &app.cipher, address).await?;
    Ok(if stopped { Allowance::No(NotSent::Stopped) } else { Allowance::Send })
}

async fn record_not_notified(
    connection: &mut Connection,
    reference: &str,
    why: NotSent,
    by: By,
    now: Timestamp,
) -> sqlx::Result<()> {
    let is_news = store::set_not_notified(connection, reference, Some(why)).await?;
    // What a patient does again and again is one line of the history.
    if by == By::Patient && !is_news {
        return Ok(());
    }
    let what = format!("reports that no email was sent: {}", why.describe());
    history::store::add_event(connection, reference, now, "system", &what).await
}
