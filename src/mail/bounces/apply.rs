//! What a report about a mail changes: the mail turns to failed, and is a task on the desk.

use jiff::Timestamp;

use crate::mail::bounces::report::{BounceReport, DeliveryAction};
use crate::mail::bounces::store;
use crate::mail::bounces::store::SentMail;
use crate::mail::limits;
use crate::mail::outbox::field;
use crate::mail::outcome::{Stage, Trouble};
use crate::mail::purpose::Purpose;
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::encryption::Cipher;

/// What became of a report.
#[derive(Debug, PartialEq, Eq)]
pub enum BounceEffect {
    /// The mail counts as not delivered, and is a task on the desk.
    Failed,
    /// The same, and nothing more is to be sent to its address.
    Unwanted,
    /// The report tells of a delivery, a delay, or a mail that we did not send or that was reported already.
    Nothing,
}

/// What became of a report, and the mail that it changed.
pub struct Applied {
    pub effect: BounceEffect,
    /// What the mail was for and about.
    pub mail: Option<(Purpose, String)>,
    /// The keyed hash of the mailbox to which nothing more is to be sent.
    pub unwanted_by: Option<String>,
}

/// Matches a report by the address that we signed for the mail, or by the Message-ID that we drew at random for it: who
/// knows neither changes nothing.
pub async fn apply(
    connection: &mut Connection,
    cipher: &Cipher,
    report: &BounceReport,
    now: Timestamp,
) -> sqlx::Result<Applied> {
    let nothing = Applied { effect: BounceEffect::Nothing, mail: None, unwanted_by: None };
    let (words, effect) = match &report.news {
        DeliveryAction::Failed(words) => (words.as_str(), BounceEffect::Failed),
        DeliveryAction::Unwanted => ("reported as unwanted", BounceEffect::Unwanted),
        DeliveryAction::Nothing => return Ok(nothing),
    };
    let Some(mail) = find(connection, cipher, report).await? else { return Ok(nothing) };
    let trouble = Trouble::new(Stage::Report, words).in_words();
    let trouble = cipher.encrypt(field(&mail.message_id, "trouble"), &trouble);
    store::fail(connection, mail.id, trouble, seconds(now)).await?;
    let unwanted_by = match mail.recipient.filter(|_| effect == BounceEffect::Unwanted) {
        Some(recipient) => {
            let address = cipher.decrypt(field(&mail.message_id, "recipient"), &recipient)?;
            Some(limits::mailbox_hash(cipher, &address))
        }
        None => None,
    };
    Ok(Applied { effect, mail: Some((mail.purpose, mail.reference)), unwanted_by })
}

async fn find(
    connection: &mut Connection,
    cipher: &Cipher,
    report: &BounceReport,
) -> sqlx::Result<Option<SentMail>> {
    for tag in &report.tags {
        let mail = store::sent_by_number(connection, tag.id).await?;
        if let Some(mail) = mail.filter(|mail| tag.is_of(cipher, &mail.message_id)) {
            return Ok(Some(mail));
        }
    }
    match &report.message_id {
        Some(message_id) => store::sent(connection, message_id).await,
        None => Ok(None),
    }
}
