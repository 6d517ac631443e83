//! A day in parts: what is booked, when nothing is, and when the clinic is closed and why.
//!
//! Times are minutes since midnight by the clock of that day.

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::clinic::calendar::{Calendar, Closed, say_time};
use crate::consultations::bookings::diary::entry::DiaryBooking;
use crate::library::count;
use crate::storage::clock::moment;

const DAY: i64 = 24 * 60;
const IN_USE: SignedDuration = SignedDuration::from_hours(60 * 24);
/// What is shown of days on which the clinic is closed and nothing is booked.
const NINE_TO_FIVE: (i64, i64) = (9 * 60, 17 * 60);

/// A part of a day.
#[derive(Debug)]
pub struct DayPart {
    pub from: i64,
    pub until: i64,
    pub kind: PartKind,
}

#[derive(Debug)]
pub enum PartKind {
    /// Several when they overlap.
    Booked(Vec<DiaryBooking>),
    Free,
    /// Why, in words.
    Closed(String),
}

/// The first moment of a day and of the day after it.
pub fn bounds(calendar: &Calendar, date: Date) -> (Timestamp, Timestamp) {
    let midnight = |date: Date| calendar.at(date, Time::midnight()).timestamp();
    (midnight(date), midnight(date.saturating_add(1.day())))
}

/// The months around a moment: rooms that are named in them are in use.
pub fn around(now: Timestamp) -> (Timestamp, Timestamp) {
    (now - IN_USE, now + IN_USE)
}

/// From when until when a booking lasts on a day; nothing when it is on other days.
pub fn span(calendar: &Calendar, date: Date, booking: &DiaryBooking) -> Option<(i64, i64)> {
    let (begins, ends) =
        (calendar.local(moment(booking.starts_at)), calendar.local(moment(booking.ends_at())));
    let first = if begins.date() < date { 0 } else { minutes(begins.time()) };
    let last = match ends.date() {
        on if on > date => DAY,
        // A clock that goes back within it would end it before it began.
        _ => minutes(ends.time()).max((first + 1).min(DAY)),
    };
    let touches = begins.date() <= date && (ends.date() > date || (ends.date() == date && last > first));
    let ended_at_midnight = ends.date() == date && minutes(ends.time()) == 0 && begins.date() < date;
    (touches && !ended_at_midnight).then_some((first, last))
}

/// From when until when days are shown that stand beside each other: all open hours, and all that is booked.
pub fn extent<'a>(calendar: &Calendar, days: impl Iterator<Item = (Date, &'a [DiaryBooking])>) -> (i64, i64) {
    let (mut first, mut last) = (DAY, 0);
    for (date, bookings) in days {
        let open =
            calendar.periods_on(date).iter().map(|period| (minutes(period.opens), minutes(period.closes)));
        let booked = bookings.iter().filter_map(|booking| span(calendar, date, booking));
        for (from, until) in open.chain(booked) {
            (first, last) = (first.min(from), last.max(until));
        }
    }
    if first < last { (first, last) } else { NINE_TO_FIVE }
}

/// The parts of a day from `first` to `last`, without a hole; `bookings` are in the order of time.
pub fn parts(
    calendar: &Calendar,
    date: Date,
    bookings: Vec<DiaryBooking>,
    (first, last): (i64, i64),
) -> Vec<DayPart> {
    let mut groups: Vec<(i64, i64, Vec<DiaryBooking>)> = Vec::new();
    for booking in bookings {
        let Some((from, until)) = span(calendar, date, &booking) else { continue };
        match groups.last_mut() {
            Some((_, end, together)) if from < *end => {
                *end = until.max(*end);
                together.push(booking);
            }
            _ => groups.push((from, until, vec![booking])),
        }
    }
    let (mut parts, mut at) = (Vec::new(), first);
    for (from, until, together) in groups {
        fill(calendar, date, &mut parts, at, from);
        parts.push(DayPart { from, until, kind: PartKind::Booked(together) });
        at = until;
    }
    fill(calendar, date, &mut parts, at, last);
    parts
}

/// Adds what lies between two bookings.
fn fill(calendar: &Calendar, date: Date, parts: &mut Vec<DayPart>, from: i64, until: i64) {
    let mut at = from;
    let closed = |from, until| DayPart { from, until, kind: PartKind::Closed(why_closed(calendar, date)) };
    for period in calendar.periods_on(date) {
        let (opens, closes) = (minutes(period.opens).max(at), minutes(period.closes).min(until));
        if opens >= closes {
            continue;
        }
        if at < opens {
            parts.push(closed(at, opens));
        }
        parts.push(DayPart { from: opens, until: closes, kind: PartKind::Free });
        at = closes;
    }
    if at < until {
        parts.push(closed(at, until));
    }
}

/// "Closed on Sundays", or what patients read of it; "Closed" for a break and outside the hours of an open day.
pub fn why_closed(calendar: &Calendar, date: Date) -> String {
    match calendar.closed_on(date) {
        Some(Closed::BankHoliday(name)) => format!("Closed: {name}, a bank holiday"),
        Some(Closed::Closure(closure)) => closure.words.clone(),
        Some(Closed::Weekday(_)) => format!("Closed on {}s", date.strftime("%A")),
        None => "Closed".to_owned(),
    }
}

