//! The queue in memory: requests, searchable by name, phone, address or reference.

mod entry;
mod index;
mod persons;
mod search_key;
mod store;

pub use entry::QueueEntry;
pub use index::{Entries, QueueIndex};
pub use search_key::SearchKey;
