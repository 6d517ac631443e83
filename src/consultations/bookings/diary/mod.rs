//! The diary: what is booked on a day, when nothing is, when the clinic is closed, and what clashes.

pub mod day;
mod entry;
pub mod feed;
pub mod grid;
pub mod store;

#[cfg(test)]
pub(super) use entry::tests as entry_tests;
pub use entry::{DiaryBooking, mark_clashes};
