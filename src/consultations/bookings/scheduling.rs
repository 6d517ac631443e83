//! Books, changes and cancels a consultation, and tells the patient with a calendar file.

use askama::Template;
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::consultations::bookings::booking::{Booking, NewBooking, Setting};
use crate::consultations::bookings::invitation::Invitation;
use crate::consultations::bookings::store;
use crate::consultations::notifications;
use crate::consultations::private_page::private_token;
use crate::consultations::request::Request;
use crate::mail::{Letter, Purpose};
use crate::storage::encryption::random_token;
use crate::web::app::App;
use crate::web::form::plain_name;
use crate::web::site::Site;

/// What a mail about a booking tells.
#[derive(Clone, Copy, PartialEq)]
enum News {
    Booked,
    Changed,
    Cancelled,
}

#[derive(Template)]
#[template(path = "consultations/mail_booking.txt")]
struct BookingText<'a> {
    site: &'a Site,
    request: &'a Request,
    name: &'a str,
    booking: &'a Booking,
    news: News,
    when: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_booking.html")]
struct BookingHtml<'a> {
    site: &'a Site,
    request: &'a Request,
    name: &'a str,
    booking: &'a Booking,
    news: News,
    when: &'a str,
    link: &'a str,
}

impl News {
    /// The heading of the mail.
    fn says(self) -> &'static str {
        match self {
            News::Booked => "Your consultation is booked",
            News::Changed => "Your consultation has changed",
            News::Cancelled => "Your consultation is cancelled",
        }
    }
}

/// Books, or changes what is booked, and tells the patient. Says what was done as the history says it.
pub async fn book(
    connection: &mut SqliteConnection,
    app: &App,
    request: &Request,
    new: NewBooking,
    now: Timestamp,
) -> sqlx::Result<&'static str> {
    let standing = store::find(connection, &app.cipher, &request.reference).await?;
    let NewBooking { starts_at, minutes, setting, place } = new.clone();
    let (booking, news) = match standing {
        Some(Booking { id, sequence, .. }) => {
            let sequence = sequence + 1;
            store::change(connection, &app.cipher, &id, &new, sequence).await?;
            (Booking { id, starts_at, minutes, setting, place, sequence }, News::Changed)
        }
        None => {
            let booking = Booking { id: random_token(), starts_at, minutes, setting, place, sequence: 0 };
            store::insert(connection, &app.cipher, &request.reference, &booking).await?;
            (booking, News::Booked)
        }
    };
    tell(connection, app, request, &booking, news, now).await?;
    Ok(if news == News::Booked { "booked" } else { "changed the booking" })
}

/// Cancels what is booked, and tells the patient.
pub async fn cancel(
    connection: &mut SqliteConnection,
    app: &App,
    request: &Request,
    now: Timestamp,
) -> sqlx::Result<()> {
    let Some(mut booking) = store::find(connection, &app.cipher, &request.reference).await? else {
        return Ok(());
    };
    booking.sequence += 1;
    store::cancel(connection, &booking.id, booking.sequence, now).await?;
    tell(connection, app, request, &booking, News::Cancelled, now).await
}

/// Who gave no address, or cannot be written to, is told by phone.
async fn tell(
    connection: &mut SqliteConnection,
    app: &App,
    request: &Request,
    booking: &Booking,
    news: News,
    now: Timestamp,
) -> sqlx::Result<()> {
    let token = private_token(connection, app, &request.reference).await?;
    let letter = letter(&app.site, request, booking, news, &token);
    let invitation = Invitation {
        booking,
        site: &app.site,
        attendee: &request.email,
        cancelled: news == News::Cancelled,
        now,
    };
    notifications::invite(connection, app, request, letter, invitation).await
}

fn letter(
    site: &Site,
    request: &Request,
    booking: &Booking,
    news: News,
    token: &str,
) -> Result<Letter, askama::Error> {
    let when = site.clinic.calendar().say_with_year(booking.starts_at);
    let (link, name) = (site.url(&format!("/consultations/{token}")), plain_name(&request.name));
    Ok(Letter {
        purpose: Purpose::ConsultationBooking,
        reference: request.reference.clone(),
        to: request.email.clone(),
        to_name: name.to_owned(),
        subject: format!("{}: {when}", news.says()),
        text: BookingText { site, request, name, booking, news, when: &when, link: &link }.render()?,
        html: BookingHtml { site, request, name, booking, news, when: &when, link: &link }.render()?,
    })
}
