//! Calls to patients: their outcomes, and when to try again.

mod best_times;
mod outcome;
pub mod store;

pub use best_times::{Fitting, next_time, suits};
pub use outcome::CallOutcome;
