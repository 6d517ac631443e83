//! A report as it is stored, and what became of it.

use jiff::Timestamp;

use crate::library::summary::Summary;
use crate::mail::limits::Answer;

/// A report that was asked for.
pub struct Report {
    pub reference: String,
    pub created_at: Timestamp,
    /// Slugs with commas between them.
    pub about: String,
    pub name: String,
    pub email: String,
    pub content_mark: String,
    pub state: ReportState,
}

/// What became of a report when it was asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ReportState {
    Accepted,
    /// Accepted in a flood: sent later.
    Held,
    /// Not sent: too many to one address, or its owner asked us to stop.
    Suppressed,
}

impl ReportState {
    pub fn word(self) -> &'static str {
        match self {
            ReportState::Accepted => "accepted",
            ReportState::Held => "held",
            ReportState::Suppressed => "suppressed",
        }
    }

    pub fn of(answer: Answer) -> ReportState {
        match answer {
            Answer::Send => ReportState::Accepted,
            Answer::Hold => ReportState::Held,
            Answer::No(_) => ReportState::Suppressed,
        }
    }
}

/// A private link to make with a report. Nothing that is stored leads from one to the other.
pub struct PrivateLink {
    pub summary: Summary,
    pub token: String,
    pub expires_at: i64,
}
