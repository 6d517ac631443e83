//! What is unusual about a time for a consultation, so that staff are asked once before it is booked.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::clinic::calendar::{Calendar, Closed, say_periods};
use crate::consultations::bookings::booking::{NewBooking, ends_at};
use crate::consultations::bookings::store::DayBooking;
use crate::storage::clock::{moment, seconds};

/// The first and the last moment of the day on which a booking begins.
pub fn day_of(calendar: &Calendar, starts_at: Timestamp) -> (Timestamp, Timestamp) {
    let date = calendar.local(starts_at).date();
    let midnight = |date: Date| calendar.at(date, jiff::civil::Time::midnight()).timestamp();
    (midnight(date), midnight(date.saturating_add(1.day())))
}

/// What a person should know before this is booked, in sentences; nothing when it is as usual.
///
/// `others` are the other bookings of the day.
pub fn concerns(calendar: &Calendar, new: &NewBooking, others: &[DayBooking]) -> Vec<String> {
    let ends_at = ends_at(new.starts_at, new.minutes);
    let mut found: Vec<String> = outside_hours(calendar, new.starts_at, ends_at).into_iter().collect();
    if calendar.comes_twice(new.starts_at) {
        let clock = calendar.say_time(new.starts_at);
        found.push(format!(
            "The clocks go back that night, so {clock} comes twice: this books the first of the two, in summer time."
        ));
    }
    for other in others.iter().filter(|other| other.overlaps(new.starts_at, ends_at)) {
        let (from, until) = (moment(other.starts_at), moment(other.ends_at()));
        found.push(format!(
            "{} is booked from {} to {}.",
            other.reference,
            calendar.say_time(from),
            calendar.say_time(until)
        ));
    }
    found
}

fn outside_hours(calendar: &Calendar, starts_at: Timestamp, ends_at: Timestamp) -> Option<String> {
    let (from, until) = (calendar.local(starts_at), calendar.local(ends_at));
    let date = from.date();
    match calendar.closed_on(date) {
        Some(Closed::BankHoliday(name)) => {
            return Some(format!("The clinic is closed that day: it is {name}, a bank holiday."));
        }
        Some(Closed::Closure(closure)) => {
            return Some(format!("The clinic is closed that day. Patients read: “{}”", closure.words));
        }
        Some(Closed::Weekday(_)) => {
            return Some(format!("The clinic is closed on {}s.", date.strftime("%A")));
        }
        None => {}
    }
    let periods = calendar.periods_on(date);
    let within = periods
        .iter()
        .any(|period| period.opens <= from.time() && until.date() == date && until.time() <= period.closes);
    (!within).then(|| format!("The clinic is open from {} that day.", say_periods(periods)))
}

impl DayBooking {
    /// Seconds since 1970.
    pub fn ends_at(&self) -> i64 {
        self.starts_at.saturating_add(self.minutes.saturating_mul(60))
    }

    fn overlaps(&self, from: Timestamp, until: Timestamp) -> bool {
        self.starts_at < seconds(until) && seconds(from) < self.ends_at()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clinic::Clinic;
    use crate::consultations::bookings::booking::Setting;

    fn found(starts_at: &str, minutes: i64, others: &[DayBooking]) -> Vec<String> {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let starts_at = format!("{starts_at}[Europe/London]").parse::<jiff::Zoned>().unwrap().timestamp();
        let new = NewBooking { starts_at, minutes, setting: Setting::Phone, place: String::new() };
        concerns(clinic.calendar(), &new, others)
    }

    #[test]
    fn a_time_while_the_clinic_is_open_is_as_usual_up_to_its_edges() {
        for (starts_at, minutes) in
            [("2026-06-04T10:30", 45), ("2026-06-04T09:00", 30), ("2026-06-04T16:30", 30)]
        {
            assert_eq!(found(starts_at, minutes, &[]), [""; 0], "{starts_at}");
        }
    }

    #[test]
    fn a_time_while_the_clinic_is_closed_is_named_as_such() {
        for (starts_at, words) in [
            ("2026-05-25T10:30", "a bank holiday"),
            ("2026-06-06T03:00", "The clinic is closed on Saturdays."),
            ("2026-06-04T08:45", "The clinic is open from 9am to 5pm that day."),
            ("2026-06-04T16:45", "The clinic is open from 9am to 5pm that day."),
            ("2026-06-04T23:45", "The clinic is open from 9am to 5pm that day."),
        ] {
            let said = found(starts_at, 30, &[]);
            assert!(said.len() == 1 && said[0].contains(words), "{starts_at}: {said:?}");
        }
    }

    #[test]
    fn a_time_in_the_lunch_break_or_a_closure_says_what_patients_were_told() {
        let clinic = crate::clinic::calendar::tests::with_lunch_and_christmas();
        let said = |starts_at: &str| {
            let starts_at = format!("{starts_at}[Europe/London]").parse::<jiff::Zoned>().unwrap().timestamp();
            outside_hours(clinic.calendar(), starts_at, starts_at + 30.minutes()).unwrap_or_default()
        };
        let hours = "The clinic is open from 9am to 12.30pm and 1.30pm to 5pm that day.";
        assert_eq!(said("2026-12-01T12:15"), hours);
        assert_eq!(said("2026-12-01T12:00"), "");
        let closed =
            "The clinic is closed that day. Patients read: “We are closed from 24 December to 1 January.”";
        assert_eq!(said("2026-12-29T10:00"), closed);
        assert_eq!(said("2026-12-05T12:30"), "", "an extra opening");
        assert_eq!(said("2026-12-05T12:45"), "The clinic is open from 10am to 1pm that day.");
    }

    #[test]
    fn an_hour_that_comes_twice_says_which_of_the_two_it_is() {
        let said = found("2026-10-25T01:30+01:00", 30, &[]);
        assert!(said[1].contains("1.30am comes twice: this books the first of the two"), "{said:?}");
        assert_eq!(found("2026-10-25T02:30", 30, &[]).len(), 1, "this one comes once");
    }

    #[test]
    fn only_a_booking_at_the_same_time_is_over_another() {
        let at = |time: &str| {
            let zoned = format!("2026-06-04T{time}[Europe/London]").parse::<jiff::Zoned>().unwrap();
            DayBooking { reference: "BP-1".into(), starts_at: zoned.timestamp().as_second(), minutes: 45 }
        };
        assert_eq!(found("2026-06-04T10:30", 45, &[at("09:45"), at("11:15")]), [""; 0], "one after another");
        let over = found("2026-06-04T10:30", 45, &[at("11:00"), at("14:00")]);
        assert_eq!(over, ["BP-1 is booked from 11am to 11.45am."]);
    }
}
