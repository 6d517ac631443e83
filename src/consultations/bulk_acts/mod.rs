//! Acts on several requests at once, and undoing them at once.

mod bulk_act;
mod perform;
pub mod store;
mod undo;

pub use bulk_act::{BulkAct, BulkOutcome, ChosenRequest, MOST_CHOSEN};
pub use perform::perform;
pub use undo::{UndoOutcome, undo};
