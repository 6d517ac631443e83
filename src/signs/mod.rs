//! The signs that need help, and the one reader that finds them in what people type.

pub mod list;
