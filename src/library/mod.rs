//! Fact sheets, guides and plain pages: loaded, checked and rendered once.

pub mod answers;
pub mod check;
mod collection;
pub mod contact_page;
mod count;
mod day;
mod drafts;
pub mod feeds;
pub mod figures;
pub mod file;
pub mod fingerprint;
mod front_matter;
mod gather;
pub mod glossary;
mod glossary_page;
mod linked_data;
mod load;
pub mod markdown;
mod names;
pub mod new_page;
pub mod pages;
pub mod prescription_only;
pub mod questions;
mod reference;
pub mod search;
mod sheet;
mod sheet_page;
pub mod signatures;
pub mod summary;
mod topics;

pub use collection::Library;
pub use count::count;
pub use front_matter::{Allow, ChangeNote, FrontMatter, PlainFrontMatter, Related, ReviewState, Reviewer};
pub use reference::Reference;
pub use sheet::{PageKind, PlainPage, Sheet};
pub use topics::Topic;
