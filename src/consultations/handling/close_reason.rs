//! Why a request was closed.

/// The reason that a member of staff gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
pub enum CloseReason {
    #[strum(serialize = "dealt with")]
    DealtWith,
    #[strum(serialize = "not reached")]
    NotReached,
    #[strum(serialize = "elsewhere")]
    Elsewhere,
    #[strum(serialize = "twice")]
    Twice,
    #[strum(serialize = "not real")]
    NotReal,
}

impl CloseReason {
    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn label(self) -> &'static str {
        match self {
            CloseReason::DealtWith => "Dealt with",
            CloseReason::NotReached => "We could not reach them",
            CloseReason::Elsewhere => "They are helped elsewhere",
            CloseReason::Twice => "The same request came twice",
            CloseReason::NotReal => "Not a real request",
        }
    }
}
