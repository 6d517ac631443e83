//! What one person may ask about their data: everything we hold, as a file, and its erasure with a proof.

mod answer;
pub mod file;
pub mod pages;
mod person;
mod rows;
pub mod store;

pub use answer::{erase, find, note_taken};
pub use person::DataSubject;
pub use rows::{NearMatch, PersonalRecord, PersonalRow};
