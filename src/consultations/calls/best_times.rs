//! When a call suits a patient while the clinic is open.

use jiff::civil::{Date, Time, Weekday, time};
use jiff::{Timestamp, ToSpan};

use crate::clinic::calendar::Calendar;
use crate::web::form::contact::CallTime;

/// A clinic that is not open at a patient's times on this many open days rings at any time.
const OPEN_DAYS_AHEAD: usize = 15;
const MIDDAY: Time = time(12, 0, 0, 0);
const EVENING: Time = time(17, 0, 0, 0);

/// Whether a call between these moments, which lie within one day, suits the patient and the clinic is open.
pub fn suits(calendar: &Calendar, times: &[CallTime], from: Timestamp, until: Timestamp) -> bool {
    let date = calendar.local(from).date();
    windows(calendar, times, date).iter().any(|(start, end)| *start < until && from < *end)
}

/// The times that patients like to be called at which a call between two moments, which lie within one day, fits: worked
/// out once for many patients.
pub struct Fitting(Vec<CallTime>);

impl Fitting {
    pub fn in_hour(calendar: &Calendar, from: Timestamp, until: Timestamp) -> Fitting {
        Fitting(CallTime::ALL.into_iter().filter(|time| suits(calendar, &[*time], from, until)).collect())
    }

    /// Whether it suits a patient who likes these times, as `suits` says of one.
    pub fn suit(&self, times: &[CallTime]) -> bool {
        match times {
            [] => self.0.contains(&CallTime::AnyTime),
            times => times.iter().any(|time| self.0.contains(time)),
        }
    }
}

/// The first moment from `earliest` on that suits the patient while the clinic is open.
pub fn next_time(calendar: &Calendar, times: &[CallTime], earliest: Timestamp) -> Option<Timestamp> {
    let first = calendar.local(earliest).date();
    let found = |times: &[CallTime]| {
        // Closed days do not count: a closure may be longer than any number of days.
        let open = |date: &Date| !calendar.periods_on(*date).is_empty();
        let days = first.series(1.day()).filter(open).take(OPEN_DAYS_AHEAD);
        let mut windows = days.flat_map(|date| windows(calendar, times, date));
        windows.find_map(|(start, end)| (earliest < end).then(|| start.max(earliest)))
    };
    found(times).or_else(|| found(&[CallTime::AnyTime]))
}

/// When the clinic is open on a day and the patient likes to be called, in order.
fn windows(calendar: &Calendar, times: &[CallTime], date: Date) -> Vec<(Timestamp, Timestamp)> {
    let times = if times.is_empty() { &[CallTime::AnyTime] } else { times };
    let periods = calendar.periods_on(date);
    let Some(last) = periods.last() else { return Vec::new() };
    let wanted = times.iter().filter_map(|time| wanted(*time, date.weekday(), last.closes));
    let mut found: Vec<(Timestamp, Timestamp)> = wanted
        .flat_map(|(from, until)| periods.iter().map(move |p| (p.opens.max(from), p.closes.min(until))))
        .filter(|(start, end)| start < end)
        .map(|(start, end)| (calendar.at(date, start).timestamp(), calendar.at(date, end).timestamp()))
        .collect();
    found.sort();
    found
}

/// The hours that a patient means on a day on which the clinic closes at `closes`; nothing when they mean other days.
fn wanted(time: CallTime, weekday: Weekday, closes: Time) -> Option<(Time, Time)> {
    let weekend = matches!(weekday, Weekday::Saturday | Weekday::Sunday);
    match time {
        CallTime::AnyTime => Some((Time::MIN, Time::MAX)),
        CallTime::Mornings | CallTime::Afternoons if weekend => None,
        CallTime::Mornings => Some((Time::MIN, MIDDAY)),
        CallTime::Afternoons => Some((MIDDAY, EVENING)),
        CallTime::EarlyEvenings if closes > EVENING => Some((EVENING, Time::MAX)),
        // A clinic that closes at 5pm rings these people in its last hour.
        CallTime::EarlyEvenings => Some((closes.saturating_sub(1.hour()), Time::MAX)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinic::calendar::tests::{changed, with_lunch_and_christmas};

    fn next(calendar: &Calendar, times: &[CallTime], earliest: &str) -> String {
        let earliest = format!("{earliest}[Europe/London]").parse::<jiff::Zoned>().unwrap().timestamp();
        calendar.say(next_time(calendar, times, earliest).unwrap())
    }

    #[test]
    fn nobody_is_rung_in_the_lunch_break_or_while_the_clinic_is_closed() {
        let clinic = with_lunch_and_christmas();
        let calendar = clinic.calendar();
        assert_eq!(next(calendar, &[], "2026-12-01T12:29"), "12.29pm on Tuesday 1 December");
        assert_eq!(next(calendar, &[], "2026-12-01T12:30"), "1.30pm on Tuesday 1 December");
        let afternoons = [CallTime::Afternoons];
        assert_eq!(next(calendar, &afternoons, "2026-12-01T09:00"), "midday on Tuesday 1 December");
        assert_eq!(next(calendar, &afternoons, "2026-12-23T17:00"), "midday on Monday 4 January");
        assert_eq!(
            next(calendar, &[], "2026-12-04T17:00"),
            "10am on Saturday 5 December",
            "an extra opening"
        );
    }

    #[test]
    fn what_is_worked_out_for_many_patients_is_what_is_said_of_each() {
        let clinic = with_lunch_and_christmas();
        let calendar = clinic.calendar();
        let choices: [&[CallTime]; 6] = [
            &[],
            &[CallTime::Mornings],
            &[CallTime::Afternoons],
            &[CallTime::EarlyEvenings],
            &[CallTime::AnyTime],
            &[CallTime::Mornings, CallTime::EarlyEvenings],
        ];
        let mut said = Vec::new();
        for hour in 0..24 {
            let from = format!("2026-12-01T{hour:02}:00[Europe/London]").parse::<jiff::Zoned>().unwrap();
            let (from, until) = (from.timestamp(), from.timestamp() + 1.hour());
            let fitting = Fitting::in_hour(calendar, from, until);
            for times in choices {
                said.push(fitting.suit(times));
                assert_eq!(fitting.suit(times), suits(calendar, times, from, until), "{hour} {times:?}");
            }
        }
        assert!(said.contains(&true) && said.contains(&false));
    }

    #[test]
    fn after_a_closure_of_two_months_patients_are_rung_at_their_times() {
        let closed = "[[closures]]\nfrom = \"2026-07-01\"\nto = \"2026-08-31\"\nwords = \"Closed.\"";
        let clinic = changed(|shipped| format!("{shipped}\n{closed}"));
        let next = next(clinic.calendar(), &[CallTime::Afternoons], "2026-06-30T17:00");
        assert_eq!(next, "midday on Tuesday 1 September");
    }
}
