//! What staff do with a request: its details for the desk, and one table of actions.

mod act;
mod attention;
mod close_reason;
mod details;
pub mod hand_over;
pub mod store;

pub use act::{Act, ActOutcome};
pub use attention::Attention;
pub use close_reason::CloseReason;
pub use details::{Handling, Note};
