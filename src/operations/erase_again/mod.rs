//! What was erased on request stays erased when an older backup is restored.

mod again;
mod store;

pub use again::erase_again;
