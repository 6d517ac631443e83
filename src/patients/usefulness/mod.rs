//! Counts, without persons, whether pages were useful.

pub mod pages;
pub mod store;
