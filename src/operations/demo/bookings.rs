//! The consultations of the made-up month: three clinicians, two rooms and a line, and now and then a clash.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::consultations::bookings::diary::{DiaryBooking, day, store};
use crate::consultations::bookings::{AllTheSame, Clinician, NewBooking, Setting};
use crate::staff::Account;
use crate::storage::clock::moment;
use crate::web::app::App;
use crate::web::error::Result;

const HALF_AN_HOUR: SignedDuration = SignedDuration::from_mins(30);
const WITHOUT_ACCOUNT: [&str; 2] = ["Nia Prosser", "Jo Hartley"];
/// Every so many bookings one is made over another, and one names no clinician.
const CLASH_EVERY: u32 = 12;
const NOBODY_EVERY: u32 = 11;

/// The booking of this number, some working days after `now`.
pub async fn next(app: &App, clinician: &Account, number: u32, now: Timestamp) -> Result<NewBooking> {
    let calendar = app.site.clinic.calendar();
    let clinician = match number % 3 {
        _ if number % NOBODY_EVERY == NOBODY_EVERY - 1 => Clinician::Nobody,
        0 => Clinician::Account { id: clinician.id, name: clinician.name.clone() },
        other => Clinician::Named(WITHOUT_ACCOUNT[other as usize - 1].to_owned()),
    };
    let (setting, place, room) = match number % 4 {
        0 => (Setting::Clinic, app.site.clinic.address.join(", "), "Room 1"),
        1 => (Setting::Clinic, app.site.clinic.address.join(", "), "Room 2"),
        2 => (Setting::Video, format!("https://video.example.org/r/{number}"), ""),
        _ => (Setting::Phone, String::new(), "Line 1"),
    };
    let minutes = [30, 45, 30, 60][number as usize % 4];
    let mut new = NewBooking {
        starts_at: now,
        minutes,
        setting,
        place,
        clinician,
        room: room.to_owned(),
        all_the_same: None,
    };
    let mut date = calendar.local(now).date() + i64::from(1 + number * 3 % 7).days();
    loop {
        let (from, until) = day::bounds(calendar, date);
        let booked = store::between(app.database.readers(), &app.cipher, from, until).await?;
        if number % CLASH_EVERY == CLASH_EVERY - 1
            && let Some(other) = booked.first()
        {
            return Ok(over(new, other));
        }
        if let Some(starts_at) = free(app, date, &new, &booked, number) {
            new.starts_at = starts_at;
            return Ok(new);
        }
        date += 1.days();
    }
}

/// The first moment of a day at which nothing is in the way, from another one for each number.
fn free(app: &App, date: Date, new: &NewBooking, booked: &[DiaryBooking], number: u32) -> Option<Timestamp> {
    let calendar = app.site.clinic.calendar();
    let length = SignedDuration::from_mins(new.minutes);
    let mut moments: Vec<Timestamp> = Vec::new();
    for period in calendar.periods_on(date) {
        let mut at = calendar.at(date, period.opens).timestamp();
        while at + length <= calendar.at(date, period.closes).timestamp() {
            moments.push(at);
            at += HALF_AN_HOUR;
        }
    }
    let first = if moments.is_empty() { 0 } else { number as usize * 5 % moments.len() };
    moments.rotate_left(first);
    let is_free = |at: &Timestamp| {
        let (from, until) = (at.as_second(), (*at + length).as_second());
        !booked.iter().any(|other| other.clashes_with(from, until, &new.clinician, &new.room))
    };
    moments.into_iter().find(is_free)
}

/// At the same time as another, with the same clinician.
fn over(new: NewBooking, other: &DiaryBooking) -> NewBooking {
    let all_the_same = AllTheSame {
        odd: "over another booking".to_owned(),
        why: "They travel together, and one will wait".to_owned(),
    };
    NewBooking {
        starts_at: moment(other.starts_at),
        clinician: other.clinician.clone(),
        all_the_same: Some(all_the_same),
        ..new
    }
}
