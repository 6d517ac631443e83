//! A booking as the diary shows it, and what it clashes with.

use crate::consultations::bookings::booking::Setting;
use crate::consultations::bookings::clinician::{Clinician, is_same_text};

/// A booking that is not cancelled.
#[derive(Clone, Debug)]
pub struct DiaryBooking {
    pub id: String,
    pub reference: String,
    /// Seconds since 1970.
    pub starts_at: i64,
    /// As many as usual when its length cannot be read.
    pub minutes: i64,
    /// Nothing when it cannot be read.
    pub setting: Option<Setting>,
    pub clinician: Clinician,
    /// Room or line, or nothing.
    pub room: String,
    /// Of the patient; empty when it cannot be read.
    pub name: String,
    pub sequence: i64,
    /// When it was booked or last changed; 0 for one from before this was kept.
    pub changed_at: i64,
    /// What of it cannot be read, as people call it.
    pub unreadable: Vec<&'static str>,
    /// References of the bookings that it clashes with.
    pub clashes: Vec<String>,
}

impl DiaryBooking {
    /// Seconds since 1970.
    pub fn ends_at(&self) -> i64 {
        self.starts_at.saturating_add(self.minutes.saturating_mul(60))
    }

    pub fn overlaps(&self, from: i64, until: i64) -> bool {
        self.starts_at < until && from < self.ends_at()
    }

    pub fn is_in(&self, room: &str) -> bool {
        !room.is_empty() && is_same_text(&self.room, room)
    }

    /// Whether something else, from and until these seconds, needs the same person or the same room. Where a clinician is
    /// not named it may be the same one.
    pub fn clashes_with(&self, from: i64, until: i64, clinician: &Clinician, room: &str) -> bool {
        let may_be_same = !self.clinician.is_named() || !clinician.is_named() || self.clinician.is(clinician);
        self.overlaps(from, until) && (may_be_same || self.is_in(room))
    }
}

/// Notes on each booking which others it clashes with. They are in the order of time.
pub fn mark_clashes(bookings: &mut [DiaryBooking]) {
    for at in 0..bookings.len() {
        let (before, rest) = bookings.split_at_mut(at + 1);
        let one = &mut before[at];
        let ends_at = one.ends_at();
        for other in rest.iter_mut().take_while(|other| other.starts_at < ends_at) {
            if one.clashes_with(other.starts_at, other.ends_at(), &other.clinician, &other.room) {
                one.clashes.push(other.reference.clone());
                other.clashes.push(one.reference.clone());
            }
        }
    }
}

#[cfg(test)]
pub(in crate::consultations::bookings) mod tests {
    use super::*;

    /// A booking so many minutes after midnight of 4 June 2026 in London.
    pub fn booking(reference: &str, from: i64, minutes: i64, clinician: &str, room: &str) -> DiaryBooking {
        let midnight: jiff::Timestamp = "2026-06-03T23:00:00Z".parse().unwrap();
        DiaryBooking {
            id: reference.to_lowercase(),
            reference: reference.into(),
            starts_at: midnight.as_second() + 60 * from,
            minutes,
            setting: Some(Setting::Clinic),
            clinician: Clinician::stored(None, None, clinician.into()),
            room: room.into(),
            name: "Ada Lovelace".into(),
            sequence: 0,
            changed_at: 0,
            unreadable: Vec::new(),
            clashes: Vec::new(),
        }
    }

    #[test]
    fn two_bookings_at_one_time_clash_when_they_need_one_person_or_one_room() {
        for (one, other, clash) in [
            (("A", "1"), ("A", "2"), true),
            (("A", "1"), ("a", ""), true),
            (("A", "Room 1"), ("B", "room 1"), true),
            (("A", "1"), ("B", "2"), false),
            (("A", ""), ("B", ""), false),
            (("", "1"), ("B", "2"), true),
            (("", ""), ("", ""), true),
        ] {
            let mut both =
                [booking("BP-1", 600, 45, one.0, one.1), booking("BP-2", 630, 30, other.0, other.1)];
            mark_clashes(&mut both);
            assert_eq!(both[0].clashes == ["BP-2"], clash, "{one:?} {other:?}");
            assert_eq!(both[1].clashes == ["BP-1"], clash, "{one:?} {other:?}");
        }
        let mut after = [booking("BP-1", 600, 30, "", ""), booking("BP-2", 630, 30, "", "")];
        mark_clashes(&mut after);
        assert!(after.iter().all(|booking| booking.clashes.is_empty()), "one after another");
    }
}
