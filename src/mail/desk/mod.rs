//! Mail as staff see it: found by state, sent again, sent to another address, or left with a reason.

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::clinic::Role;
use crate::mail::outcome::State;
use crate::mail::{Purpose, Sender, limits, place, replies};
use crate::storage::clock::seconds;
use crate::storage::encryption::Cipher;
use crate::web::form::email;

mod store;

/// On one page of the list.
pub const PAGE: i64 = 50;
/// Failures shown as tasks at once; the list holds the others.
pub const MOST_TASKS: i64 = 50;

/// Which mails are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Show {
    All,
    /// Failed or for a person to look at, and not dealt with.
    ToDo,
    Waiting,
    Sent,
    /// Dealt with by staff.
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
    /// The message is still here, so that it can be sent again.
    pub kept: bool,
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

/// Why nothing was done.
#[derive(Debug, PartialEq, Eq)]
pub enum Refused {
    /// Somebody else dealt with it, or it is being sent.
    NotATask,
    /// The message was erased.
    Erased,
    /// The owner of the address asked us to send nothing more.
    Stopped,
    /// A mail of this purpose goes to the address that it was made for, or nowhere.
    NotElsewhere,
}

type Done<T> = sqlx::Result<std::result::Result<T, Refused>>;

impl Show {
    pub const ALL: [Show; 5] = [Show::All, Show::ToDo, Show::Waiting, Show::Sent, Show::Settled];

    pub fn word(self) -> &'static str {
        match self {
            Show::All => "all",
            Show::ToDo => "to-do",
            Show::Waiting => "waiting",
            Show::Sent => "sent",
            Show::Settled => "dealt-with",
        }
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

    pub fn from_word(word: &str) -> Show {
        Show::ALL.into_iter().find(|show| show.word() == word).unwrap_or(Show::All)
    }
}

impl Mail {
    pub fn is_task(&self) -> bool {
        matches!(self.state, State::Failed | State::NeedsAttention) && self.settled.is_none()
    }

