//! The content check: reads the content as the server does, and reports what to mend like a compiler.

mod across;
mod assessment;
mod body;
mod callouts;
mod figures;
mod front;
mod git;
mod harms;
pub(in crate::library) mod hidden_links;
pub(in crate::library) mod look;
mod matching;
mod prose;
mod readability;
pub(in crate::library) mod report;
mod rhythm;
pub mod rules;
mod run;
mod shared;
mod source;
mod topics;
mod wording;
mod words;

pub use report::{CheckFinding, CheckReport};
pub use run::{run, run_and_tell};
pub use source::SourceFile;
