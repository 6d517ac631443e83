//! Words that staff send again and again, which administrators keep for everyone.

mod changes;
pub mod store;

pub use changes::{LONGEST_TITLE, MOST_REPLIES, NewReply, ReplyKept, change, keep, remove};
