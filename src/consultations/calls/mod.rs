//! Calls to patients: what came of one, and when to try again.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::{Timestamp, ToSpan};

use crate::clinic::promise::{Calendar, OpenDay};
use crate::consultations::State;
use crate::web::form::contact::CallTime;

pub mod store;

/// Nobody wants to be rung again sooner than this after not answering.
const BETWEEN_TRIES: i64 = 2;
/// A clinic that is never open at a patient's times within this many days rings at any time.
const DAYS_AHEAD: usize = 21;
const MIDDAY: Time = time(12, 0, 0, 0);
const EVENING: Time = time(17, 0, 0, 0);

/// What came of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Spoke,
    NoAnswer,
    LeftMessage,
    WrongNumber,
}

impl Outcome {
    pub const ALL: [Outcome; 4] =
        [Outcome::Spoke, Outcome::NoAnswer, Outcome::LeftMessage, Outcome::WrongNumber];

    pub fn word(self) -> &'static str {
        match self {
            Outcome::Spoke => "spoke",
            Outcome::NoAnswer => "no-answer",
            Outcome::LeftMessage => "left-message",
            Outcome::WrongNumber => "wrong-number",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Outcome::Spoke => "Spoke",
            Outcome::NoAnswer => "No answer",
            Outcome::LeftMessage => "Left message",
            Outcome::WrongNumber => "Wrong number",
        }
    }

    /// The key that says so, on the page.
    pub fn key(self) -> char {
        match self {
            Outcome::Spoke => '1',
            Outcome::NoAnswer => '2',
            Outcome::LeftMessage => '3',
            Outcome::WrongNumber => '4',
        }
    }

    pub fn from_word(word: &str) -> Option<Outcome> {
        Outcome::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// Where a call takes a request: who was spoken to, or left a message, has heard from us.
    pub fn leads_to(self, state: State) -> State {
        match (self, state) {
            (Outcome::Spoke | Outcome::LeftMessage, State::New) => State::Contacted,
            (_, state) => state,
        }
    }

    /// When to ring next; nothing when there is no more to ring about, or nobody at that number.
    pub fn next_try(self, calendar: &Calendar, times: &[CallTime], now: Timestamp) -> Option<Timestamp> {
        let earliest = match self {
            Outcome::Spoke | Outcome::WrongNumber => return None,
            Outcome::NoAnswer => now + BETWEEN_TRIES.hours(),
            Outcome::LeftMessage => calendar.at(tomorrow(calendar, now), Time::midnight()).timestamp(),
        };
        next_time(calendar, times, earliest)
    }
}

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

fn tomorrow(calendar: &Calendar, now: Timestamp) -> Date {
    let today = calendar.local(now).date();
    today.tomorrow().unwrap_or(today)
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clinic::Clinic;

    fn next(outcome: Outcome, times: &[CallTime], now: &str) -> Option<String> {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let calendar = clinic.calendar();
        let now = format!("{now}[Europe/London]").parse::<jiff::Zoned>().unwrap().timestamp();
        outcome.next_try(calendar, times, now).map(|moment| calendar.say(moment))
    }

    #[test]
    fn no_answer_is_tried_again_two_hours_later_at_the_earliest() {
        let any = [CallTime::AnyTime];
        assert_eq!(
            next(Outcome::NoAnswer, &any, "2026-05-20T10:00").as_deref(),
            Some("midday on Wednesday 20 May")
        );
        assert_eq!(
            next(Outcome::NoAnswer, &[], "2026-05-20T10:00").as_deref(),
            Some("midday on Wednesday 20 May")
        );
    }

    #[test]
    fn the_next_try_waits_for_the_patients_time_and_for_opening_hours() {
        let mornings = [CallTime::Mornings];
        assert_eq!(
            next(Outcome::NoAnswer, &mornings, "2026-05-20T11:30").as_deref(),
            Some("9am on Thursday 21 May")
        );
        let both = [CallTime::EarlyEvenings, CallTime::Mornings];
        assert_eq!(
            next(Outcome::NoAnswer, &both, "2026-05-20T11:30").as_deref(),
            Some("4pm on Wednesday 20 May")
        );
        assert_eq!(
            next(Outcome::NoAnswer, &[CallTime::AnyTime], "2026-05-22T16:30").as_deref(),
            Some("9am on Tuesday 26 May"),
            "over the weekend and the bank holiday"
        );
    }

    #[test]
    fn a_message_is_given_until_the_next_working_day() {
        assert_eq!(
            next(Outcome::LeftMessage, &[CallTime::Afternoons], "2026-05-20T09:05").as_deref(),
            Some("midday on Thursday 21 May")
        );
    }

    #[test]
    fn there_is_no_next_try_after_talking_or_at_a_wrong_number() {
        assert_eq!(next(Outcome::Spoke, &[], "2026-05-20T10:00"), None);
        assert_eq!(next(Outcome::WrongNumber, &[], "2026-05-20T10:00"), None);
    }

    #[test]
    fn the_next_try_is_always_while_the_clinic_is_open_and_in_the_future() {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let calendar = clinic.calendar();
        let start: Timestamp = "2026-01-01T00:00Z".parse().unwrap();
        for step in 0..(2 * 365 * 6) {
            let now = start + (step * 4).hours();
            for times in [[CallTime::Mornings], [CallTime::EarlyEvenings], [CallTime::AnyTime]] {
                for outcome in [Outcome::NoAnswer, Outcome::LeftMessage] {
                    let at = outcome.next_try(calendar, &times, now).unwrap();
                    let local = calendar.local(at);
                    let day = calendar.open_on(local.date()).expect("open on the day");
                    assert!(at > now && day.opens <= local.time() && local.time() < day.closes);
                }
            }
        }
    }

    #[test]
    fn only_hearing_from_us_moves_a_new_request_on() {
        assert_eq!(Outcome::Spoke.leads_to(State::New), State::Contacted);
        assert_eq!(Outcome::LeftMessage.leads_to(State::New), State::Contacted);
        assert_eq!(Outcome::NoAnswer.leads_to(State::New), State::New);
        assert_eq!(Outcome::Spoke.leads_to(State::Booked), State::Booked);
    }
}
