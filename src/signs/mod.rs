//! The signs that need help, and the one reader that finds them in what people type.
//!
//! The reader marks words. It does not judge, and it does not diagnose: a person reads what it marked. Which words
//! are signs is data, in `content/signs.toml`; how a text is read is in the files beside this one:
//!
//! 1. `normalise` splits the text into plain words, each with its place in the original.
//! 2. `spelling` mends slips of the keyboard, towards the words of the rules only.
//! 3. `matcher` finds the patterns of `pattern` in those words.
//! 4. `calm` says which words have another meaning, are denied, are over, or are about somebody else.
//! 5. `reader` keeps what is left.

mod calm;
mod calm_groups;
mod finding;
pub mod list;
mod matcher;
mod normalise;
pub mod numbers;
mod pattern;
mod reader;
mod rules;
mod silence;
mod spelling;
mod text;

pub use finding::{Finding, Help, Kind, Mark};
pub use reader::SignsReader;
