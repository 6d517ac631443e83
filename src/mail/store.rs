//! The outbox table: its SQL and nothing else.

use sqlx::{AssertSqlSafe, FromRow};

use crate::mail::outcome::{History, State, Verdict};
use crate::mail::purpose::Purpose;
use crate::storage::clock::first_ahead;
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::{Flag, StoredText};

/// Longer than every stage of an SMTP session together (`smtp::Timeouts`).
const LEASE: i64 = 20 * 60;
/// A retry is never further away than this: one that seems to be comes from a clock that has gone back since.
const FURTHEST_RETRY: i64 = 7 * 60 * 60;

pub struct NewRow<'a> {
    pub message_id: &'a str,
    pub purpose: Purpose,
    pub reference: &'a str,
    pub topic: &'a str,
    pub recipient: Vec<u8>,
    pub letter: Vec<u8>,
    pub now: i64,
    pub due: i64,
    pub expires: Option<i64>,
}

/// A mail that is ours to send until its lease ends.
#[derive(sqlx::FromRow)]
pub struct Leased {
    pub id: i64,
    pub message_id: String,
    #[sqlx(try_from = "String")]
    pub purpose: Purpose,
    pub reference: String,
    pub recipient: Option<Vec<u8>>,
    pub letter: Option<Vec<u8>>,
    /// As it went before; nothing while it has not gone.
    pub message: Option<Vec<u8>>,
    pub created_at: i64,
    pub began_at: i64,
    pub due_at: i64,
    pub leased_until: i64,
    pub attempts: i64,
    pub uncertain: i64,
    pub tries: i64,
    pub tried_for: i64,
}

/// What pages show of a mail.
#[derive(sqlx::FromRow)]
pub struct MailState {
    pub id: i64,
    #[sqlx(try_from = "StoredText")]
    pub purpose: Purpose,
    #[sqlx(try_from = "StoredText")]
    pub state: State,
    pub created_at: i64,
    pub due_at: i64,
    pub finished_at: Option<i64>,
    pub attempts: i64,
}

impl Leased {
    /// `tried_for` with the time since the last attempt.
    pub fn history(&self, tried_for: i64) -> History {
        let Leased { began_at, due_at, attempts, uncertain, tries, .. } = *self;
        History { began_at, due_at, attempts, uncertain, tries, tried_for }
    }
}

pub async fn insert(connection: &mut Connection, new: NewRow<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "insert into outbox (message_id, purpose, reference, topic, recipient, letter, state, created_at, due_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, $9) returning id",
    )
    .bind(new.message_id)
    .bind(new.purpose.as_str())
    .bind(new.reference)
    .bind(new.topic)
    .bind(new.recipient)
    .bind(new.letter)
    .bind(new.now)
    .bind(new.due)
    .bind(new.expires)
    .fetch_one(connection)
    .await
}

/// Counts no further than `most`: after a flood there are thousands.
pub async fn count_since(
    connection: &mut Connection,
    purpose: Purpose,
    since: i64,
    now: i64,
    most: i64,
) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "select count(*) from (select 1 from outbox \
         where created_at >= $1 and created_at <= $2 and purpose = $3 order by created_at desc limit $4) as newest",
    )
    .bind(since)
    .bind(now)
    .bind(purpose.as_str())
    .bind(most)
    .fetch_one(connection)
    .await
}

pub async fn delete(connection: &mut Connection, reference: &str) -> sqlx::Result<()> {
    sqlx::query("delete from outbox where reference = $1").bind(reference).execute(connection).await?;
    Ok(())
}

pub async fn forget_recipients(connection: &mut Connection, before: i64) -> sqlx::Result<()> {
    let is_over = is_over("finished_at");
    sqlx::query(AssertSqlSafe(format!(
        "update outbox set recipient = null, letter = null, message = null, trouble = null, settled_why = null
         where {is_over} and (recipient is not null or letter is not null or message is not null
             or trouble is not null or settled_why is not null)",
    )))
    .bind(before)
    .execute(connection)
    .await?;
    Ok(())
}

/// A mail to send now. One that was held waited for its turn in a flood.
#[derive(sqlx::FromRow)]
pub struct DueMail {
    pub id: i64,
    #[sqlx(try_from = "Flag")]
    pub was_held: bool,
}

/// Mails to send now, the longest due first; those that were `held` only when they may go. A lease, a retry or a mail from
/// ahead comes from a clock that has gone back.
pub async fn due(readers: &Readers, now: i64, most: usize, held: bool) -> sqlx::Result<Vec<DueMail>> {
    sqlx::query_as(
        "select id, was_held from
             (select *, state = 'queued' and due_at > created_at and resent_at is null
                 and purpose not in ('consultation-notice', 'complaint-notice') as was_held from outbox
              where state in ('queued', 'retry', 'sending')) as waiting
         where case when state = 'sending' then leased_until <= $1 or leased_until > $2
               when state = 'retry' then due_at <= $1 or due_at > $3
               else due_at <= $1 or created_at >= $4 end
           and (expires_at is null or expires_at > $1) and (not was_held or $5 = 1)
         order by due_at, id limit $6",
    )
    .bind(now)
    .bind(now + 2 * LEASE)
    .bind(now + FURTHEST_RETRY)
    .bind(first_ahead(now))
    .bind(held)
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_all(readers)
    .await
}

