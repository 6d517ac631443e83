//! A report as it is stored, and what became of it.

use jiff::Timestamp;

use crate::mail::limits::Allowance;

/// A report that was asked for.
pub struct Report {
    pub reference: String,
    pub created_at: Timestamp,
    /// Slugs with commas between them.
    pub about: String,
    pub name: String,
    pub email: String,
    pub content_hash: String,
    pub state: ReportState,
}

/// What became of a report when it was asked for.
#[derive(Clone, Copy, PartialEq, Debug, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum ReportState {
    Accepted,
    /// Accepted in a flood: sent later.
    Held,
    /// Not sent: too many to one address, or its owner asked us to stop.
    Suppressed,
}

impl ReportState {
    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn of(allowance: Allowance) -> ReportState {
        match allowance {
            Allowance::Send => ReportState::Accepted,
            Allowance::HoldUntil(_) => ReportState::Held,
            Allowance::No(_) => ReportState::Suppressed,
        }
    }
}
