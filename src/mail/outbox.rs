//! Stores a mail in the transaction of its cause, so that a request and its mail are kept or lost together.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::mail::letter::{Letter, NewMail};
use crate::mail::message::{message_id, parse};
use crate::mail::purpose::Purpose;
use crate::mail::{store, waiting};
use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::{Cipher, FieldId};
use crate::web::app::App;
use crate::web::form::email;

/// Stores a mail that is sent from `due` on. Gives its number.
///
/// One of the same topic that still waits, or failed, is replaced: what was said last arrives last. After the commit,
/// wake the worker through `App::mail_waiting`. An address that mail cannot go to is an error.
pub async fn enqueue(
    connection: &mut Connection,
    app: &App,
    mail: NewMail,
    now: Timestamp,
    due: Timestamp,
) -> sqlx::Result<i64> {
    let to =
        parse(&email::for_delivery(&mail.to)).map_err(|error| sqlx::Error::Decode(error.into()))?.to_string();
    let id = message_id(&app.site);
    let new = store::NewRow {
        message_id: &id,
        purpose: mail.purpose,
        reference: &mail.reference,
        topic: &mail.topic,
        recipient: app.cipher.encrypt(field(&id, "recipient"), &to),
        letter: app.cipher.encrypt(field(&id, "letter"), &mail.letter),
        now: seconds(now),
        due: seconds(due),
        expires: mail.expires_at.map(seconds),
    };
    let number = store::insert(connection, new).await?;
    if !mail.topic.is_empty() {
        waiting::store::replace_older(connection, &mail.topic, Some(number), seconds(now)).await?;
    }
    Ok(number)
}

/// What was to be said about a topic, and still waits or failed, is not said any more.
pub async fn cancel_waiting(connection: &mut Connection, topic: &str, now: Timestamp) -> sqlx::Result<()> {
    waiting::store::replace_older(connection, topic, None, seconds(now)).await
}

/// Changes the letter of the newest mail of its purpose and reference that has never gone. False when there is none.
pub async fn amend_waiting<L: Letter + DeserializeOwned>(
    connection: &mut Connection,
    app: &App,
    reference: &str,
    change: impl FnOnce(&mut L),
) -> sqlx::Result<bool> {
    let Some(found) = waiting::store::waiting_letter(connection, L::PURPOSE, reference).await? else {
        return Ok(false);
    };
    let (id, message_id, letter) = found;
    let place = field(&message_id, "letter");
    let text = app.cipher.decrypt(place, &letter)?;
    let Ok(mut letter) = serde_json::from_str(&text) else { return Ok(false) };
    change(&mut letter);
    let text = serde_json::to_string(&letter).map_err(|error| sqlx::Error::Encode(error.into()))?;
    waiting::store::set_letter(connection, id, app.cipher.encrypt(place, &text)).await?;
    Ok(true)
}

/// Takes back every mail of its purpose and reference that has not gone, and gives the newest letter, to be sent to
/// another address.
pub async fn take_unsent<L: Letter + DeserializeOwned>(
    connection: &mut Connection,
    app: &App,
    reference: &str,
    now: Timestamp,
) -> sqlx::Result<Option<L>> {
    Ok(take_all_unsent(connection, app, reference, now).await?.pop())
}

/// The same for letters of which none stands for another: gives all of them, the newest last.
pub async fn take_all_unsent<L: Letter + DeserializeOwned>(
    connection: &mut Connection,
    app: &App,
    reference: &str,
    now: Timestamp,
) -> sqlx::Result<Vec<L>> {
    let unsent = waiting::store::unsent_letters(connection, L::PURPOSE, reference).await?;
    waiting::store::replace_unsent(connection, L::PURPOSE, reference, seconds(now)).await?;
    let mut letters = Vec::new();
    for (message_id, letter) in unsent {
        let text = app.cipher.decrypt(field(&message_id, "letter"), &letter)?;
        letters.extend(serde_json::from_str(&text).ok());
    }
    Ok(letters)
}

/// Whether a mail that has not gone is of no use any more.
pub async fn has_expired(readers: &Readers, now: Timestamp) -> sqlx::Result<bool> {
    waiting::store::has_expired(readers, seconds(now)).await
}

/// Gives up what is of no use any more. It is no task for anyone.
pub async fn give_up_expired(connection: &mut Connection, now: Timestamp) -> sqlx::Result<()> {
    waiting::store::give_up_expired(connection, seconds(now)).await
}

/// How many mails of a purpose were made since then, as far as `most`.
pub async fn count_since(
    connection: &mut Connection,
    purpose: Purpose,
    since: Timestamp,
    now: Timestamp,
    most: i64,
) -> sqlx::Result<i64> {
    store::count_since(connection, purpose, seconds(since), seconds(now), most).await
}

/// False for an address that mail cannot go to.
pub fn can_go_to(address: &str) -> bool {
    parse(&email::for_delivery(address)).is_ok()
}

/// True when a mail of this topic was sent, or may have been.
pub async fn may_have_gone(connection: &mut Connection, topic: &str) -> sqlx::Result<bool> {
    waiting::store::may_have_gone(connection, topic).await
}

/// True when a mail of this topic is yet to go.
pub async fn waits(connection: &mut Connection, topic: &str) -> sqlx::Result<bool> {
    waiting::store::waits(connection, topic).await
}

/// True when a mail of this topic waits, and none was sent or may have been.
pub async fn only_waits(connection: &mut Connection, topic: &str) -> sqlx::Result<bool> {
    Ok(waiting::store::waits(connection, topic).await?
        && !waiting::store::may_have_gone(connection, topic).await?)
}

/// Erases every mail about something that its owner withdrew, sent or not.
pub async fn forget(connection: &mut Connection, reference: &str) -> sqlx::Result<()> {
    store::delete(connection, reference).await
}

/// Erases the addresses of mails that ended before `before`, and with them the words of failures.
pub async fn forget_recipients(connection: &mut Connection, before: i64) -> sqlx::Result<()> {
    store::forget_recipients(connection, before).await
}

/// Why a mail was not sent, in the mail server's words. They may hold the patient's address.
pub async fn trouble_of(readers: &Readers, cipher: &Cipher, id: i64) -> sqlx::Result<Option<String>> {
    let Some((message_id, encrypted)) = store::trouble(readers, id).await? else { return Ok(None) };
    cipher.decrypt(field(&message_id, "trouble"), &encrypted).map(Some)
}

/// Where an encrypted value of a mail stands.
pub(super) fn field<'a>(message_id: &'a str, column: &'static str) -> FieldId<'a> {
    FieldId { table: "outbox", reference: message_id, column }
}
