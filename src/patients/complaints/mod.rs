//! Complaints about how we handle personal data: received, acknowledged within 30 days, closed.

mod complaint;
mod handling;
pub mod letter;
pub mod pages;
mod request;
pub mod store;

pub use complaint::{Complaint, ComplaintStep};
pub use handling::{advance, submit};
