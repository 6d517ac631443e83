//! The SQL of the desk's side of requests, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::clinic::Role;
use crate::consultations::handling::attention::Attention;
use crate::consultations::handling::close_reason::CloseReason;
use crate::consultations::handling::details::Handling;
use crate::consultations::request::Request;
use crate::consultations::request_state::RequestState;
use crate::consultations::store as requests;
use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::Cipher;
use crate::storage::next_change::next_change;
use crate::storage::readable::{Flag, StoredText, or_unreadable, texts};

/// A request as it stands when something is to be done to it.
#[derive(sqlx::FromRow)]
pub struct Standing {
    pub state: String,
    pub changed_at: i64,
    #[sqlx(try_from = "Flag")]
    pub spam: bool,
    pub held_at: Option<i64>,
    pub owner_id: Option<i64>,
    #[sqlx(try_from = "StoredText")]
    pub attention: String,
    /// It is dealt with in another one.
    #[sqlx(try_from = "Flag")]
    pub merged: bool,
}

const TABLE: &str = "consultations";

/// One request for the desk, and how it is dealt with. What the patient wrote is read only for who may see it.
pub async fn find(
    readers: &Readers,
    cipher: &Cipher,
    reference: &str,
    role: Role,
) -> sqlx::Result<(Request, Handling)> {
    let mut request = requests::find_for(readers, cipher, reference, role).await?;
    let (hold_reason, words): (Option<Vec<u8>>, [StoredText; 3]) = stored_words(readers, reference).await?;
    let [reason, not_notified, attention] = words.map(String::from);
    let mut handling: Handling = sqlx::query_as(
        "select channel, owner_id, staff.name as owner, next_try_at, ended_at, held_at, revision \
         from consultations left join staff on staff.id = owner_id where reference = $1",
    )
    .bind(reference)
    .fetch_one(readers)
    .await?;
    handling.hold_reason = or_unreadable(cipher.row(TABLE, reference).decrypt("hold_reason", &hold_reason));
    handling.reason = reason.parse().ok();
    handling.not_notified = not_notified.parse().ok();
    for (called, known) in [
        ("reason it was closed for", reason.is_empty() || handling.reason.is_some()),
        ("reason why they were not told", not_notified.is_empty() || handling.not_notified.is_some()),
        ("reason why it waits for us", attention.parse::<Attention>().is_ok()),
    ] {
        if !known {
            request.unreadable.push(called);
        }
    }
    handling.attention = attention.parse().unwrap_or_default();
    Ok((request, handling))
}

/// Why it is kept, why it was closed, why its patient was not told, and why it waits for us.
async fn stored_words(
    readers: &Readers,
    reference: &str,
) -> sqlx::Result<(Option<Vec<u8>>, [StoredText; 3])> {
    let (hold_reason, reason, not_notified, attention) = sqlx::query_as(
        "select hold_reason, closed_because, not_notified, attention from consultations where reference = $1",
    )
    .bind(reference)
    .fetch_one(readers)
    .await?;
    Ok((hold_reason, [reason, not_notified, attention]))
}

pub async fn standing(connection: &mut Connection, reference: &str) -> sqlx::Result<Standing> {
    sqlx::query_as(
        "select state, changed_at, spam, held_at, owner_id, attention, merged_into is not null as merged from consultations \
         where reference = $1",
    )
    .bind(reference)
    .fetch_one(connection)
    .await
}

/// How a request came, and the address of its private page, for later mails.
pub async fn enrol(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    channel: &str,
    token: &str,
) -> sqlx::Result<()> {
    sqlx::query("update consultations set channel = $2, token = $3 where reference = $1")
        .bind(reference)
        .bind(channel)
        .bind(cipher.row(TABLE, reference).encrypt("token", token))
        .execute(connection)
        .await?;
    Ok(())
}

/// The address of the private page; nothing for a request from before it was kept.
pub async fn token(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
) -> sqlx::Result<Option<String>> {
    let encrypted: Option<Vec<u8>> =
        sqlx::query_scalar("select token from consultations where reference = $1")
            .bind(reference)
            .fetch_one(connection)
            .await?;
    encrypted.map(|encrypted| cipher.row(TABLE, reference).decrypt("token", &Some(encrypted))).transpose()
}

pub async fn set_token(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    token: &str,
    token_hash: &str,
) -> sqlx::Result<()> {
    sqlx::query("update consultations set token = $2, token_hash = $3 where reference = $1")
        .bind(reference)
        .bind(cipher.row(TABLE, reference).encrypt("token", token))
        .bind(token_hash)
        .execute(connection)
        .await?;
    Ok(())
}

