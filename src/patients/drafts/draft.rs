//! A draft as it is stored.

use jiff::Timestamp;

use crate::library::answers::Answers;

/// Answers of one visitor, and when the last was saved.
pub struct Draft {
    pub reference: String,
    pub saved_at: Timestamp,
    pub answers: Answers,
}