/// "9am", "midday", "midnight".
pub fn say_minutes(at: i64) -> String {
    let part = |number: i64| i8::try_from(number).unwrap_or(0);
    say_time(Time::new(part(at / 60 % 24), part(at % 60), 0, 0).unwrap_or_default())
}

/// "45 minutes", "1 hour 30 minutes".
pub fn say_length(minutes: i64) -> String {
    let number = |of: i64, what| (of > 0).then(|| count(usize::try_from(of).unwrap_or(0), what));
    let said: Vec<String> =
        [number(minutes / 60, "hour"), number(minutes % 60, "minute")].into_iter().flatten().collect();
    said.join(" ")
}

/// Minutes since midnight.
pub fn minutes(time: Time) -> i64 {
    i64::from(time.hour()) * 60 + i64::from(time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinic::calendar::tests::with_lunch_and_christmas;
    use crate::consultations::bookings::diary::entry::tests::booking;

    fn told(date: &str, bookings: Vec<DiaryBooking>) -> Vec<String> {
        let clinic = with_lunch_and_christmas();
        let (calendar, date) = (clinic.calendar(), date.parse().unwrap());
        let shown = extent(calendar, [(date, &bookings[..])].into_iter());
        let say = |part: &DayPart| {
            let what = match &part.kind {
                PartKind::Booked(together) => {
                    together.iter().map(|one| one.reference.clone()).collect::<Vec<_>>().join("+")
                }
                PartKind::Free => format!("free {}", say_length(part.until - part.from)),
                PartKind::Closed(words) => words.clone(),
            };
            format!("{}-{} {what}", say_minutes(part.from), say_minutes(part.until))
        };
        parts(calendar, date, bookings, shown).iter().map(say).collect()
    }

    #[test]
    fn a_day_is_what_is_booked_what_is_free_and_the_break_without_a_hole() {
        assert_eq!(
            told(
                "2026-06-04",
                vec![booking("BP-1", 10 * 60, 30, "", ""), booking("BP-2", 12 * 60, 45, "", "")]
            ),
            [
                "9am-10am free 1 hour",
                "10am-10.30am BP-1",
                "10.30am-midday free 1 hour 30 minutes",
                "midday-12.45pm BP-2",
                "12.45pm-1.30pm Closed",
                "1.30pm-5pm free 3 hours 30 minutes"
            ]
        );
    }

    #[test]
    fn what_overlaps_stands_together_and_what_lies_outside_the_hours_is_shown() {
        let bookings = vec![
            booking("BP-1", 8 * 60, 60, "", ""),
            booking("BP-2", 8 * 60 + 30, 60, "", ""),
            booking("BP-3", 20 * 60, 5, "", ""),
        ];
        let told = told("2026-06-04", bookings);
        assert_eq!(told[0], "8am-9.30am BP-1+BP-2");
        assert_eq!(told[told.len() - 2..], ["5pm-8pm Closed", "8pm-8.05pm BP-3"]);
    }

    #[test]
    fn a_closed_day_says_why() {
        for (date, words) in [
            ("2026-12-25", "9am-5pm Closed: Christmas Day, a bank holiday"),
            ("2026-12-29", "9am-5pm We are closed from 24 December to 1 January."),
            ("2026-12-06", "9am-5pm Closed on Sundays"),
        ] {
            assert_eq!(told(date, Vec::new()), [words]);
        }
        assert_eq!(told("2026-12-05", Vec::new()), ["10am-1pm free 3 hours"], "an extra opening");
    }

    #[test]
    fn a_booking_over_midnight_is_on_both_days_and_one_up_to_midnight_on_one() {
        let clinic = with_lunch_and_christmas();
        let on = |date: &str, one: &DiaryBooking| span(clinic.calendar(), date.parse().unwrap(), one);
        let late = booking("BP-1", 23 * 60 + 30, 60, "", "");
        assert_eq!(on("2026-06-04", &late), Some((1410, 1440)));
        assert_eq!(on("2026-06-05", &late), Some((0, 30)));
        let until = booking("BP-1", 23 * 60 + 30, 30, "", "");
        assert_eq!((on("2026-06-04", &until), on("2026-06-05", &until)), (Some((1410, 1440)), None));
        assert_eq!(on("2026-06-03", &until), None);
    }

    #[test]
    fn a_night_on_which_the_clock_changes_has_every_booking() {
        let clinic = with_lunch_and_christmas();
        for at in ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2027-03-28T00:45:00Z"] {
            let starts_at = at.parse::<Timestamp>().unwrap();
            let one = DiaryBooking { starts_at: starts_at.as_second(), ..booking("BP-1", 0, 45, "", "") };
            let date = clinic.calendar().local(starts_at).date();
            let (from, until) = span(clinic.calendar(), date, &one).unwrap();
            assert!(from < until, "{at}: {from} {until}");
        }
    }
}