/// Every change counts, so that two within a second are two.
pub async fn touch(connection: &mut Connection, reference: &str, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "update consultations set changed_at = ",
        next_change!("changed_at", "$2"),
        " where reference = $1"
    ))
    .bind(reference)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_owner(connection: &mut Connection, reference: &str, owner: Option<i64>) -> sqlx::Result<()> {
    sqlx::query("update consultations set owner_id = $2 where reference = $1")
        .bind(reference)
        .bind(owner)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_next_try(
    connection: &mut Connection,
    reference: &str,
    next_try_at: Option<Timestamp>,
) -> sqlx::Result<()> {
    sqlx::query("update consultations set next_try_at = $2 where reference = $1")
        .bind(reference)
        .bind(next_try_at.map(seconds))
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_attention(
    connection: &mut Connection,
    reference: &str,
    attention: Attention,
) -> sqlx::Result<()> {
    sqlx::query("update consultations set attention = $2 where reference = $1")
        .bind(reference)
        .bind(attention.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_reason(
    connection: &mut Connection,
    reference: &str,
    reason: CloseReason,
) -> sqlx::Result<()> {
    sqlx::query("update consultations set closed_because = $2 where reference = $1")
        .bind(reference)
        .bind(reason.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps a request for a reason, or no longer.
pub async fn set_hold(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    hold: Option<(&str, Timestamp)>,
) -> sqlx::Result<()> {
    sqlx::query("update consultations set held_at = $2, hold_reason = $3 where reference = $1")
        .bind(reference)
        .bind(hold.map(|(_, since)| seconds(since)))
        .bind(hold.map(|(reason, _)| cipher.row(TABLE, reference).encrypt("hold_reason", reason)))
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts a request among spam, or takes it out.
pub async fn set_spam(connection: &mut Connection, reference: &str, spam: bool) -> sqlx::Result<()> {
    sqlx::query("update consultations set spam = $2 where reference = $1")
        .bind(reference)
        .bind(spam)
        .execute(connection)
        .await?;
    Ok(())
}

/// Erases what the desk wrote about a request that its patient withdrew.
pub async fn erase(connection: &mut Connection, reference: &str) -> sqlx::Result<()> {
    sqlx::query(
        "update consultations set token = null, hold_reason = null, wanted_time = null, held_at = null, owner_id = null, next_try_at = null \
         where reference = $1",
    )
    .bind(reference)
    .execute(&mut *connection)
    .await?;
    for table in ["consultation_notes", "consultation_calls", "consultation_messages"] {
        sqlx::query(AssertSqlSafe(format!("delete from {table} where reference = $1")))
            .bind(reference)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Who opened a request and when, oldest first.
pub async fn views(readers: &Readers, reference: &str) -> sqlx::Result<Vec<(i64, Option<i64>)>> {
    sqlx::query_as(
        "select happened_at, staff_id from audit where reference = $1 and what = 'opened' order by id",
    )
    .bind(reference)
    .fetch_all(readers)
    .await
}

/// Gives all open requests of a member of staff to another, or to nobody, and says which.
pub async fn give_open_of(
    connection: &mut Connection,
    staff: i64,
    owner: Option<i64>,
) -> sqlx::Result<Vec<String>> {
    let given: Vec<StoredText> = sqlx::query_scalar(
        "update consultations set owner_id = $2 where owner_id = $1 and state not in ('closed', 'withdrawn')
         returning reference",
    )
    .bind(staff)
    .bind(owner)
    .fetch_all(connection)
    .await?;
    Ok(texts(given))
}

/// A request that was closed is open again: it is erased only when it is closed once more.
pub async fn set_open_again(connection: &mut Connection, reference: &str) -> sqlx::Result<()> {
    sqlx::query("update consultations set ended_at = null, closed_because = '' where reference = $1")
        .bind(reference)
        .execute(connection)
        .await?;
    Ok(())
}

/// Who works the desk, by name.
pub async fn colleagues(readers: &Readers) -> sqlx::Result<Vec<(i64, String)>> {
    let all: Vec<(i64, StoredText)> =
        sqlx::query_as("select id, name from staff where disabled_at is null order by name, id")
            .fetch_all(readers)
            .await?;
    Ok(all.into_iter().map(|(id, name)| (id, name.into())).collect())
}

/// Everyone who ever worked the desk, by number.
pub async fn names(readers: &Readers) -> sqlx::Result<Vec<(i64, String)>> {
    let all: Vec<(i64, StoredText)> = sqlx::query_as("select id, name from staff").fetch_all(readers).await?;
    Ok(all.into_iter().map(|(id, name)| (id, name.into())).collect())
}

pub async fn is_held(readers: &Readers, reference: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select held_at is not null from consultations where reference = $1")
        .bind(reference)
        .fetch_one(readers)
        .await
        .map(|flag: Flag| flag.into())
}

/// The state that a withdrawn request is left in while it is kept for a reason.
pub async fn withdraw_held(
    connection: &mut Connection,
    reference: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let changed = sqlx::query(concat!(
        "update consultations set state = $2, ended_at = $3, changed_at = ",
        next_change!("changed_at", "$3"),
        " \
         where reference = $1 and held_at is not null and state <> $2"
    ))
    .bind(reference)
    .bind(RequestState::Withdrawn.as_str())
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}
