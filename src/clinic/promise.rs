//! Computes by when a patient hears from the clinic: opening hours, bank holidays, one pure function.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan, Zoned};
use serde::Deserialize;

/// Warn when the bank holidays on file reach less far ahead than this.
pub const HOLIDAY_WARNING_DAYS: i64 = 60;

/// `content/bank-holidays.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// The last day that the list speaks for.
    until: Date,
    holidays: Vec<Holiday>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    date: Date,
    name: String,
}

#[derive(Clone, Copy)]
pub struct OpenDay {
    pub weekday: Weekday,
    pub opens: Time,
    pub closes: Time,
}

/// When the clinic is open, and how long an answer may take.
pub struct Calendar {
    zone: TimeZone,
    days: Vec<OpenDay>,
    holidays: Holidays,
    working_days: u32,
}

/// The promised moment of a request that arrived at a given one.
#[derive(Debug, PartialEq)]
pub struct Promise {
    /// The patient hears from us by this moment.
    pub due: Zoned,
    /// When the clinic next opens, if it was closed at the moment of asking.
    pub opens: Option<Zoned>,
}

impl Calendar {
    pub fn new(zone: TimeZone, days: Vec<OpenDay>, holidays: Holidays, working_days: u32) -> Calendar {
        assert!(!days.is_empty(), "a clinic that never opens can promise nothing");
        Calendar { zone, days, holidays, working_days }
    }

    /// The days of the week on which the clinic opens.
    pub fn days(&self) -> &[OpenDay] {
        &self.days
    }

    /// The promise for a request that arrives `now`.
    ///
    /// A request counts from the moment it arrives while the clinic is open, and from the next opening otherwise. It
    /// falls due at closing time, the promised number of working days after the day it counts from. The moment of
    /// closing is closed.
    pub fn promise(&self, now: Timestamp) -> Promise {
        let local = now.to_zoned(self.zone.clone());
        let open_now =
            self.open_on(local.date()).is_some_and(|day| (day.opens..day.closes).contains(&local.time()));
        let opens = (!open_now).then(|| self.next_opening(&local));
        let mut date = opens.as_ref().unwrap_or(&local).date();
        for _ in 0..self.working_days {
            date = self.next_working_day(date);
        }
        let closes = self.open_on(date).expect("a working day is open").closes;
        Promise { due: self.at(date, closes), opens }
    }

    /// Days left on the bank holiday list, when they are few enough to warn about. Negative when it has run out.
    pub fn holidays_run_out_in(&self, now: Timestamp) -> Option<i64> {
        let today = now.to_zoned(self.zone.clone()).date();
        let days = i64::from(today.until(self.holidays.until).ok()?.get_days());
        (days < HOLIDAY_WARNING_DAYS).then_some(days)
    }

    /// A moment as people here say it: "5pm on Wednesday 27 May".
    pub fn say(&self, moment: Timestamp) -> String {
        let local = moment.to_zoned(self.zone.clone());
        format!("{} on {}", say_time(local.time()), local.strftime("%A %-d %B"))
    }

    /// The same with the year: "5pm on Wednesday 27 May 2026".
    pub fn say_with_year(&self, moment: Timestamp) -> String {
        format!("{} {}", self.say(moment), self.local(moment).year())
    }

    pub fn local(&self, moment: Timestamp) -> Zoned {
        moment.to_zoned(self.zone.clone())
    }

    /// Days with equal hours together: "Monday to Friday, 9am to 5pm".
    pub fn in_words(&self) -> Vec<String> {
        let mut lines: Vec<(Vec<OpenDay>, String)> = Vec::new();
        for day in &self.days {
            let hours = format!("{} to {}", say_time(day.opens), say_time(day.closes));
            match lines.last_mut() {
                Some((days, same))
                    if *same == hours
                        && days.last().is_some_and(|last| last.weekday.next() == day.weekday) =>
                {
                    days.push(*day);
                }
                _ => lines.push((vec![*day], hours)),
            }
        }
        lines
            .into_iter()
            .map(|(days, hours)| match &days[..] {
                [only] => format!("{:?}, {hours}", only.weekday),
                [first, .., last] => format!("{:?} to {:?}, {hours}", first.weekday, last.weekday),
                [] => hours,
            })
            .collect()
    }

    /// A moment of today: "9.12am".
    pub fn say_time(&self, moment: Timestamp) -> String {
        say_time(self.local(moment).time())
    }

    /// The hours of a day; nothing when the clinic is closed on it.
    pub fn open_on(&self, date: Date) -> Option<OpenDay> {
        if self.holidays.holidays.iter().any(|holiday| holiday.date == date) {
            return None;
        }
        self.days.iter().copied().find(|day| day.weekday == date.weekday())
    }

    /// The name of the bank holiday on a day, if it is one.
    pub fn holiday_on(&self, date: Date) -> Option<&str> {
        let holiday = self.holidays.holidays.iter().find(|holiday| holiday.date == date);
        holiday.map(|holiday| holiday.name.as_str())
    }

    /// True for a time that the clock never shows, as summer time begins.
    pub fn is_skipped(&self, date: Date, time: Time) -> bool {
        matches!(
            self.zone.to_ambiguous_timestamp(date.to_datetime(time)).offset(),
            AmbiguousOffset::Gap { .. }
        )
    }

    /// True when the clock shows the same time twice around this moment, as summer time ends.
    pub fn comes_twice(&self, moment: Timestamp) -> bool {
        matches!(
            self.zone.to_ambiguous_timestamp(self.local(moment).datetime()).offset(),
            AmbiguousOffset::Fold { .. }
        )
    }

    fn next_opening(&self, local: &Zoned) -> Zoned {
        let today = self.open_on(local.date()).filter(|day| local.time() < day.opens);
        let date = match today {
            Some(_) => local.date(),
            None => self.next_working_day(local.date()),
        };
        self.at(date, self.open_on(date).expect("a working day is open").opens)
    }

    fn next_working_day(&self, after: Date) -> Date {
        after
            .series(1.day())
            .skip(1)
            .find(|date| self.open_on(*date).is_some())
            .expect("a clinic that opens on some day opens again")
    }

    pub fn at(&self, date: Date, time: Time) -> Zoned {
        // A time that summer time skips or repeats is taken at its first possible moment; clinics do not open at 1am.
        date.to_datetime(time).to_zoned(self.zone.clone()).expect("a date of our time has a moment")
    }
}

/// "9am", "5.30pm", "midday", "midnight".
pub fn say_time(time: Time) -> String {
    let half = if time.hour() < 12 { "am" } else { "pm" };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    match (time.hour(), time.minute()) {
        (12, 0) => "midday".into(),
        (0, 0) => "midnight".into(),
        (_, 0) => format!("{hour}{half}"),
        (_, minute) => format!("{hour}.{minute:02}{half}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clinic::Clinic;

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

    #[test]
    fn the_list_of_bank_holidays_warns_60_days_before_it_runs_out() {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let left = |now: &str| clinic.calendar().holidays_run_out_in(now.parse().unwrap());
        assert_eq!(left("2026-11-20T12:00Z"), None);
        assert_eq!(left("2028-11-02T12:00Z"), Some(59));
        assert_eq!(left("2029-01-05T12:00Z"), Some(-5));
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        let say = |time: &str| say_time(time.parse().unwrap());
        assert_eq!(say("09:00"), "9am");
        assert_eq!(say("12:00"), "midday");
        assert_eq!(say("17:30"), "5.30pm");
        assert_eq!(say("00:05"), "12.05am");
    }
}
