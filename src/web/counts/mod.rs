//! Counts what happens on the public site, without persons: kept in memory, stored every minute.

mod marks;
pub mod store;
mod tally;
mod visitor;

pub use marks::{count_marks, mark, mark_errors};
pub use tally::{Counted, FoundNothing, VisitCounts};
pub use visitor::is_counted;
