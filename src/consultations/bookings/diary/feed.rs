//! The diary of one clinician as a calendar that programs subscribe to (RFC 5545): references and first names, and
//! nothing about health.

use std::fmt;

use jiff::{Timestamp, ToSpan, Zoned};

use crate::consultations::bookings::diary::entry::DiaryBooking;
use crate::consultations::bookings::ical::{escaped, folded, host, utc};
use crate::storage::clock::moment;
use crate::web::form::person_name::first_name;
use crate::web::site::Site;

const DAYS_BACK: i32 = 30;
const DAYS_AHEAD: i32 = 366;
/// The end of 2099: a later change is damage, and calendars have four digits for a year.
const LAST_STAMP: i64 = 4_102_444_799;
/// How often programs are asked to read it again; most read more rarely.
const REFRESH: &str = "PT15M";

pub struct ClinicianCalendar<'a> {
    pub site: &'a Site,
    /// Cancelled ones drop out of it, and so out of every calendar that reads it again.
    pub bookings: &'a [DiaryBooking],
}

/// From when until when it tells of bookings.
pub fn window(now: &Zoned) -> (Timestamp, Timestamp) {
    let shifted = |days: i32| now.saturating_add(days.days()).timestamp();
    (shifted(-DAYS_BACK), shifted(DAYS_AHEAD))
}

impl ClinicianCalendar<'_> {
    fn lines(&self) -> Vec<String> {
        let clinic = &self.site.clinic;
        let called = escaped(&format!("{} consultations", clinic.clinic));
        let mut lines = vec![
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            format!("PRODID:-//{}//Diary//EN", escaped(&clinic.site)),
            "CALSCALE:GREGORIAN".to_owned(),
            format!("NAME:{called}"),
            format!("X-WR-CALNAME:{called}"),
            format!("REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}"),
            format!("X-PUBLISHED-TTL:{REFRESH}"),
        ];
        self.bookings.iter().for_each(|booking| lines.extend(self.event(booking)));
        lines.push("END:VCALENDAR".to_owned());
        lines
    }

    fn event(&self, booking: &DiaryBooking) -> Vec<String> {
        let DiaryBooking { id, reference, .. } = booking;
        let page = self.site.url(&format!("/staff/consultations/{reference}"));
        let name = first_name(&booking.name);
        let summary = if name.is_empty() { reference.clone() } else { format!("{name}, {reference}") };
        let mut lines = vec![
            "BEGIN:VEVENT".to_owned(),
            // Not the name by which the patient's calendar knows it: one person may read both.
            format!("UID:diary-{}@{}", escaped(id), host(self.site)),
            format!("SEQUENCE:{}", booking.sequence.clamp(0, i64::from(i32::MAX))),
            // Without a method this is when it was last changed, so that what has not changed reads the same.
            format!("DTSTAMP:{}", utc(moment(booking.changed_at.clamp(0, LAST_STAMP)))),
            format!("DTSTART:{}", utc(moment(booking.starts_at))),
            format!("DTEND:{}", utc(moment(booking.ends_at()))),
            format!("SUMMARY:{}", escaped(&summary)),
            format!("DESCRIPTION:{}", escaped(&format!("{}\n{page}", booking.setting_in_words()))),
            "STATUS:CONFIRMED".to_owned(),
            "CLASS:PRIVATE".to_owned(),
        ];
        if !booking.room.is_empty() {
            lines.push(format!("LOCATION:{}", escaped(&booking.room)));
        }
        lines.push("END:VEVENT".to_owned());
        lines
    }
}

impl DiaryBooking {
    fn setting_in_words(&self) -> &'static str {
        self.setting.map_or("How it takes place cannot be read", |setting| setting.label())
    }
}

impl fmt::Display for ClinicianCalendar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| f.write_str(&folded(line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consultations::bookings::diary::entry::tests::booking;

    #[test]
    fn a_name_a_room_and_a_reference_stay_in_their_lines() {
        let site = Site::load("content".as_ref(), "https://example.org".into()).unwrap();
        let hostile = "Room 2\r\nATTENDEE:mailto:x@example.org\nBEGIN:VALARM";
        let bookings = [
            booking("BP-1", 600, 30, "", hostile),
            DiaryBooking {
                name: "Zoë O’Neill-Bärenreiter".into(),
                ..booking("BP-2", 660, 30, "", &"é".repeat(60))
            },
        ];
        let text = ClinicianCalendar { site: &site, bookings: &bookings }.to_string();
        assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])), "{text}");
        let unfolded = text.replace("\r\n ", "");
        assert_eq!(unfolded.matches("\r\nBEGIN:").count(), 2, "{unfolded}");
        assert!(unfolded.contains("SUMMARY:Zoë\\, BP-2\r\n") && !unfolded.contains("Neill"), "{unfolded}");
        assert_eq!(unfolded.matches("\r\nATTENDEE").count(), 0);
    }
}
