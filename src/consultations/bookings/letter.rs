//! The mail that tells a patient of a booking, a change or a cancellation, with a calendar file.

use askama::Template;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::consultations::addressee::Addressee;
use crate::consultations::bookings::booking::{Booking, Setting};
use crate::consultations::bookings::invitation::CalendarInvitation;
use crate::consultations::request::Request;
use crate::mail::{CalendarFile, Letter, Purpose, RenderedLetter};
use crate::signs::Help;
use crate::web::site::Site;

/// What the mail tells.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    Booked,
    Changed,
    Cancelled,
    /// The patient cannot make it, and we look for another time.
    Freed,
    /// It is soon.
    Reminder,
}

#[derive(Serialize, Deserialize)]
pub struct BookingLetter {
    #[serde(flatten)]
    to: Addressee,
    booking: Booking,
    news: News,
    /// Of the private page.
    token: String,
    /// Which help the words call for with which they asked for another time.
    #[serde(default)]
    help: Vec<Help>,
    /// The time that the patient was told last, if any.
    #[serde(default)]
    known: Option<Timestamp>,
}

/// Who it is from and to, and when it was made.
pub struct Envelope<'a> {
    pub reference: &'a str,
    pub from: &'a str,
    pub to: &'a str,
    pub created_at: Timestamp,
    /// The link with which the owner of the address stops mail to it.
    pub stop: String,
}

#[derive(Template)]
#[template(path = "consultations/mail_booking.txt")]
struct Text<'a> {
    site: &'a Site,
    reference: &'a str,
    name: &'a str,
    booking: &'a Booking,
    news: News,
    help: &'a [Help],
    when: &'a str,
    link: &'a str,
    stop: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_booking.html")]
struct Html<'a> {
    site: &'a Site,
    reference: &'a str,
    name: &'a str,
    booking: &'a Booking,
    news: News,
    help: &'a [Help],
    when: &'a str,
    link: &'a str,
    stop: &'a str,
}

impl News {
    /// The time is free again.
    fn is_end(self) -> bool {
        matches!(self, News::Cancelled | News::Freed)
    }

    /// The heading of the mail.
    fn heading(self) -> &'static str {
        match self {
            News::Booked => "Your consultation is booked",
            News::Changed => "Your consultation has changed",
            News::Cancelled | News::Freed => "Your consultation is cancelled",
            News::Reminder => "Your consultation is soon",
        }
    }
}

impl Letter for BookingLetter {
    const PURPOSE: Purpose = Purpose::ConsultationBooking;
}

impl BookingLetter {
    pub fn of(request: &Request, booking: Booking, news: News, token: String) -> BookingLetter {
        BookingLetter { to: Addressee::of(request), booking, news, token, help: Vec::new(), known: None }
    }

    /// The same, led by the help that their words call for.
    pub fn with_help(self, help: Vec<Help>) -> BookingLetter {
        BookingLetter { help, ..self }
    }

    /// The same for a patient who was told of a time before.
    pub fn for_who_knows(self, known: Option<Timestamp>) -> BookingLetter {
        BookingLetter { known, ..self }
    }

    /// The same with another address of the private page.
    pub fn with_token(self, token: &str) -> BookingLetter {
        BookingLetter { token: token.to_owned(), ..self }
    }

    /// What of the booking cannot be read, as people call it: such a mail is not sent.
    pub fn unreadable(&self) -> &[&'static str] {
        &self.booking.unreadable
    }

    pub fn booking_id(&self) -> &str {
        &self.booking.id
    }

    /// Every mail about one booking: a newer one replaces one that waits. The next booking of the same request is another
    /// entry of the patient's calendar, and its mail must not replace the cancellation of this one.
    pub fn topic(booking_id: &str) -> String {
        format!("booking:{booking_id}")
    }

    pub fn render(&self, site: &Site, envelope: Envelope<'_>) -> Result<RenderedLetter, askama::Error> {
        let BookingLetter { to: addressee, booking, news, token, help, known } = self;
        let name = &addressee.name;
        let Envelope { reference, from, to, created_at, stop } = envelope;
        let (link, news) = (&site.url(&format!("/consultations/{token}")), *news);
        // What is cancelled is the time that they know, though it was to be moved meanwhile.
        let at = known.filter(|_| news.is_end()).unwrap_or(booking.starts_at);
        let when = &site.clinic.calendar().say_with_year(at);
        let cancelled = news.is_end();
        let file =
            CalendarInvitation { booking, site, organizer: from, attendee: to, cancelled, now: created_at };
        // It is in the patient's calendar already.
        let calendar =
            (news != News::Reminder).then(|| CalendarFile { method: file.method(), text: file.to_string() });
        Ok(RenderedLetter {
            to_name: addressee.in_header().to_owned(),
            subject: match help.is_empty() {
                true => format!("{}: {when}", news.heading()),
                false => format!("Do not wait for us: about your request {reference}"),
            },
            text: Text { site, reference, name, booking, news, help, when, link, stop: &stop }.render()?,
            html: Html { site, reference, name, booking, news, help, when, link, stop: &stop }.render()?,
            calendar,
            stop: Some(stop),
            ..RenderedLetter::default()
        })
    }
}
