//! When the clinic is open: its week, closures, extra openings and bank holidays; and how moments are said in words.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan, Zoned};

use crate::clinic::bank_holidays::BankHolidays;
use crate::clinic::periods::{Closure, ExtraOpening, Period};

/// When the clinic is open, and how long an answer may take.
pub struct Calendar {
    zone: TimeZone,
    /// The open days of an ordinary week, Monday first.
    week: Vec<(Weekday, Vec<Period>)>,
    pub(super) bank_holidays: BankHolidays,
    pub(super) closures: Vec<Closure>,
    pub(super) extra_openings: Vec<ExtraOpening>,
    pub(super) working_days: u32,
}

/// Why the clinic is closed on a day.
#[derive(Clone, Copy, Debug)]
pub enum Closed<'a> {
    /// Its name.
    BankHoliday(&'a str),
    Closure(&'a Closure),
    Weekday(Weekday),
}

impl Calendar {
    pub(super) fn new(
        zone: TimeZone,
        week: Vec<(Weekday, Vec<Period>)>,
        bank_holidays: BankHolidays,
        mut closures: Vec<Closure>,
        mut extra_openings: Vec<ExtraOpening>,
        working_days: u32,
    ) -> Calendar {
        closures.sort_by_key(|closure| closure.from);
        extra_openings.sort_by_key(|opening| opening.date);
        Calendar { zone, week, bank_holidays, closures, extra_openings, working_days }
    }

    /// The open days of an ordinary week, Monday first.
    pub fn week(&self) -> &[(Weekday, Vec<Period>)] {
        &self.week
    }

    /// When the clinic is open on a day, in order; nothing when it is closed on it.
    pub fn periods_on(&self, date: Date) -> &[Period] {
        if let Some(extra) = self.extra_opening_on(date) {
            return &extra.periods;
        }
        if self.bank_holidays.on(date).is_some() || self.closure_on(date).is_some() {
            return &[];
        }
        self.usual_periods_on(date)
    }

    /// When the clinic would be open on a day if nothing were special about it.
    pub(super) fn usual_periods_on(&self, date: Date) -> &[Period] {
        let day = self.week.iter().find(|(weekday, _)| *weekday == date.weekday());
        day.map_or(&[], |(_, periods)| periods)
    }

    /// Why the clinic is closed on a day; nothing when it opens on it.
    pub fn closed_on(&self, date: Date) -> Option<Closed<'_>> {
        if !self.periods_on(date).is_empty() {
            return None;
        }
        let closure = || self.closure_on(date).map(Closed::Closure);
        let reason = self.bank_holidays.on(date).map(Closed::BankHoliday).or_else(closure);
        Some(reason.unwrap_or(Closed::Weekday(date.weekday())))
    }

    pub(super) fn closure_on(&self, date: Date) -> Option<&Closure> {
        self.closures.iter().find(|closure| closure.covers(date))
    }

    pub(super) fn extra_opening_on(&self, date: Date) -> Option<&ExtraOpening> {
        self.extra_openings.iter().find(|opening| opening.date == date)
    }

    pub fn is_open(&self, moment: Timestamp) -> bool {
        let local = self.local(moment);
        let time = local.time();
        self.periods_on(local.date()).iter().any(|period| (period.opens..period.closes).contains(&time))
    }

    /// The first moment after this one at which the clinic opens.
    pub fn next_opening(&self, moment: Timestamp) -> Zoned {
        let local = self.local(moment);
        let later = self.periods_on(local.date()).iter().find(|period| local.time() < period.opens);
        match later {
            Some(period) => self.at(local.date(), period.opens),
            None => {
                let date = self.next_working_day(local.date());
                self.at(date, self.periods_on(date)[0].opens)
            }
        }
    }

    pub(super) fn next_working_day(&self, after: Date) -> Date {
        after
            .series(1.day())
            .skip(1)
            .find(|date| !self.periods_on(*date).is_empty())
            .expect("a clinic that opens on some day opens again")
    }

    /// Days left on the bank holiday list, when they are few enough to warn about. Negative when it has run out.
    pub fn bank_holidays_run_out_in(&self, now: Timestamp) -> Option<i64> {
        self.bank_holidays.run_out_in(self.local(now).date())
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

    pub fn local(&self, moment: Timestamp) -> Zoned {
        moment.to_zoned(self.zone.clone())
    }

    pub fn at(&self, date: Date, time: Time) -> Zoned {
        // A time that summer time skips or repeats is taken at its first possible moment; clinics do not open at 1am.
        date.to_datetime(time).to_zoned(self.zone.clone()).expect("a date of our time has a moment")
    }

    /// A moment as people here say it: "5pm on Wednesday 27 May".
    pub fn say(&self, moment: Timestamp) -> String {
        let local = self.local(moment);
        format!("{} on {}", say_time(local.time()), local.strftime("%A %-d %B"))
    }

    /// The same with the year: "5pm on Wednesday 27 May 2026".
    pub fn say_with_year(&self, moment: Timestamp) -> String {
        format!("{} {}", self.say(moment), self.local(moment).year())
    }

    /// A moment of today: "9.12am".
    pub fn say_time(&self, moment: Timestamp) -> String {
        say_time(self.local(moment).time())
    }

    /// Days with equal hours together: "Monday to Friday, 9am to 12.30pm and 1.30pm to 5pm".
    pub fn in_words(&self) -> Vec<String> {
        let mut lines: Vec<(Weekday, Weekday, String)> = Vec::new();
        for (weekday, periods) in &self.week {
            let hours = say_periods(periods);
            match lines.last_mut() {
                Some((_, last, same)) if *same == hours && last.next() == *weekday => *last = *weekday,
                _ => lines.push((*weekday, *weekday, hours)),
            }
        }
        lines
            .into_iter()
            .map(|(first, last, hours)| match first == last {
                true => format!("{first:?}, {hours}"),
                false => format!("{first:?} to {last:?}, {hours}"),
            })
            .collect()
    }
}

/// "9am to 12.30pm and 1.30pm to 5pm".
pub fn say_periods(periods: &[Period]) -> String {
    let each = |period: &Period| format!("{} to {}", say_time(period.opens), say_time(period.closes));
    match periods {
        [] => "closed".into(),
        [rest @ .., last] if !rest.is_empty() => {
            let rest: Vec<String> = rest.iter().map(each).collect();
            format!("{} and {}", rest.join(", "), each(last))
        }
        [only, ..] => each(only),
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
pub(crate) mod tests {
    use std::fs;

    use super::*;
    use crate::clinic::Clinic;

    /// The shipped clinic with another `clinic.toml`.
    pub(crate) fn changed(change: impl FnOnce(String) -> String) -> Clinic {
        let folder = tempfile::tempdir().unwrap();
        let shipped = fs::read_to_string("content/clinic.toml").unwrap();
        fs::write(folder.path().join("clinic.toml"), change(shipped)).unwrap();
        fs::copy("content/bank-holidays.toml", folder.path().join("bank-holidays.toml")).unwrap();
        Clinic::load(folder.path()).unwrap()
    }

    /// With a lunch break, a week closed at Christmas and one Saturday opening.
    pub(crate) fn with_lunch_and_christmas() -> Clinic {
        let more = r#"
            [[extra_openings]]
            date = "2026-12-05"
            periods = [{ opens = "10:00", closes = "13:00" }]
            words = "We are open on Saturday 5 December from 10am to 1pm."
            [[closures]]
            from = "2026-12-24"
            to = "2027-01-01"
            words = "We are closed from 24 December to 1 January."
        "#;
        changed(|shipped| {
            let lunch = shipped.replace(
                r#"[{ opens = "09:00", closes = "17:00" }]"#,
                r#"[{ opens = "09:00", closes = "12:30" }, { opens = "13:30", closes = "17:00" }]"#,
            );
            assert_ne!(lunch, shipped);
            lunch + more
        })
    }

    #[test]
    fn a_week_with_lunch_breaks_is_said_in_one_line() {
        let clinic = with_lunch_and_christmas();
        assert_eq!(clinic.opening_hours(), ["Monday to Friday, 9am to 12.30pm and 1.30pm to 5pm"]);
    }

    #[test]
    fn a_closed_day_says_why() {
        let clinic = with_lunch_and_christmas();
        let why = |date: &str| clinic.calendar().closed_on(date.parse().unwrap());
        assert!(matches!(why("2026-12-24"), Some(Closed::Closure(_))));
        assert!(matches!(why("2026-12-25"), Some(Closed::BankHoliday("Christmas Day"))));
        assert!(matches!(why("2026-12-12"), Some(Closed::Weekday(Weekday::Saturday))));
        assert!(why("2026-12-05").is_none(), "an extra opening");
        assert!(why("2026-12-23").is_none());
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
