//! The queue in memory: who waits, found again by name, phone, address or reference.

mod entry;
mod index;
mod persons;
mod search_key;
mod store;

pub use entry::Entry;
pub use index::{Entries, QueueIndex};
pub use search_key::SearchKey;
