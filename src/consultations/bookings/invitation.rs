//! A booking as a calendar file (RFC 5545, RFC 5546), to be taken into any calendar. It says nothing about health.
//!
//! Written here, not by the icalendar crate, which leaves carriage returns and other control characters in values: a
//! place typed by staff could then add a line of its own. That crate reads these files back in the tests.

use std::fmt;

use jiff::Timestamp;

use crate::consultations::bookings::booking::{Booking, Setting};
use crate::consultations::bookings::ical::{escaped, folded, host, utc};
use crate::web::site::Site;

pub struct CalendarInvitation<'a> {
    pub booking: &'a Booking,
    pub site: &'a Site,
    /// The address in From: calendars take changes only from who invited.
    pub organizer: &'a str,
    /// The patient's address.
    pub attendee: &'a str,
    pub cancelled: bool,
    pub now: Timestamp,
}

impl CalendarInvitation<'_> {
    /// What a calendar is to do with it.
    pub fn method(&self) -> &'static str {
        if self.cancelled { "CANCEL" } else { "REQUEST" }
    }

    /// Property and value; values of free text are escaped.
    fn lines(&self) -> Vec<String> {
        let CalendarInvitation { booking, site, .. } = self;
        let clinic = &site.clinic;
        let status = if self.cancelled { "CANCELLED" } else { "CONFIRMED" };
        let mut lines = vec![
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            format!("PRODID:-//{}//Consultations//EN", escaped(&clinic.site)),
            format!("METHOD:{}", self.method()),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}@{}", booking.id, host(site)),
            format!("SEQUENCE:{}", booking.sequence),
            format!("DTSTAMP:{}", utc(self.now)),
            format!("DTSTART:{}", utc(booking.starts_at)),
            format!("DTEND:{}", utc(booking.ends_at())),
            format!("SUMMARY:{}", escaped(&format!("Appointment with {}", clinic.clinic))),
            format!("DESCRIPTION:{}", escaped(&self.description())),
            format!("STATUS:{status}"),
            "CLASS:PRIVATE".to_owned(),
            format!("ORGANIZER;CN={}:mailto:{}", quoted(&clinic.clinic), address(self.organizer)),
            // Nobody answers an answer: the private page and the phone are the ways to change it.
            format!(
                "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{}",
                address(self.attendee)
            ),
        ];
        if !booking.place.is_empty() {
            lines.push(format!("LOCATION:{}", escaped(&booking.place)));
        }
        lines.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
        lines
    }

    fn description(&self) -> String {
        let clinic = &self.site.clinic;
        let how = match self.booking.setting {
            Setting::Clinic => "Come to the address given.".to_owned(),
            Setting::Video => format!("Open this link at the time: {}", self.booking.place),
            Setting::Phone => "We will phone you.".to_owned(),
        };
        format!("{how}\nTo change or cancel, phone {}.", clinic.phone)
    }
}

impl fmt::Display for CalendarInvitation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| f.write_str(&folded(line)))
    }
}

/// The value of a parameter: no quotation mark can stand in it.
fn quoted(text: &str) -> String {
    let safe = |c: char| if c.is_control() || c == '"' { ' ' } else { c };
    format!("\"{}\"", text.chars().map(safe).collect::<String>())
}

fn address(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consultations::bookings::clinician::Clinician;
    use crate::consultations::bookings::ical::LONGEST_LINE;
    use proptest::prelude::*;

    fn written(place: &str, setting: Setting) -> String {
        let site = Site::load("content".as_ref(), "https://example.org".into()).unwrap();
        let booking = Booking {
            id: "0a1b".into(),
            starts_at: "2026-06-04T09:30:00Z".parse().unwrap(),
            minutes: 45,
            setting,
            place: place.into(),
            clinician: Clinician::Nobody,
            room: String::new(),
            sequence: 2,
            unreadable: Vec::new(),
        };
        let now = "2026-05-20T09:00:00Z".parse().unwrap();
        let (organizer, attendee) = ("clinic@example.org", "ada@example.org");
        CalendarInvitation { booking: &booking, site: &site, organizer, attendee, cancelled: false, now }
            .to_string()
    }

    #[test]
    fn a_booking_is_one_event_in_utc_with_its_name_and_number() {
        let text = written("1 Sample Street; London, N1", Setting::Clinic);
        for line in [
            "METHOD:REQUEST",
            "UID:0a1b@example.org",
            "SEQUENCE:2",
            "DTSTART:20260604T093000Z",
            "DTEND:20260604T101500Z",
            "LOCATION:1 Sample Street\\; London\\, N1",
            "ORGANIZER;CN=\"Osteospinal\":mailto:clinic@example.org",
            "SUMMARY:Appointment with Osteospinal",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line} in {text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn whatever_a_place_holds_it_stays_in_its_line(place in "(?s).{0,200}") {
            let hostile = format!("{place}\r\nATTENDEE:mailto:x@example.org\nBEGIN:VALARM");
            let text = written(&hostile, Setting::Clinic);
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= LONGEST_LINE && !line.contains(['\r', '\n']));
            }
            let unfolded = text.replace("\r\n ", "");
            prop_assert_eq!(unfolded.matches("\r\nBEGIN:").count(), 1);
            prop_assert_eq!(unfolded.matches("\r\nATTENDEE").count(), 1);
        }
    }
}
