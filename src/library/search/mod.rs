//! Search: what was typed, slips and all, as the pages that answer it, in the order of their worth.
//!
//! SQLite's FTS5 finds, ranks and cuts passages; reading slips and lay words is ours. Words that cannot wait are found
//! by the reader of `signs`.

mod english;
mod index;
mod lazy_index;
mod marked;
mod meanings;
pub mod pages;
mod query;
mod sound;
mod source;
mod sources;
mod spelling;
mod store;
mod synonyms;
pub(crate) mod words;

pub use index::{Found, SearchAnswer};
pub use lazy_index::LazyIndex;
pub use marked::Marked;
pub use source::{IndexedPage, Source};
pub use sources::sources;
pub use synonyms::{SynonymGroup, Synonyms};
