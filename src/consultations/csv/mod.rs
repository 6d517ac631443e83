//! The queue as rows of a spreadsheet.

pub mod store;
