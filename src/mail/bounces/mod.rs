//! What mail servers report after they took a mail: it could not be delivered, or its owner called it unwanted.

mod apply;
mod report;
mod return_path;
mod store;

pub use apply::{Applied, BounceEffect, apply};
pub use report::{BounceReport, LARGEST};
pub use return_path::{LONGEST_PREFIX, ReturnTag};
