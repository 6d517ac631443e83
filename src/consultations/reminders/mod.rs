//! Reminders of bookings, by mail.

pub mod letter;
pub mod making;
mod store;
pub mod wishes;
