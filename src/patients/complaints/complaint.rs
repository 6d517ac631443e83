//! A complaint as it is stored, and the steps of its life.

use crate::signs::Kind;
use crate::web::form::own_words::own_words;

/// What somebody complained of, and what came of it.
pub struct Complaint {
    pub reference: String,
    pub created_at: i64,
    /// Acknowledged by then.
    pub due_at: i64,
    pub acknowledged_at: Option<i64>,
    pub ended_at: Option<i64>,
    /// A save on an older one is refused.
    pub changed_at: i64,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub words: String,
    /// What was found and done, when it was closed.
    pub outcome: String,
    /// The gravest sign in the words.
    pub sign: Option<Kind>,
}

/// A step in the life of a complaint.
#[derive(Clone, Debug, PartialEq)]
pub enum ComplaintStep {
    Acknowledge,
    /// With what was found and done.
    Close(String),
}

impl Complaint {
    /// All that they wrote in their own words: the complaint first.
    pub fn own_words(&self) -> String {
        own_words([self.words.as_str()], &self.name, &self.phone)
    }

    pub fn is_late(&self, now: i64) -> bool {
        self.acknowledged_at.is_none() && self.ended_at.is_none() && self.due_at < now
    }

    pub fn state(&self, now: i64) -> &'static str {
        match (self.ended_at, self.acknowledged_at) {
            (Some(_), _) => "Closed",
            (None, Some(_)) => "Acknowledged",
            (None, None) if self.is_late(now) => "Late",
            (None, None) => "Received",
        }
    }
}
