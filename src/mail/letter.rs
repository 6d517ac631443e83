//! What a mail says: as data while it waits, and as words when it is sent.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use crate::mail::purpose::Purpose;

/// What a mail says, as data. Each feature has its own, and makes the words from it (`RenderedLetter`).
pub trait Letter: Serialize {
    const PURPOSE: Purpose;
}

/// A mail that a feature wants sent.
pub struct NewMail {
    pub(super) purpose: Purpose,
    pub(super) reference: String,
    pub(super) to: String,
    pub(super) topic: String,
    /// The letter as JSON.
    pub(super) letter: String,
    /// Not sent from then on.
    pub(super) expires_at: Option<Timestamp>,
}

impl NewMail {
    /// `reference` is of the consultation, report or other cause; `to` is the address as typed.
    pub fn new<L: Letter>(letter: &L, reference: &str, to: &str) -> NewMail {
        NewMail {
            purpose: L::PURPOSE,
            reference: reference.to_owned(),
            to: to.to_owned(),
            topic: String::new(),
            letter: serde_json::to_string(letter).expect("a letter has no keys but strings"),
            expires_at: None,
        }
    }

    /// Of no use from that moment on: it is not sent then, however long its tries go on.
    pub fn until(self, expires_at: Timestamp) -> NewMail {
        NewMail { expires_at: Some(expires_at), ..self }
    }

    /// A newer mail of the same topic replaces this one while it waits.
    pub fn about(self, topic: String) -> NewMail {
        NewMail { topic, ..self }
    }
}

/// A stored mail that is to be sent now.
pub struct OutgoingMail<'a> {
    pub purpose: Purpose,
    pub reference: &'a str,
    /// The letter as JSON.
    pub letter: &'a str,
    pub to: &'a str,
    /// The address in From.
    pub from: &'a str,
    pub created_at: Timestamp,
}

/// The words of a mail.
#[derive(Default)]
pub struct RenderedLetter {
    /// The person's name, or nothing. Only a plain one is used.
    pub to_name: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub calendar: Option<CalendarFile>,
    /// Where an answer goes, when a person wrote the mail and waits for one; else to who it is from.
    pub reply_to: Option<String>,
    /// The address at which the owner of the mailbox stops all mail to it with one POST (RFC 8058).
    pub stop: Option<String>,
}

/// An iCalendar file (RFC 5546) that goes with a letter.
pub struct CalendarFile {
    /// REQUEST or CANCEL.
    pub method: &'static str,
    pub text: String,
}

/// Makes the words of a stored mail. An error, for example a letter of a later version, is for a person to look at.
pub type Renderer = Arc<dyn Fn(&OutgoingMail) -> anyhow::Result<RenderedLetter> + Send + Sync>;
