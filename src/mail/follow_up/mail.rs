//! One mail as staff see it: its state, what its failure means, and its address for who may see it.

use crate::clinic::Role;
use crate::mail::follow_up::store::MailRow;
use crate::mail::outbox::field;
use crate::mail::outcome::State;
use crate::mail::purpose::Purpose;
use crate::mail::smtp_replies;
use crate::storage::encryption::Cipher;
use crate::web::form::email;

const EXPIRED: &str = "It had not been sent when it was of no use any more, so it was given up.";

/// A mail without its words.
pub struct Mail {
    pub id: i64,
    pub purpose: Purpose,
    pub reference: String,
    pub state: State,
    pub created_at: i64,
    pub due_at: i64,
    pub finished_at: Option<i64>,
    pub attempts: i64,
    /// The address; nothing when it was erased, or is not for who asks.
    pub to: Option<String>,
    /// The words of the mail server, which may hold the address; nothing likewise.
    pub trouble: Option<String>,
    /// What the failure means.
    pub meaning: Option<&'static str>,
    /// Its letter or message is still here, so that it can be sent again.
    pub kept: bool,
    /// Its letter is still here, so that it can be written to another address.
    pub has_letter: bool,
    /// The newer mail that took its place.
    pub replaced_by: Option<i64>,
    pub settled: Option<Settled>,
}

/// What staff did about a failure.
pub struct Settled {
    pub at: i64,
    pub by: i64,
    /// Why it was left; empty when another mail took its place.
    pub why: String,
    pub followed_by: Option<i64>,
}

impl Mail {
    pub fn is_task(&self) -> bool {
        matches!(self.state, State::Failed | State::NeedsAttention) && self.settled.is_none()
    }

    /// It can be sent to another address, by who is shown the one it went to.
    pub fn may_be_readdressed(&self) -> bool {
        self.is_task() && self.has_letter && self.to.is_some() && self.purpose.may_be_readdressed()
    }

    /// What the address was probably meant to be, when the mail may go there.
    pub fn suggestion(&self) -> Option<String> {
        email::suggestion(self.to.as_deref()?).filter(|_| self.may_be_readdressed())
    }

    /// The desk's page of the request that it is about.
    pub fn request(&self) -> Option<String> {
        self.reference.starts_with("BP-").then(|| format!("/staff/consultations/{}", self.reference))
    }
}

impl Mail {
    /// With the address and the mail server's words when they are for `role`.
    pub fn open(row: MailRow, cipher: &Cipher, role: Option<Role>) -> Mail {
        let addresses = role.is_some_and(|role| row.purpose.shows_address_to(role));
        let open = |column, value: &Option<Vec<u8>>| {
            value.as_ref().map(|value| cipher.decrypt(field(&row.message_id, column), value))
        };
        let failed = !matches!(row.state, State::Sent | State::Queued | State::Sending | State::Replaced);
        // What does not open must not hide the row.
        let trouble = open("trouble", &row.trouble)
            .filter(|_| failed)
            .map(|words| words.unwrap_or_else(|_| "what went wrong cannot be read".to_owned()));
        let to = open("recipient", &row.recipient).filter(|_| addresses).and_then(Result::ok);
        let settled = match (row.settled_at, row.settled_by) {
            (Some(at), Some(by)) => {
                let why = open("settled_why", &row.settled_why).and_then(Result::ok).unwrap_or_default();
                Some(Settled { at, by, why, followed_by: row.followed_by })
            }
            _ => None,
        };
        Mail {
            id: row.id,
            purpose: row.purpose,
            reference: row.reference,
            state: row.state,
            created_at: row.created_at,
            due_at: row.due_at,
            finished_at: row.finished_at,
            attempts: row.attempts,
            to,
            meaning: match (row.settled_at, row.settled_by) {
                (Some(_), None) => Some(EXPIRED),
                _ => trouble.as_deref().map(smtp_replies::meaning),
            },
            trouble: trouble.filter(|_| addresses),
            kept: row.kept,
            has_letter: row.has_letter,
            replaced_by: row.followed_by.filter(|_| row.state == State::Replaced),
            settled,
        }
    }
}
