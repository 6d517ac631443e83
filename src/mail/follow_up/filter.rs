//! Which mails staff look at.

use crate::mail::purpose::Purpose;

/// On one page of the list.
pub const PAGE: i64 = 50;
/// Failures shown as tasks at once; the list holds the others.
pub const MOST_TASKS: i64 = 50;

/// Which mails are shown.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, Default, strum::EnumString, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Show {
    #[default]
    All,
    /// Failed or for a person to look at, and not dealt with.
    ToDo,
    Waiting,
    Sent,
    /// Dealt with by staff.
    #[strum(serialize = "dealt-with")]
    Settled,
}

/// What the list is asked for.
pub struct Filter {
    pub show: Show,
    pub purpose: Option<Purpose>,
    /// Of a request or report, or nothing.
    pub reference: String,
    /// From 1.
    pub page: i64,
}

impl Show {
    /// The word in an address.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn label(self) -> &'static str {
        match self {
            Show::All => "All",
            Show::ToDo => "Not delivered, to do",
            Show::Waiting => "Waiting to be sent",
            Show::Sent => "Sent",
            Show::Settled => "Not delivered, dealt with",
        }
    }
}
