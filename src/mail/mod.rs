//! The outbox: stores a mail in the transaction of its cause, so that a request and its mail are kept or lost together.

use std::path::PathBuf;

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::storage::clock::seconds;
use crate::storage::database::Database;
use crate::storage::encryption::{Cipher, FieldId};

pub mod desk;
mod files;
pub mod limits;
mod message;
mod outcome;
mod post;
mod progress;
mod readdress;
mod replies;
mod smtp;
mod store;
mod worker;

pub use message::{CalendarFile, Letter, Purpose, Sender, Written};
pub use outcome::State;
pub use post::Post;
pub use progress::Progress;
pub use smtp::{Patience, Server};
pub use store::{MailState, mails_of};
pub use worker::Worker;

/// Stores a letter as the whole message that will be sent, in the transaction of its cause; it is sent from `due` on.
///
/// After the commit, wake the worker through `App::mail_waiting`. An address that mail cannot go to is an error.
pub async fn enqueue(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    sender: &Sender,
    letter: Letter,
    now: Timestamp,
    due: Timestamp,
) -> sqlx::Result<()> {
    let message = sender.write(&letter, None, now).map_err(|error| sqlx::Error::Decode(error.into()))?;
    keep(connection, cipher, &message, now, due).await
}

/// Stores a message that was written before, so that one that cannot be written undoes nothing.
pub async fn keep(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    message: &Written,
    now: Timestamp,
    due: Timestamp,
) -> sqlx::Result<()> {
    let new = store::NewMail {
        message_id: &message.id,
        purpose: message.purpose,
        reference: &message.reference,
        recipient: cipher.encrypt(place(&message.id, "recipient"), &message.to),
        message: cipher.encrypt_bytes(place(&message.id, "message"), &message.bytes),
        now: seconds(now),
        due: seconds(due),
    };
    store::insert(connection, new).await
}

/// Erases every mail about something that its owner withdrew, sent or not.
pub async fn forget(connection: &mut SqliteConnection, reference: &str) -> sqlx::Result<()> {
    store::delete(connection, reference).await
}

/// In the data folder: mails as files, when there is no mail server.
pub const FOLDER: &str = "mail";

fn folder_of(database: &Database) -> PathBuf {
    database.condition().folder().join(FOLDER)
}

/// Removes the files of mails about what was erased: they hold what the mails held. Call after the commit.
pub async fn forget_files(database: &Database, references: Vec<String>) {
    let folder = folder_of(database);
    remove_files(move || files::forget(&folder, &references)).await;
}

/// Removes the files of mails made before `before`, whatever they are about.
pub async fn forget_old_files(database: &Database, before: Timestamp) {
    let folder = folder_of(database);
    remove_files(move || files::forget_old(&folder, before)).await;
}

/// A file that stays is tried again by the hourly pass, when it is old enough.
async fn remove_files(remove: impl FnOnce() -> std::io::Result<usize> + Send + 'static) {
    let error = match tokio::task::spawn_blocking(remove).await {
        Ok(Ok(_)) => return,
        Ok(Err(error)) => error.to_string(),
        Err(error) => error.to_string(),
    };
    tracing::error!(error, "files of erased mails could not be removed");
}

/// Erases the addresses of mails that ended before `before`, and with them the words of failures.
pub async fn forget_recipients(connection: &mut SqliteConnection, before: i64) -> sqlx::Result<()> {
    store::forget_recipients(connection, before).await
}

/// Why a mail was not sent, in the mail server's words. They may hold the patient's address.
pub async fn trouble_of(
    readers: &sqlx::SqlitePool,
    cipher: &Cipher,
    id: i64,
) -> sqlx::Result<Option<String>> {
    let Some((message_id, sealed)) = store::trouble(readers, id).await? else { return Ok(None) };
    cipher.decrypt(place(&message_id, "trouble"), &sealed).map(Some)
}

fn place<'a>(message_id: &'a str, column: &'static str) -> FieldId<'a> {
    FieldId { table: "outbox", reference: message_id, column }
}
