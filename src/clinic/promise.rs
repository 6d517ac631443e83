//! Computes by when a patient hears from the clinic: one pure function of its calendar.

use jiff::{Timestamp, Zoned};

use crate::clinic::calendar::Calendar;

/// The promised moment of a request that arrived at a given one.
#[derive(Debug, PartialEq)]
pub struct Promise {
    /// The patient hears from us by this moment.
    pub due: Zoned,
    /// When the clinic next opens, if it was closed at the moment of asking.
    pub opens: Option<Zoned>,
}

impl Calendar {
    /// The promise for a request that arrives `now`.
    ///
    /// A request counts from the moment it arrives while the clinic is open, and from the next opening otherwise. It
    /// falls due at closing time, the promised number of working days after the day it counts from. The moment of
    /// closing is closed.
    pub fn promise(&self, now: Timestamp) -> Promise {
        let opens = (!self.is_open(now)).then(|| self.next_opening(now));
        let today = self.local(now).date();
        let mut date = opens.as_ref().map_or(today, Zoned::date);
        for _ in 0..self.working_days {
            date = self.next_working_day(date);
        }
        let closes = self.periods_on(date).last().expect("a working day is open").closes;
        Promise { due: self.at(date, closes), opens }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::ToSpan;
    use jiff::civil::Time;

    use super::*;
    use crate::clinic::Clinic;
    use crate::clinic::calendar::tests::with_lunch_and_christmas;

    fn promised(now: &str) -> (String, Option<String>) {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let calendar = clinic.calendar();
        let now = format!("{now}[Europe/London]").parse::<Zoned>().unwrap().timestamp();
        let promise = calendar.promise(now);
        (calendar.say(promise.due.timestamp()), promise.opens.map(|moment| calendar.say(moment.timestamp())))
    }

    fn open(due: &str) -> (String, Option<String>) {
        (due.into(), None)
    }

    fn closed(due: &str, opens: &str) -> (String, Option<String>) {
        (due.into(), Some(opens.into()))
    }

    #[test]
    fn a_request_while_open_is_answered_by_closing_time_of_the_next_working_day() {
        assert_eq!(promised("2026-05-19T10:00"), open("5pm on Wednesday 20 May"));
    }

    #[test]
    fn a_request_on_friday_afternoon_is_answered_on_monday() {
        assert_eq!(promised("2026-05-15T16:59"), open("5pm on Monday 18 May"));
    }

    #[test]
    fn the_moment_of_closing_is_closed_and_the_moment_of_opening_is_open() {
        assert_eq!(promised("2026-05-19T17:00"), closed("5pm on Thursday 21 May", "9am on Wednesday 20 May"));
        assert_eq!(promised("2026-05-19T16:59:59"), open("5pm on Wednesday 20 May"));
        assert_eq!(promised("2026-05-20T09:00"), open("5pm on Thursday 21 May"));
        assert_eq!(
            promised("2026-05-20T08:59:59"),
            closed("5pm on Thursday 21 May", "9am on Wednesday 20 May")
        );
    }

    #[test]
    fn a_request_at_23_59_counts_from_the_next_opening() {
        assert_eq!(promised("2026-05-19T23:59"), closed("5pm on Thursday 21 May", "9am on Wednesday 20 May"));
    }

    #[test]
    fn a_request_on_a_bank_holiday_monday_counts_from_tuesday() {
        assert_eq!(promised("2026-05-25T11:00"), closed("5pm on Wednesday 27 May", "9am on Tuesday 26 May"));
    }

    #[test]
    fn christmas_eve_skips_christmas_the_weekend_and_the_substitute_day() {
        assert_eq!(promised("2026-12-24T15:00"), open("5pm on Tuesday 29 December"));
        assert_eq!(
            promised("2026-12-24T18:00"),
            closed("5pm on Wednesday 30 December", "9am on Tuesday 29 December")
        );
    }

    #[test]
    fn closing_time_follows_the_clock_on_the_wall_when_summer_time_begins_and_ends() {
        // The clocks change on 29 March and 25 October 2026.
        let calendar_day = |now: &str| promised(now).0;
        assert_eq!(calendar_day("2026-03-27T12:00"), "5pm on Monday 30 March");
        assert_eq!(calendar_day("2026-10-23T12:00"), "5pm on Monday 26 October");
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let due = clinic.calendar().promise("2026-03-27T12:00Z".parse().unwrap()).due;
        assert_eq!(due.timestamp(), "2026-03-30T16:00Z".parse().unwrap(), "5pm in summer is 4pm in UTC");
    }

    #[test]
    fn the_promise_is_never_in_the_past_and_always_at_a_closing_time() {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let start: Timestamp = "2026-01-01T00:00Z".parse().unwrap();
        for step in 0..(3 * 365 * 24) {
            let now = start + step.hours();
            let due = clinic.calendar().promise(now).due;
            assert!(due.timestamp() > now);
            assert_eq!(due.time(), "17:00".parse::<Time>().unwrap());
        }
    }

    fn promised_at_christmas(now: &str) -> (String, Option<String>) {
        let clinic = with_lunch_and_christmas();
        let calendar = clinic.calendar();
        let promise = calendar.promise(format!("{now}[Europe/London]").parse::<Zoned>().unwrap().timestamp());
        let say = |moment: &Zoned| calendar.say(moment.timestamp());
        (say(&promise.due), promise.opens.as_ref().map(say))
    }

    #[test]
    fn a_request_in_the_lunch_break_counts_from_the_afternoon_of_the_same_day() {
        let due = "5pm on Wednesday 2 December".to_owned();
        assert_eq!(promised_at_christmas("2026-12-01T12:29"), (due.clone(), None));
        let opens = Some("1.30pm on Tuesday 1 December".to_owned());
        assert_eq!(promised_at_christmas("2026-12-01T12:30"), (due.clone(), opens));
        assert_eq!(promised_at_christmas("2026-12-01T13:30"), (due, None));
    }

    #[test]
    fn an_extra_opening_is_a_working_day_with_its_own_closing_time() {
        assert_eq!(
            promised_at_christmas("2026-12-04T10:00"),
            ("1pm on Saturday 5 December".to_owned(), None)
        );
    }

    #[test]
    fn a_closure_is_skipped() {
        let due = "5pm on Monday 4 January".to_owned();
        assert_eq!(promised_at_christmas("2026-12-23T16:59"), (due, None));
        let opens = Some("9am on Monday 4 January".to_owned());
        assert_eq!(promised_at_christmas("2026-12-24T10:00"), ("5pm on Tuesday 5 January".to_owned(), opens));
    }
}
