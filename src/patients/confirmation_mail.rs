//! What a confirmation page says of the mail that goes with a form: only what the outbox knows.

use jiff::{SignedDuration, Timestamp};

use crate::mail;
use crate::mail::{Purpose, State};
use crate::storage::clock::moment;
use crate::web::app::App;

/// A mail that is due within this time goes "now".
const NOW: SignedDuration = SignedDuration::from_mins(5);

/// Whether the mail of a form is queued, sent, or neither.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConfirmationMail {
    /// It goes within minutes.
    Queued,
    /// It goes at this time: many people ask just now.
    Held(Timestamp),
    /// A first attempt did not get through. The next one is at this time.
    Retrying(Timestamp),
    Sent,
    /// None was stored, or it could not be delivered.
    NotSent,
}

impl ConfirmationMail {
    /// Of the newest mail of this purpose that belongs to a reference.
    pub async fn find(app: &App, reference: &str, purpose: Purpose) -> sqlx::Result<ConfirmationMail> {
        let mails = mail::mails_of(app.database.readers(), reference).await?;
        let newest = mails.iter().rev().find(|mail| mail.purpose == purpose);
        let now = app.clock.now();
        Ok(newest.map_or(ConfirmationMail::NotSent, |mail| match (mail.state, moment(mail.due_at)) {
            (State::Queued, due) if due > now + NOW => ConfirmationMail::Held(due),
            (State::Retry, due) if due > now + NOW => ConfirmationMail::Retrying(due),
            (State::Queued | State::Sending | State::Retry, _) => ConfirmationMail::Queued,
            (State::Sent, _) => ConfirmationMail::Sent,
            (State::Failed | State::NeedsAttention | State::Replaced, _) => ConfirmationMail::NotSent,
        }))
    }

    /// When it goes, when that is not now.
    pub fn at(self) -> Option<Timestamp> {
        match self {
            ConfirmationMail::Held(at) | ConfirmationMail::Retrying(at) => Some(at),
            ConfirmationMail::Queued | ConfirmationMail::Sent | ConfirmationMail::NotSent => None,
        }
    }
}
