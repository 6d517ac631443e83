//! A consultation that is booked: when, how long and where, told to the patient with a calendar file.

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteConnection;

use crate::consultations::Request;
use crate::consultations::notifications;
use crate::consultations::transitions::private_token;
use crate::mail;
use crate::storage::encryption::random_token;
use crate::web::app::App;
use crate::web::form::contact::Choice;

use letter::{BookingLetter, News};

pub mod invitation;
pub mod letter;
pub mod request;
pub mod store;

/// Where a consultation takes place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    Clinic,
    Video,
    Phone,
}

/// A booking as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Booking {
    /// Random; calendars know the booking by it.
    pub id: String,
    pub starts_at: Timestamp,
    pub minutes: i64,
    pub setting: Setting,
    /// The clinic's address or another, the link of a video call, or nothing.
    pub place: String,
    /// Grows with each change, so that calendars take the newest.
    pub sequence: i64,
}

/// A booking as it was checked.
#[derive(Clone, Debug)]
pub struct NewBooking {
    pub starts_at: Timestamp,
    pub minutes: i64,
    pub setting: Setting,
    pub place: String,
}

impl Setting {
    pub const ALL: [Setting; 3] = [Setting::Clinic, Setting::Video, Setting::Phone];

    pub fn word(self) -> &'static str {
        match self {
            Setting::Clinic => "clinic",
            Setting::Video => "video",
            Setting::Phone => "phone",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Setting::Clinic => "At the clinic",
            Setting::Video => "Video call",
            Setting::Phone => "By phone: we ring them",
        }
    }

    pub fn from_word(word: &str) -> Option<Setting> {
        Setting::ALL.into_iter().find(|setting| setting.word() == word)
    }

    pub fn choices(chosen: &str) -> Vec<Choice<'static>> {
        Setting::ALL
            .map(|setting| Choice {
                value: setting.word(),
                label: setting.label(),
                chosen: setting.word() == chosen,
            })
            .into()
    }
}

impl Booking {
    pub fn ends_at(&self) -> Timestamp {
        self.starts_at + self.minutes.minutes()
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
    let is_change = standing.is_some();
    let NewBooking { starts_at, minutes, setting, place } = new.clone();
    let (booking, news) = match standing {
        Some(Booking { id, sequence, .. }) => {
            let sequence = sequence + 1;
            store::change(connection, &app.cipher, &id, &new, sequence).await?;
            let booking = Booking { id, starts_at, minutes, setting, place, sequence };
            // To who was never told of the first time, this one is the first.
            let topic = BookingLetter::topic(&request.reference);
            let told = mail::may_have_gone(connection, &topic).await?;
            (booking, if told { News::Changed } else { News::Booked })
        }
        None => {
            let booking = Booking { id: random_token(), starts_at, minutes, setting, place, sequence: 0 };
            store::insert(connection, &app.cipher, &request.reference, &booking).await?;
            (booking, News::Booked)
        }
    };
    notify(connection, app, request, booking, news, now).await?;
    Ok(if is_change { "changed the booking" } else { "booked" })
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
    notify(connection, app, request, booking, News::Cancelled, now).await
}

/// Who gave no address, or cannot be written to, is told by phone.
async fn notify(
    connection: &mut SqliteConnection,
    app: &App,
    request: &Request,
    booking: Booking,
    news: News,
    now: Timestamp,
) -> sqlx::Result<()> {
    let token = private_token(connection, app, &request.reference).await?;
    let letter = BookingLetter::of(request, booking, news, token);
    notifications::of_booking(connection, app, request, &letter, now).await
}
