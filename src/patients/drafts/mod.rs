//! Answers kept between the pages of one assessment: behind a cookie, encrypted, and soon erased.

mod draft;
pub mod store;
mod visitor;

pub use draft::Draft;
pub use visitor::{erase, new_code, open, resume, save, start};
