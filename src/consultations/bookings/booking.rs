//! A booking: when, how long and where.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::VariantArray;

use crate::consultations::bookings::clinician::Clinician;
use crate::consultations::request_state::RequestState;
use crate::web::form::contact::Choice;

/// Where a consultation takes place.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    Debug,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    Serialize,
    Deserialize,
)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
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
    /// For the desk alone, as is the room: mails say neither.
    #[serde(skip)]
    pub clinician: Clinician,
    /// Room or line, or nothing.
    #[serde(skip)]
    pub room: String,
    /// Grows with each change, so that calendars take the newest.
    pub sequence: i64,
    /// What of it cannot be read, as people call it.
    #[serde(skip)]
    pub unreadable: Vec<&'static str>,
}

impl Booking {
    /// Whether it stands, for a request in this state, and is still to come.
    pub fn is_ahead(&self, state: RequestState, now: Timestamp) -> bool {
        state == RequestState::Booked && self.starts_at > now
    }
}

pub const SETTING: &str = "kind of consultation";
pub const PLACE: &str = "place of the consultation";

/// A booking as it was checked.
#[derive(Clone, Debug)]
pub struct NewBooking {
    pub starts_at: Timestamp,
    pub minutes: i64,
    pub setting: Setting,
    pub place: String,
    pub clinician: Clinician,
    pub room: String,
    /// It is odd, and somebody said why it is to be made all the same.
    pub all_the_same: Option<AllTheSame>,
}

/// Why an odd booking is made all the same.
#[derive(Clone, Debug)]
pub struct AllTheSame {
    /// What is odd about it, in a few words that name nobody.
    pub odd: String,
    pub why: String,
}

impl Setting {
    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn label(self) -> &'static str {
        match self {
            Setting::Clinic => "At the clinic",
            Setting::Video => "Video call",
            Setting::Phone => "By phone: we will ring them",
        }
    }

    /// Where, in a word or two.
    pub fn short(self) -> &'static str {
        match self {
            Setting::Clinic => "at the clinic",
            Setting::Video => "by video",
            Setting::Phone => "by phone",
        }
    }

    pub fn choices(chosen: &str) -> Vec<Choice<'static>> {
        let choice = |setting: &Setting| Choice {
            value: setting.as_str(),
            label: setting.label(),
            chosen: setting.as_str() == chosen,
        };
        Setting::VARIANTS.iter().map(choice).collect()
    }
}

impl Booking {
    pub fn ends_at(&self) -> Timestamp {
        ends_at(self.starts_at, self.minutes)
    }

    /// Where, in a word or two.
    pub fn short(&self) -> &'static str {
        if self.unreadable.is_empty() { self.setting.short() } else { "where it takes place cannot be read" }
    }

    /// In which room and with whom, where that was said: ", Room 2, with Priya Shah".
    pub fn held(&self) -> String {
        self.clinician.held(&self.room)
    }
}

/// When something of so many minutes ends. A length that no calendar holds is none.
pub fn ends_at(starts_at: Timestamp, minutes: i64) -> Timestamp {
    let length = SignedDuration::from_secs(minutes.saturating_mul(60));
    starts_at.checked_add(length).unwrap_or(starts_at)
}
