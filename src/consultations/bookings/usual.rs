//! What is odd about a booking, so that staff are asked once before it is made, and say why it is made all the same.

use jiff::Timestamp;

use crate::clinic::calendar::{Calendar, Closed, say_periods};
use crate::consultations::bookings::booking::{NewBooking, ends_at};
use crate::consultations::bookings::diary::DiaryBooking;
use crate::storage::clock::{moment, seconds};

/// Something that a person should know before a booking is made.
#[derive(Debug, PartialEq)]
pub struct Concern {
    /// What is odd, for the history: it names nobody.
    pub odd: &'static str,
    pub sentence: String,
}

const CLOSED: &str = "while the clinic is closed";
const CLOCK: &str = "as the clock changes";
const OVER: &str = "over another booking";
const TWICE: &str = "twice for one person";

impl Concern {
    fn new(odd: &'static str, sentence: String) -> Concern {
        Concern { odd, sentence }
    }
}

/// What is odd about a booking; nothing when it is as usual.
///
/// `others` are the other bookings of the day; `same_person` what else is booked and still to come for this patient:
/// reference and when it begins.
pub fn concerns(
    calendar: &Calendar,
    new: &NewBooking,
    others: &[DiaryBooking],
    same_person: &[(String, i64)],
) -> Vec<Concern> {
    let ends_at = ends_at(new.starts_at, new.minutes);
    let mut found: Vec<Concern> = outside_hours(calendar, new.starts_at, ends_at)
        .map(|sentence| Concern::new(CLOSED, sentence))
        .into_iter()
        .collect();
    found.extend(
        clock_changes(calendar, new.starts_at, ends_at).map(|sentence| Concern::new(CLOCK, sentence)),
    );
    let (from, until) = (seconds(new.starts_at), seconds(ends_at));
    for other in others.iter().filter(|other| other.clashes_with(from, until, &new.clinician, &new.room)) {
        found.push(Concern::new(OVER, clash(calendar, new, other)));
    }
    for (reference, at) in same_person {
        let when = calendar.say_with_year(moment(*at));
        found.push(Concern::new(
            TWICE,
            format!("The same person is booked already, for {when}: {reference}."),
        ));
    }
    found
}

/// What of all this is odd, each said once: "while the clinic is closed, over another booking".
pub fn odd(concerns: &[Concern]) -> String {
    let mut said: Vec<&str> = concerns.iter().map(|concern| concern.odd).collect();
    said.dedup();
    said.join(", ")
}

fn clash(calendar: &Calendar, new: &NewBooking, other: &DiaryBooking) -> String {
    let (from, until) = (moment(other.starts_at), moment(other.ends_at()));
    let whom =
        if other.clinician.is_named() { format!(" with {}", other.clinician.label()) } else { String::new() };
    let room = if other.is_in(&new.room) { format!(" in {}", other.room) } else { String::new() };
    let (from, until) = (calendar.say_time(from), calendar.say_time(until));
    format!("{} is booked from {from} to {until}{whom}{room}.", other.reference)
}

/// The clock shows its beginning twice, or is changed before its end.
fn clock_changes(calendar: &Calendar, starts_at: Timestamp, ends_at: Timestamp) -> Option<String> {
    if calendar.comes_twice(starts_at) {
        let clock = calendar.say_time(starts_at);
        return Some(format!(
            "The clocks go back that night, so {clock} comes twice: this books the first of the two, in summer time."
        ));
    }
    let (from, until) = (calendar.local(starts_at), calendar.local(ends_at));
    (from.offset() != until.offset()).then(|| {
        let clock = calendar.say_time(ends_at);
        format!("The clocks change before it is over: it ends when they show {clock}.")
    })
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clinic::Clinic;
    use crate::consultations::bookings::booking::Setting;
    use crate::consultations::bookings::clinician::Clinician;
    use crate::consultations::bookings::diary::entry_tests::booking;

    fn new(starts_at: &str, minutes: i64) -> NewBooking {
        let starts_at = format!("{starts_at}[Europe/London]").parse::<jiff::Zoned>().unwrap().timestamp();
        NewBooking {
            starts_at,
            minutes,
            setting: Setting::Phone,
            place: String::new(),
            clinician: Clinician::Nobody,
            room: String::new(),
            all_the_same: None,
        }
    }

    fn found(starts_at: &str, minutes: i64, others: &[DiaryBooking]) -> Vec<String> {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let concerns = concerns(clinic.calendar(), &new(starts_at, minutes), others, &[]);
        concerns.into_iter().map(|concern| concern.sentence).collect()
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
            outside_hours(clinic.calendar(), starts_at, ends_at(starts_at, 30)).unwrap_or_default()
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
    fn a_booking_that_the_clock_changes_under_says_when_it_ends() {
        let said = found("2027-03-28T00:45", 30, &[]);
        assert!(said[1].contains("it ends when they show 2.15am"), "{said:?}");
    }

    #[test]
    fn only_a_booking_at_the_same_time_is_over_another() {
        let (before, after) = (booking("BP-1", 585, 45, "", ""), booking("BP-2", 675, 45, "", ""));
        assert_eq!(found("2026-06-04T10:30", 45, &[before, after]), [""; 0], "one after another");
        let (at_eleven, later) = (booking("BP-1", 660, 45, "", ""), booking("BP-2", 840, 45, "", ""));
        let over = found("2026-06-04T10:30", 45, &[at_eleven, later]);
        assert_eq!(over, ["BP-1 is booked from 11am to 11.45am."]);
    }

    #[test]
    fn a_clash_names_the_clinician_and_the_room_that_are_wanted_twice() {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let wanted = NewBooking {
            clinician: Clinician::Named("Jo Baines".into()),
            room: "Room 1".into(),
            ..new("2026-06-04T10:30", 45)
        };
        let others = [
            booking("BP-1", 660, 45, "Jo Baines", "Room 2"),
            booking("BP-2", 660, 45, "Ann Lee", "room 1"),
            booking("BP-3", 660, 45, "Ann Lee", "Room 3"),
            booking("BP-4", 660, 45, "", ""),
        ];
        let concerns = concerns(clinic.calendar(), &wanted, &others, &[("BP-5".into(), 1_780_570_800)]);
        let said: Vec<&str> = concerns.iter().map(|concern| concern.sentence.as_str()).collect();
        assert_eq!(
            said,
            [
                "BP-1 is booked from 11am to 11.45am with Jo Baines.",
                "BP-2 is booked from 11am to 11.45am with Ann Lee in room 1.",
                "BP-4 is booked from 11am to 11.45am.",
                "The same person is booked already, for midday on Thursday 4 June 2026: BP-5.",
            ]
        );
        assert_eq!(odd(&concerns), "over another booking, twice for one person");
    }
}
