//! When a call suits a patient while the clinic is open.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::{Timestamp, ToSpan};

use crate::clinic::promise::{Calendar, OpenDay};
use crate::web::form::contact::CallTime;

/// A clinic that is never open at a patient's times within this many days rings at any time.
const DAYS_AHEAD: usize = 21;
const MIDDAY: Time = time(12, 0, 0, 0);
const EVENING: Time = time(17, 0, 0, 0);

/// Whether a call between these moments, which lie within one day, suits the patient and the clinic is open.
pub fn suits(calendar: &Calendar, times: &[CallTime], from: Timestamp, until: Timestamp) -> bool {
    let date = calendar.local(from).date();
    windows(calendar, times, date).iter().any(|(start, end)| *start < until && from < *end)
}

/// The first moment from `earliest` on that suits the patient while the clinic is open.
pub fn next_time(calendar: &Calendar, times: &[CallTime], earliest: Timestamp) -> Option<Timestamp> {
    let first = calendar.local(earliest).date();
    let found = |times: &[CallTime]| {
        let days = first.series(1.day()).take(DAYS_AHEAD);
        let mut windows = days.flat_map(|date| windows(calendar, times, date));
        windows.find_map(|(start, end)| (earliest < end).then(|| start.max(earliest)))
    };
    found(times).or_else(|| found(&[CallTime::AnyTime]))
}

/// When the clinic is open on a day and the patient likes to be called, in order.
fn windows(calendar: &Calendar, times: &[CallTime], date: Date) -> Vec<(Timestamp, Timestamp)> {
    let Some(day) = calendar.open_on(date) else { return Vec::new() };
    let times = if times.is_empty() { &[CallTime::AnyTime] } else { times };
    let mut found: Vec<(Timestamp, Timestamp)> = times
        .iter()
        .map(|time| window(*time, day))
        .filter(|(start, end)| start < end)
        .map(|(start, end)| (calendar.at(date, start).timestamp(), calendar.at(date, end).timestamp()))
        .collect();
    found.sort();
    found
}

/// A part of an open day; one that is empty ends before it begins.
fn window(time: CallTime, OpenDay { weekday, opens, closes }: OpenDay) -> (Time, Time) {
    let weekend = matches!(weekday, Weekday::Saturday | Weekday::Sunday);
    match time {
        CallTime::AnyTime => (opens, closes),
        CallTime::Mornings | CallTime::Afternoons if weekend => (closes, opens),
        CallTime::Mornings => (opens, closes.min(MIDDAY)),
        CallTime::Afternoons => (opens.max(MIDDAY), closes.min(EVENING)),
        CallTime::EarlyEvenings if closes > EVENING => (opens.max(EVENING), closes),
        // A clinic that closes at 5pm rings these people in its last hour.
        CallTime::EarlyEvenings => (opens.max(closes.saturating_sub(1.hour())), closes),
    }
}
