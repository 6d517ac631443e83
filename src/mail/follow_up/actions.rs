//! What staff do about mail that was not delivered: send it again, to another address, or leave it with a reason.

use jiff::Timestamp;

use crate::mail::follow_up::store;
use crate::mail::letter::NewMail;
use crate::mail::limits;
use crate::mail::outbox::{enqueue, field};
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::encryption::Cipher;
use crate::web::app::App;

/// Why nothing was done.
#[derive(Debug, PartialEq, Eq)]
pub enum FollowUpRefused {
    /// Somebody else dealt with it, or it is being sent.
    NotATask,
    /// The message was erased.
    Erased,
    /// The owner of the address asked us to send nothing more.
    Stopped,
    /// A mail of this purpose goes to the address that it was made for, or nowhere.
    NotElsewhere,
}

type Done<T> = sqlx::Result<std::result::Result<T, FollowUpRefused>>;

/// What a mail is about.
pub async fn reference_of(connection: &mut Connection, id: i64) -> sqlx::Result<String> {
    store::reference_of(connection, id).await
}

/// Sends the same bytes under the same Message-ID again, so that a mail program knows a second copy for what it is.
/// One that may have gone three times gets one more try, and then a person looks again.
pub async fn resend(connection: &mut Connection, cipher: &Cipher, id: i64, now: Timestamp) -> Done<()> {
    if let Err(refused) = check(connection, id).await? {
        return Ok(Err(refused));
    }
    // A recipient that does not open is the reason why the mail failed, and will be again.
    let to = recipient(cipher, &store::stored(connection, id).await?).unwrap_or_default();
    if limits::is_stopped(connection, cipher, &to).await? {
        return Ok(Err(FollowUpRefused::Stopped));
    }
    store::queue_again(connection, id, seconds(now)).await?;
    Ok(Ok(()))
}

/// Writes the same letter to another address, as a mail of its own: another recipient must never be taken for a second
/// copy to the first. The failed mail stays in the list, and its words and address are erased. Gives the new mail.
pub async fn readdress(
    connection: &mut Connection,
    app: &App,
    id: i64,
    to: &str,
    staff: i64,
    now: Timestamp,
) -> Done<i64> {
    if let Err(refused) = check(connection, id).await? {
        return Ok(Err(refused));
    }
    if limits::is_stopped(connection, &app.cipher, to).await? {
        return Ok(Err(FollowUpRefused::Stopped));
    }
    let failed = store::stored(connection, id).await?;
    if !failed.purpose.may_be_readdressed() {
        return Ok(Err(FollowUpRefused::NotElsewhere));
    }
    let Some(letter) = failed.letter else { return Ok(Err(FollowUpRefused::Erased)) };
    let mail = NewMail {
        purpose: failed.purpose,
        reference: failed.reference,
        to: to.to_owned(),
        topic: failed.topic,
        letter: app.cipher.decrypt(field(&failed.message_id, "letter"), &letter)?,
        expires_at: None,
    };
    // Settled first, so that it counts as dealt with and not as replaced.
    store::settle(connection, id, staff, None, None, seconds(now)).await?;
    let follower = enqueue(connection, app, mail, now, now).await?;
    store::set_follower(connection, id, follower).await?;
    Ok(Ok(follower))
}

/// Leaves a failure as it is, with the reason. It stays in the list; its words and address are erased.
pub async fn leave(
    connection: &mut Connection,
    cipher: &Cipher,
    id: i64,
    why: &str,
    staff: i64,
    now: Timestamp,
) -> Done<()> {
    let Some((message_id, _)) = store::task(connection, id).await? else {
        return Ok(Err(FollowUpRefused::NotATask));
    };
    let why = cipher.encrypt(field(&message_id, "settled_why"), why);
    store::settle(connection, id, staff, Some(why), None, seconds(now)).await?;
    Ok(Ok(()))
}

fn recipient(cipher: &Cipher, failed: &store::StoredMail) -> sqlx::Result<String> {
    cipher.decrypt(field(&failed.message_id, "recipient"), failed.recipient.as_deref().unwrap_or_default())
}

async fn check(connection: &mut Connection, id: i64) -> Done<()> {
    Ok(match store::task(connection, id).await? {
        None => Err(FollowUpRefused::NotATask),
        Some((_, false)) => Err(FollowUpRefused::Erased),
        Some((_, true)) => Ok(()),
    })
}
