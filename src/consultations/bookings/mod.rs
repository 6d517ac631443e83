//! A consultation that is booked: when, how long and where, told to the patient with a calendar file.

mod booking;
pub mod booking_form;
pub mod invitation;
pub mod scheduling;
pub mod store;

pub use booking::{Booking, NewBooking, Setting};
