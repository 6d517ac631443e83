//! The report by email: a whole page sent to an address that is used for nothing else and soon forgotten.

mod check_page;
pub mod letter;
pub mod pages;
mod report;
pub mod request;
pub mod store;
mod submission;

pub use report::{Report, ReportState};
pub use submission::{stop, stop_on, submit};
