//! The states of a request, and the transitions between them.

/// The state of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum RequestState {
    New,
    Contacted,
    Booked,
    Closed,
    Withdrawn,
}

impl RequestState {
    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn label(self) -> &'static str {
        match self {
            RequestState::New => "New",
            RequestState::Contacted => "Contacted",
            RequestState::Booked => "Booked",
            RequestState::Closed => "Closed",
            RequestState::Withdrawn => "Withdrawn",
        }
    }

    /// The table of moves that staff may make; that a closed request may be opened again stands beside it, in `Act::next`.
    /// A patient may withdraw from any state.
    pub fn may_become(self, next: RequestState) -> bool {
        matches!(
            (self, next),
            (RequestState::New, RequestState::Contacted | RequestState::Booked | RequestState::Closed)
                | (RequestState::Contacted, RequestState::Booked | RequestState::Closed)
                // A consultation that falls through leaves a patient who knows us.
                | (RequestState::Booked, RequestState::Contacted | RequestState::Closed)
        )
    }

    /// The patient has heard from the clinic: what the promise on the form is about.
    pub fn has_answered(self) -> bool {
        matches!(self, RequestState::Contacted | RequestState::Booked | RequestState::Closed)
    }

    /// Nobody has been in touch about it.
    pub fn is_new(self) -> bool {
        self == RequestState::New
    }

    pub fn is_over(self) -> bool {
        matches!(self, RequestState::Closed | RequestState::Withdrawn)
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn a_closed_or_withdrawn_request_never_moves_again() {
        for next in RequestState::VARIANTS.iter().copied() {
            assert!(!RequestState::Closed.may_become(next) && !RequestState::Withdrawn.may_become(next));
        }
        assert!(RequestState::New.may_become(RequestState::Contacted));
        assert!(RequestState::Contacted.may_become(RequestState::Closed));
        assert!(!RequestState::Contacted.may_become(RequestState::New));
        assert!(
            RequestState::VARIANTS.iter().all(|state| !state.may_become(RequestState::Withdrawn)),
            "only the patient withdraws"
        );
    }
}
