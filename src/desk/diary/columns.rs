//! Columns of the diary in words, and the rows of the table that they make.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::clinic::calendar::Calendar;
use crate::consultations::bookings::diary::DiaryBooking;
use crate::consultations::bookings::diary::day::{
    DayPart, PartKind, minutes, parts, say_length, say_minutes, span,
};
use crate::consultations::bookings::diary::grid::{self, GridCell};
use crate::library::count;

/// What stands in a column.
pub struct DiaryColumn {
    pub date: Date,
    pub title: String,
    /// In the order of time.
    pub bookings: Vec<DiaryBooking>,
    /// It is the time of one person or one room. Where it is that of several, or of nobody who was named, one of them may be
    /// free while something is booked.
    pub of_one: bool,
}

/// A clinician's or a room's day, or a day of a week.
pub struct ShownColumn {
    pub title: String,
    /// "3 booked, 5 hours free".
    pub note: String,
    pub parts: Vec<ShownPart>,
}

pub struct ShownPart {
    pub from: i64,
    pub until: i64,
    /// "booked", "free" or "closed".
    pub kind: &'static str,
    /// "10.30am to 11.15am".
    pub when: String,
    /// Why it is closed, or how long it is free.
    pub words: String,
    pub bookings: Vec<ShownBooking>,
    pub now: bool,
}

pub struct ShownBooking {
    pub reference: String,
    pub name: String,
    pub when: String,
    /// Where and with whom.
    pub held: String,
    /// What it clashes with, or nothing.
    pub clashes: String,
    /// What of it cannot be read, or nothing.
    pub unreadable: String,
}

/// A row of the table.
pub struct ShownRow {
    pub time: String,
    /// The time now, when it falls into this row.
    pub now: String,
    pub cells: Vec<GridCell>,
}

/// How columns are put into words.
pub struct ColumnWriter<'a> {
    pub calendar: &'a Calendar,
    pub now: Timestamp,
    /// From when until when the day is shown, in minutes since midnight.
    pub extent: (i64, i64),
    /// What the head of the column says already is left out of each booking.
    pub says_clinician: bool,
    pub says_room: bool,
}

impl ColumnWriter<'_> {
    pub fn column(&self, column: DiaryColumn) -> ShownColumn {
        let DiaryColumn { date, title, bookings, of_one } = column;
        let booked = bookings.len();
        let parts = parts(self.calendar, date, bookings, self.extent);
        let is_free = |part: &&DayPart| matches!(part.kind, PartKind::Free);
        let free: i64 = parts.iter().filter(is_free).map(|part| part.until - part.from).sum();
        let free = if free > 0 && of_one { format!(", {} free", say_length(free)) } else { String::new() };
        let booked = if booked > 0 { format!("{booked} booked") } else { "Nothing booked".to_owned() };
        let parts = parts.into_iter().map(|part| self.part(date, part, of_one)).collect();
        ShownColumn { title, note: booked + &free, parts }
    }

    fn part(&self, date: Date, part: DayPart, of_one: bool) -> ShownPart {
        let DayPart { from, until, kind } = part;
        let free = if of_one { "Free" } else { "Nothing booked" };
        let (kind, words, bookings) = match kind {
            PartKind::Free => ("free", format!("{free}: {}", say_length(until - from)), Vec::new()),
            PartKind::Closed(words) => ("closed", words, Vec::new()),
            PartKind::Booked(together) => {
                ("booked", String::new(), together.into_iter().map(|one| self.booking(date, one)).collect())
            }
        };
        let now = self.is_now(date, from, until);
        ShownPart { from, until, kind, when: say_span(from, until), words, bookings, now }
    }

    fn booking(&self, date: Date, booking: DiaryBooking) -> ShownBooking {
        let (from, until) = span(self.calendar, date, &booking).unwrap_or_default();
        let mut held = booking.setting.map(|setting| setting.short().to_owned()).unwrap_or_default();
        if self.says_room && !booking.room.is_empty() {
            held += &format!(", {}", booking.room);
        }
        if self.says_clinician && booking.clinician.is_named() {
            held += &format!(", with {}", booking.clinician.label());
        }
        ShownBooking {
            name: if booking.name.is_empty() { booking.reference.clone() } else { booking.name },
            when: say_span(from, until),
            held: held.trim_start_matches(", ").to_owned(),
            clashes: match booking.clashes.len() {
                0 => String::new(),
                1..=3 => format!("Clashes with {}", booking.clashes.join(", ")),
                number => format!("Clashes with {}", count(number, "other booking")),
            },
            unreadable: match booking.unreadable.is_empty() {
                true => String::new(),
                false => format!("Cannot be read: {}", booking.unreadable.join(", ")),
            },
            reference: booking.reference,
        }
    }

    fn is_now(&self, date: Date, from: i64, until: i64) -> bool {
        let local = self.calendar.local(self.now);
        local.date() == date && (from..until).contains(&minutes(local.time()))
    }

    /// The rows of the table; `days` are the dates of its columns.
    pub fn rows(&self, columns: &[ShownColumn], days: &[Date]) -> Vec<ShownRow> {
        let edges = |column: &ShownColumn| column.parts.iter().map(|part| (part.from, part.until)).collect();
        let edges: Vec<Vec<(i64, i64)>> = columns.iter().map(edges).collect();
        let shown = |row: grid::GridRow| ShownRow {
            time: say_minutes(row.from),
            now: match days.iter().any(|date| self.is_now(*date, row.from, row.until)) {
                true => self.calendar.say_time(self.now),
                false => String::new(),
            },
            cells: row.cells,
        };
        grid::rows(&edges).into_iter().map(shown).collect()
    }
}

fn say_span(from: i64, until: i64) -> String {
    format!("{} to {}", say_minutes(from), say_minutes(until))
}