/// Leases these mails to this worker. One whose last attempt died after its message began to go counts as uncertain.
pub async fn lease(connection: &mut Connection, ids: &[i64], now: i64) -> sqlx::Result<Vec<Leased>> {
    let mut leased = Vec::new();
    for id in ids {
        let row = sqlx::query(
            "update outbox
             set attempts = attempts + 1,
                 uncertain = uncertain
                     + case when state = 'sending' and data_sent_at is not null then 1 else 0 end,
                 state = 'sending', data_sent_at = null, leased_until = $2
             where id = $1
               and (state in ('queued', 'retry')
                   or state = 'sending' and (leased_until <= $3 or leased_until > $4))
               and (expires_at is null or expires_at > $3)
             returning id, message_id, purpose, reference, recipient, letter, message, created_at,
                 coalesce(resent_at, created_at) as began_at, due_at, leased_until, attempts, uncertain, tries,
                 tried_for",
        )
        .bind(id)
        .bind(now + LEASE)
        .bind(now)
        .bind(now + 2 * LEASE)
        .fetch_optional(&mut *connection)
        .await?;
        match row.as_ref().map(Leased::from_row) {
            Some(Ok(mail)) => leased.push(mail),
            Some(Err(_)) => set_unreadable(connection, *id, now).await?,
            None => {}
        }
    }
    Ok(leased)
}

/// A row that does not decode is for a person, and stops no other.
async fn set_unreadable(connection: &mut Connection, id: i64, now: i64) -> sqlx::Result<()> {
    tracing::error!(id, "a row of the outbox cannot be read and needs attention");
    sqlx::query("update outbox set state = $2, leased_until = 0, finished_at = $3 where id = $1")
        .bind(id)
        .bind(State::NeedsAttention.as_str())
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Keeps the message that is about to go, so that every retry has the same bytes. When `goes`, the mail may have gone
/// from now on. False when it is no longer ours to send.
pub async fn keep_message(
    connection: &mut Connection,
    id: i64,
    leased_until: i64,
    message: Option<Vec<u8>>,
    goes: Option<i64>,
) -> sqlx::Result<bool> {
    let kept = sqlx::query(
        "update outbox set message = coalesce(message, $3), data_sent_at = $4
         where id = $1 and state = 'sending' and leased_until = $2",
    )
    .bind(id)
    .bind(leased_until)
    .bind(message)
    .bind(goes)
    .execute(connection)
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// Stores what became of a mail. Only "sent" is true whoever holds the lease by now. A message that the server refused
/// has not gone.
pub async fn record(
    connection: &mut Connection,
    id: i64,
    leased_until: i64,
    verdict: &Verdict,
    trouble: Option<Vec<u8>>,
    now: i64,
) -> sqlx::Result<()> {
    // A failure keeps its letter and message too, so that staff can send it again or to the corrected address.
    let finished = verdict.state != State::Retry;
    sqlx::query(
        "update outbox
         set state = $3, due_at = $4, attempts = attempts - $5, uncertain = uncertain + $6,
             tries = tries + $7, tried_for = $8,
             data_sent_at = case when $3 = 'sent' or $6 > 0 then data_sent_at end,
             trouble = case when $3 = 'sent' then null else coalesce($9, trouble) end,
             letter = case when $3 = 'sent' then null else letter end,
             message = case when $3 = 'sent' then null else message end,
             finished_at = $10
         where id = $1 and (state = 'sending' and leased_until = $2 or $3 = 'sent')",
    )
    .bind(id)
    .bind(leased_until)
    .bind(verdict.state.as_str())
    .bind(verdict.due_at)
    .bind(i64::from(!verdict.counts))
    .bind(i64::from(verdict.uncertain))
    .bind(i64::from(verdict.tried))
    .bind(verdict.tried_for)
    .bind(trouble)
    .bind(finished.then_some(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// At the start nothing is being sent: what a killed program had taken up, and had not sent the message of, is free.
pub async fn release(connection: &mut Connection, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "update outbox set state = 'retry', due_at = min(due_at, $1), attempts = attempts - 1
         where state = 'sending' and data_sent_at is null",
    )
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Everything that waits for another try is due now.
pub async fn pull_forward(connection: &mut Connection, now: i64) -> sqlx::Result<()> {
    sqlx::query("update outbox set due_at = $1 where state = 'retry' and due_at > $1")
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// When the next mail is due or its lease ends, if any is left to send.
pub async fn next_due(readers: &Readers, now: i64) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar(
        "select min(case when state = 'sending' then leased_until else due_at end) from outbox
         where state in ('queued', 'retry', 'sending') and (expires_at is null or expires_at > $1)",
    )
    .bind(now)
    .fetch_one(readers)
    .await
}

/// The mails of a consultation or report, oldest first.
pub async fn mails_of(readers: &Readers, reference: &str) -> sqlx::Result<Vec<MailState>> {
    sqlx::query_as(
        "select id, purpose, state, created_at, due_at, finished_at, attempts from outbox
         where reference = $1 order by id",
    )
    .bind(reference)
    .fetch_all(readers)
    .await
}

/// The Message-ID and the encrypted words of the last failure.
pub async fn trouble(readers: &Readers, id: i64) -> sqlx::Result<Option<(String, Vec<u8>)>> {
    sqlx::query_as("select message_id, trouble from outbox where id = $1 and trouble is not null")
        .bind(id)
        .fetch_optional(readers)
        .await
}
