//! Corrections: what readers say is wrong on a page, and what staff answered.

mod correction;
mod handling;
pub mod pages;
pub mod request;
pub mod store;

pub use correction::{Correction, PageVersion};
pub use handling::{answer, submit};
