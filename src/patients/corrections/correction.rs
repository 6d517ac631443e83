//! What a reader said is wrong on a page, as it is stored.

use crate::signs::Kind;
use crate::storage::clock::moment;
use crate::storage::retention;

/// What a reader says is wrong on a page, and what staff answered.
pub struct Correction {
    pub reference: String,
    pub answered_at: Option<i64>,
    pub created_at: i64,
    /// Seconds; a save on an older one is refused.
    pub changed_at: i64,
    /// Slug of the page.
    pub about: String,
    /// Of the page, as the reader saw it.
    pub version: String,
    pub name: String,
    pub email: String,
    pub words: String,
    /// What staff did about it.
    pub answer: String,
    /// The gravest sign in the words.
    pub sign: Option<Kind>,
}

impl Correction {
    pub fn is_open(&self) -> bool {
        self.answered_at.is_none()
    }

    /// When it is erased whole.
    pub fn erased_at(&self) -> Option<jiff::Timestamp> {
        self.answered_at.map(|at| moment(at.saturating_add(retention::CORRECTION)))
    }
}

/// The page that a correction is about: its slug and version.
pub struct PageVersion {
    pub about: String,
    pub version: String,
}
