//! What a confirmation page says of the mail that goes with a form: only what the outbox knows.

use crate::mail;
use crate::mail::{Purpose, State};
use crate::web::app::App;

/// Whether the mail of a form is queued, sent, or neither.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConfirmationMail {
    Queued,
    Sent,
    /// None was stored, or it could not be delivered.
    NotSent,
}

impl ConfirmationMail {
    /// Of the newest mail of this purpose that belongs to a reference.
    pub async fn find(app: &App, reference: &str, purpose: Purpose) -> sqlx::Result<ConfirmationMail> {
        let mails = mail::mails_of(app.database.readers(), reference).await?;
        let newest = mails.iter().rev().find(|mail| mail.purpose == purpose);
        Ok(newest.map_or(ConfirmationMail::NotSent, |mail| match mail.state {
            State::Queued | State::Sending | State::Retry => ConfirmationMail::Queued,
            State::Sent => ConfirmationMail::Sent,
            State::Failed | State::NeedsAttention | State::Replaced => ConfirmationMail::NotSent,
        }))
    }
}
