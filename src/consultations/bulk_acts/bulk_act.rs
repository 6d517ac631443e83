//! What can be done to several requests at once, and what came of it for each.

use crate::consultations::handling::{Act, ActOutcome, CloseReason};
use crate::staff::Account;

/// More than stand on a page of the queue.
pub const MOST_CHOSEN: usize = 100;

/// Something done to several requests at once.
pub enum BulkAct {
    Take,
    /// To the account with this number and name.
    Give(i64, String),
    Close(CloseReason),
}

/// A request that was ticked, and how it stood then.
#[derive(Clone, Debug, PartialEq)]
pub struct ChosenRequest {
    pub reference: String,
    pub seen_at: i64,
}

/// What came of it for one of them. Stored as its word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum BulkOutcome {
    Done,
    /// Somebody changed it after the list was shown.
    Stale,
    /// It holds a sign that needs help: it is closed on its own page alone.
    Sign,
    Impossible,
    Undone,
    /// It was done, and somebody changed the request before it was undone.
    Changed,
}

impl BulkAct {
    pub fn of_one(&self, me: &Account) -> Act {
        match self {
            BulkAct::Take => Act::Own(Some((me.id, me.name.clone()))),
            BulkAct::Give(id, name) => Act::Own(Some((*id, name.clone()))),
            BulkAct::Close(reason) => Act::Close(*reason),
        }
    }

    /// As the history says it.
    pub fn describe(&self) -> String {
        match self {
            BulkAct::Take => "took it".to_owned(),
            BulkAct::Give(_, name) => format!("gave it to {name}"),
            BulkAct::Close(reason) => format!("closed: {}", reason.label().to_lowercase()),
        }
    }
}

impl ChosenRequest {
    /// From what a tick sends: "BP-3333-4444:1716200000".
    pub fn parse(ticked: &str) -> Option<ChosenRequest> {
        let (reference, seen_at) = ticked.split_once(':')?;
        Some(ChosenRequest { reference: reference.to_owned(), seen_at: seen_at.parse().ok()? })
    }
}

impl BulkOutcome {
    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl From<ActOutcome> for BulkOutcome {
    fn from(outcome: ActOutcome) -> BulkOutcome {
        match outcome {
            ActOutcome::Done => BulkOutcome::Done,
            ActOutcome::Stale => BulkOutcome::Stale,
            ActOutcome::Impossible => BulkOutcome::Impossible,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_that_is_none_chooses_nothing() {
        let chosen = ChosenRequest { reference: "BP-3333-4444".into(), seen_at: 12 };
        assert_eq!(ChosenRequest::parse("BP-3333-4444:12"), Some(chosen));
        for odd in
            ["", ":", "BP-3333-4444", "BP-3333-4444:", "BP-3333-4444:x", "BP-3333-4444:99999999999999999999"]
        {
            assert_eq!(ChosenRequest::parse(odd), None, "{odd}");
        }
    }
}
