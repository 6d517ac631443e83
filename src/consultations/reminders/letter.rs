//! The mail that reminds a patient of a booking: the words of the booking mail, with a purpose of its own.

use serde::{Deserialize, Serialize};

use crate::consultations::bookings::letter::BookingLetter;
use crate::mail::{Letter, Purpose};

#[derive(Serialize, Deserialize)]
pub struct ReminderLetter(pub BookingLetter);

impl Letter for ReminderLetter {
    const PURPOSE: Purpose = Purpose::ConsultationReminder;
}

impl ReminderLetter {
    /// A newer reminder replaces one that waits, and so does every other mail about the booking.
    pub fn topic(booking_id: &str) -> String {
        format!("reminder:{booking_id}")
    }
}
