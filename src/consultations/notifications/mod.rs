//! Tells a patient by mail, or leaves word for the desk why not: a mail that is not sent undoes nothing.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::consultations::bookings::invitation::Invitation;
use crate::consultations::request::Request;
use crate::consultations::{handling, letters, store as requests};
use crate::mail;
use crate::mail::limits;
use crate::mail::limits::{Answer, Unsent};
use crate::mail::{CalendarFile, Letter};
use crate::web::app::App;

pub mod store;

/// Who causes a mail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Anyone who typed the address into the form: their mails are counted.
    Patient,
    Staff,
}

/// Confirms a request, when there is an address for it.
pub async fn confirm(
    connection: &mut SqliteConnection,
    app: &App,
    request: &Request,
    token: &str,
    by: By,
    now: Timestamp,
) -> sqlx::Result<()> {
    let stop = limits::stop_link(&app.site, &app.cipher, &request.email);
    let letter = letters::confirmation(&app.site, request, token, &stop);
    tell(connection, app, request, letter.map(|letter| (letter, None)), by, now).await
}

/// Tells of a booking, when there is an address for it.
pub async fn invite(
    connection: &mut SqliteConnection,
    app: &App,
    request: &Request,
    letter: Result<Letter, askama::Error>,
    invitation: Invitation<'_>,
) -> sqlx::Result<()> {
    let now = invitation.now;
    let calendar = CalendarFile { method: invitation.method(), text: invitation.to_string() };
    let letter = letter.map(|letter| (letter, Some(calendar)));
    tell(connection, app, request, letter, By::Staff, now).await
}

/// The owner of the address stopped a mail that waited.
pub async fn stopped(connection: &mut SqliteConnection, reference: &str, now: Timestamp) -> sqlx::Result<()> {
    leave_word(connection, reference, Unsent::Stopped, now).await?;
    handling::store::touch(connection, reference, now).await
}

async fn tell(
    connection: &mut SqliteConnection,
    app: &App,
    request: &Request,
    letter: Result<(Letter, Option<CalendarFile>), askama::Error>,
    by: By,
    now: Timestamp,
) -> sqlx::Result<()> {
    if request.email.is_empty() {
        return Ok(());
    }
    let written = letter
        .map_err(anyhow::Error::from)
        .and_then(|(letter, calendar)| app.sender.write(&letter, calendar.as_ref(), now));
    let Ok(message) = written else {
        return leave_word(connection, &request.reference, Unsent::Unwritten, now).await;
    };
    match answer(connection, app, &request.email, by, now).await? {
        Answer::No(why) => leave_word(connection, &request.reference, why, now).await,
        answer => {
            mail::keep(connection, &app.cipher, &message, now, answer.due(now)).await?;
            store::set_untold(connection, &request.reference, None).await
        }
    }
}

async fn answer(
    connection: &mut SqliteConnection,
    app: &App,
    address: &str,
    by: By,
    now: Timestamp,
) -> sqlx::Result<Answer> {
    if by == By::Patient {
        return limits::ask(connection, &app.cipher, address, app.limits.bounds_mail(), now).await;
    }
    let stopped = limits::is_stopped(connection, &app.cipher, address).await?;
    Ok(if stopped { Answer::No(Unsent::Stopped) } else { Answer::Send })
}

async fn leave_word(
    connection: &mut SqliteConnection,
    reference: &str,
    why: Unsent,
    now: Timestamp,
) -> sqlx::Result<()> {
    store::set_untold(connection, reference, Some(why)).await?;
    let what = format!("reports that no email was sent: {}", why.says());
    requests::add_event(connection, reference, now, "system", &what).await
}
