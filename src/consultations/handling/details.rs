//! How a request is dealt with: the fields that only the desk sees.

use crate::consultations::handling::attention::Attention;
use crate::consultations::handling::close_reason::CloseReason;
use crate::mail::limits::NotSent;
use crate::storage::readable::{MaybeText, StoredText};

/// How a request is dealt with: what only the desk sees.
#[derive(sqlx::FromRow)]
pub struct Handling {
    /// "site" or "phone".
    #[sqlx(try_from = "StoredText")]
    pub channel: String,
    pub owner_id: Option<i64>,
    #[sqlx(try_from = "MaybeText")]
    pub owner: Option<String>,
    pub next_try_at: Option<i64>,
    #[sqlx(skip)]
    pub attention: Attention,
    pub ended_at: Option<i64>,
    pub held_at: Option<i64>,
    /// Grows with every change of any request.
    pub revision: i64,
    #[sqlx(skip)]
    pub hold_reason: String,
    /// Why the last mail to the patient was not sent.
    #[sqlx(skip)]
    pub not_notified: Option<NotSent>,
    #[sqlx(skip)]
    pub reason: Option<CloseReason>,
}

/// What someone wrote down.
pub struct Note {
    pub written_at: i64,
    pub staff: String,
    pub clinical: bool,
    pub words: String,
}
