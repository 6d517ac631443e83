//! Two requests of one person that are dealt with as one, and separating them again.

mod merge;
mod separate;
pub mod store;

pub use merge::{Merge, MergeOutcome, merge};
pub use separate::{SeparateOutcome, part_erased, part_withdrawn, separate};
