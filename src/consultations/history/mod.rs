//! The history of a request: who did what and when, never content.

pub mod by_staff;
pub mod store;
