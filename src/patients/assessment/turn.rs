//! How a person came to a question of the assessment, and so where they go on.

use crate::web::form::Fields;

/// How a person came to a question.
#[derive(Clone, Copy, Default)]
pub struct Turn {
    /// From the check page, and back to it.
    pub change: bool,
    /// From a later page that needs it.
    pub skipped: bool,
}

impl Turn {
    pub fn of(fields: &Fields) -> Turn {
        Turn { change: fields.has("change"), skipped: fields.has("skipped") }
    }

    /// How an address carries it along.
    pub fn query(self) -> &'static str {
        match self {
            Turn { change: true, .. } => "?change=yes",
            Turn { skipped: true, .. } => "?skipped=yes",
            _ => "",
        }
    }
}
