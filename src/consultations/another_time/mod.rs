//! Patients who cannot make the time that is booked, and ask for another.

mod ask;
pub mod store;

pub use ask::{LONGEST_WISH, ask_for_another_time};