    /// It can be sent to another address, by who is shown the one it went to.
    pub fn may_be_readdressed(&self) -> bool {
        self.is_task() && self.kept && self.to.is_some() && self.purpose.may_be_readdressed()
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

/// One page of the list, newest first, and how many there are in all. Opens no address.
pub async fn list(readers: &SqlitePool, cipher: &Cipher, filter: &Filter) -> sqlx::Result<(Vec<Mail>, i64)> {
    let rows = store::list(readers, filter).await?;
    let mails = rows.into_iter().map(|row| row.open(cipher, None)).collect::<sqlx::Result<_>>()?;
    Ok((mails, store::count(readers, filter).await?))
}

/// What a person has to do something about, the longest waiting first, and how many there are in all.
pub async fn tasks(readers: &SqlitePool, cipher: &Cipher, role: Role) -> sqlx::Result<(Vec<Mail>, i64)> {
    let rows = store::tasks(readers).await?;
    let mails = rows.into_iter().map(|row| row.open(cipher, Some(role))).collect::<sqlx::Result<_>>()?;
    Ok((mails, store::count_tasks(readers).await?))
}

pub async fn find(readers: &SqlitePool, cipher: &Cipher, id: i64, role: Role) -> sqlx::Result<Mail> {
    store::find(readers, id).await?.open(cipher, Some(role))
}

/// What a mail is about.
pub async fn reference_of(connection: &mut SqliteConnection, id: i64) -> sqlx::Result<String> {
    store::reference_of(connection, id).await
}

/// Sends the same bytes under the same Message-ID again, so that a mail program knows a second copy for what it is.
/// One that may have gone three times gets one more try, and then a person looks again.
pub async fn resend(connection: &mut SqliteConnection, cipher: &Cipher, id: i64, now: Timestamp) -> Done<()> {
    if let Err(refused) = check(connection, id).await? {
        return Ok(Err(refused));
    }
    // A recipient that does not open is the reason why the mail failed, and will be again.
    let to = recipient(cipher, &store::stored(connection, id).await?).unwrap_or_default();
    if limits::is_stopped(connection, cipher, &to).await? {
        return Ok(Err(Refused::Stopped));
    }
    store::queue_again(connection, id, seconds(now)).await?;
    Ok(Ok(()))
}

/// Sends the same words to another address as a mail of its own: another recipient must never be taken for a second
/// copy to the first. The failed mail stays in the list, and its words and address are erased.
pub async fn readdress(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    sender: &Sender,
    id: i64,
    to: &str,
    staff: i64,
    now: Timestamp,
) -> Done<i64> {
    if let Err(refused) = check(connection, id).await? {
        return Ok(Err(refused));
    }
    if limits::is_stopped(connection, cipher, to).await? {
        return Ok(Err(Refused::Stopped));
    }
    let failed = store::stored(connection, id).await?;
    if !failed.purpose.may_be_readdressed() {
        return Ok(Err(Refused::NotElsewhere));
    }
    let message = cipher.decrypt_bytes(place(&failed.message_id, "message"), &failed.message)?;
    let old_stop = limits::stop_token(cipher, &recipient(cipher, &failed).unwrap_or_default());
    let stop = (old_stop.as_str(), limits::stop_token(cipher, to));
    let written = sender
        .readdress(&message, (failed.purpose, &failed.reference), to, stop, now)
        .map_err(|error| sqlx::Error::Decode(error.into()))?;
    crate::mail::keep(connection, cipher, &written, now, now).await?;
    let follower = store::id_of(connection, &written.id).await?;
    store::settle(connection, id, staff, None, Some(follower), seconds(now)).await?;
    Ok(Ok(follower))
}

/// Leaves a failure as it is, with the reason. It stays in the list; its words and address are erased.
pub async fn leave(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    id: i64,
    why: &str,
    staff: i64,
    now: Timestamp,
) -> Done<()> {
    let Some((message_id, _)) = store::task(connection, id).await? else {
        return Ok(Err(Refused::NotATask));
    };
    let why = cipher.encrypt(place(&message_id, "settled_why"), why);
    store::settle(connection, id, staff, Some(why), None, seconds(now)).await?;
    Ok(Ok(()))
}

fn recipient(cipher: &Cipher, failed: &store::Stored) -> sqlx::Result<String> {
    cipher.decrypt(place(&failed.message_id, "recipient"), &failed.recipient)
}

async fn check(connection: &mut SqliteConnection, id: i64) -> Done<()> {
    Ok(match store::task(connection, id).await? {
        None => Err(Refused::NotATask),
        Some((_, false)) => Err(Refused::Erased),
        Some((_, true)) => Ok(()),
    })
}

impl store::Row {
    /// With the address and the mail server's words when they are for `role`.
    fn open(self, cipher: &Cipher, role: Option<Role>) -> sqlx::Result<Mail> {
        let addresses = role.is_some_and(|role| self.purpose.shows_address_to(role));
        let open = |column, sealed: &Option<Vec<u8>>| {
            sealed.as_ref().map(|sealed| cipher.decrypt(place(&self.message_id, column), sealed)).transpose()
        };
        let failed = !matches!(self.state, State::Sent | State::Queued | State::Sending);
        let trouble = if failed { open("trouble", &self.trouble)? } else { None };
        // A recipient that does not open is the reason why the mail failed, and no reason to fail the page.
        let to = if addresses { open("recipient", &self.recipient).unwrap_or_default() } else { None };
        let settled = match (self.settled_at, self.settled_by) {
            (Some(at), Some(by)) => {
                let why = open("settled_why", &self.settled_why)?.unwrap_or_default();
                Some(Settled { at, by, why, followed_by: self.followed_by })
            }
            _ => None,
        };
        Ok(Mail {
            id: self.id,
            purpose: self.purpose,
            reference: self.reference,
            state: self.state,
            created_at: self.created_at,
            due_at: self.due_at,
            finished_at: self.finished_at,
            attempts: self.attempts,
            to,
            meaning: trouble.as_deref().map(replies::meaning),
            trouble: trouble.filter(|_| addresses),
            kept: self.kept,
            settled,
        })
    }
}
