//! Booked consultations: when, how long and where, sent to the patient with a calendar file.

mod booking;
pub mod booking_form;
mod clinician;
pub mod date_and_time;
pub mod diary;
mod ical;
pub mod invitation;
mod length;
pub mod letter;
pub mod reasons;
pub mod scheduling;
pub mod store;
pub mod usual;

pub use booking::{AllTheSame, Booking, NewBooking, Setting};
pub use clinician::Clinician;
