//! Booked consultations: when, how long and where, sent to the patient with a calendar file.

mod booking;
pub mod booking_form;
pub mod date_and_time;
pub mod invitation;
mod length;
pub mod letter;
pub mod scheduling;
pub mod store;
pub mod usual;

pub use booking::{Booking, NewBooking, Setting};
