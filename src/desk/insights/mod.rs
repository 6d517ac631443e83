//! How things go: promises, waiting, reading, searching. Counts only, of nobody.

pub mod chart;
pub mod figures;
pub mod letter;
pub mod pages;
pub mod sections;
mod sentences;
pub mod store;
