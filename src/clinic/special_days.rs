//! The days that are unlike the week: what patients are told of closures, extra openings and bank holidays to come.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::clinic::calendar::Calendar;
use crate::clinic::periods::{Closure, Period};

/// What begins later than this many days from now is not told yet.
const TOLD_AHEAD: i32 = 56;

/// Days on which the hours are not those of the week.
#[derive(Debug, PartialEq)]
pub struct SpecialDays<'a> {
    pub first: Date,
    pub last: Date,
    /// When the clinic is open on them; empty when it is closed.
    pub periods: &'a [Period],
    /// What patients read.
    pub words: String,
}

impl Calendar {
    /// The special days of the coming weeks that are not over on `today`, the earliest first.
    pub fn special_days_from(&self, today: Date) -> Vec<SpecialDays<'_>> {
        let closures = self.closures.iter().map(|closure| SpecialDays {
            first: closure.from,
            last: closure.last_day(),
            periods: &[],
            words: closure.words.clone(),
        });
        let extra = self.extra_openings.iter().map(|opening| SpecialDays {
            first: opening.date,
            last: opening.date,
            periods: &opening.periods,
            words: opening.words.clone(),
        });
        let horizon = today.saturating_add(TOLD_AHEAD.days());
        let mut found: Vec<SpecialDays> = closures.chain(extra).chain(self.bank_holidays_told()).collect();
        found.retain(|special| today <= special.last && special.first <= horizon);
        found.sort_by_key(|special| (special.first, special.last));
        found
    }

    /// Those that would be working days, and that no closure or extra opening has words for.
    fn bank_holidays_told(&self) -> impl Iterator<Item = SpecialDays<'_>> {
        let told = |date: Date| {
            self.closure_on(date).is_some()
                || self.extra_opening_on(date).is_some()
                || self.usual_periods_on(date).is_empty()
        };
        let days = self.bank_holidays.days().filter(move |(date, _)| !told(*date));
        days.map(|(date, name)| SpecialDays {
            first: date,
            last: date,
            periods: &[],
            words: format!("We are closed on {}, {name}.", date.strftime("%A %-d %B")),
        })
    }

    /// What patients are told of the closures that take a working day between now and a promised moment.
    pub fn closures_until(&self, now: Timestamp, due: Timestamp) -> Vec<&str> {
        let (today, last) = (self.local(now).date(), self.local(due).date());
        let moves = |closure: &&Closure| {
            let (first, last) = (closure.from.max(today), closure.last_day().min(last));
            let mut days = first.series(1.day()).take_while(|date| *date <= last);
            days.any(|date| !self.usual_periods_on(date).is_empty() && self.extra_opening_on(date).is_none())
        };
        self.closures.iter().filter(moves).map(|closure| closure.words.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::clinic::calendar::tests::with_lunch_and_christmas;

    const CLOSED: &str = "We are closed from 24 December to 1 January.";
    const SATURDAY: &str = "We are open on Saturday 5 December from 10am to 1pm.";

    fn told(today: &str) -> Vec<String> {
        let clinic = with_lunch_and_christmas();
        let days = clinic.calendar().special_days_from(today.parse().unwrap());
        days.into_iter().map(|special| special.words).collect()
    }

    #[test]
    fn special_days_are_told_some_weeks_ahead_and_until_they_are_over() {
        assert_eq!(told("2026-09-20"), [""; 0], "too far ahead");
        assert_eq!(told("2026-12-05"), [SATURDAY, CLOSED]);
        assert_eq!(told("2026-12-06"), [CLOSED]);
        assert_eq!(told("2027-01-01"), [CLOSED], "its last day");
        assert_eq!(told("2027-01-02"), [""; 0]);
    }

    #[test]
    fn a_bank_holiday_is_told_by_its_name_unless_a_closure_has_words_for_it() {
        let easter = [
            "We are closed on Friday 26 March, Good Friday.",
            "We are closed on Monday 29 March, Easter Monday.",
        ];
        assert_eq!(told("2027-03-01"), easter);
        assert_eq!(told("2027-03-27")[0], easter[1]);
        assert!(!told("2026-12-20").join(" ").contains("Boxing Day"), "the closure covers it");
    }

    #[test]
    fn only_a_closure_that_takes_a_working_day_is_told_with_the_promise() {
        let clinic = with_lunch_and_christmas();
        let words = |now: &str| {
            let now = format!("{now}[Europe/London]").parse::<jiff::Zoned>().unwrap().timestamp();
            let due = clinic.calendar().promise(now).due.timestamp();
            clinic.calendar().closures_until(now, due).len()
        };
        assert_eq!(words("2026-12-22T16:59"), 0, "answered the day before");
        assert_eq!(words("2026-12-23T10:00"), 1);
        assert_eq!(words("2026-12-28T10:00"), 1);
        assert_eq!(words("2027-01-01T10:00"), 1, "a bank holiday and its last day");
        assert_eq!(words("2027-01-02T10:00"), 0, "over, on a Saturday");
    }
}
