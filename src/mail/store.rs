//! The outbox table: its SQL and nothing else.

use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::mail::Purpose;
use crate::mail::outcome::{History, State, Verdict};

/// Longer than every stage of a conversation together (`smtp::Patience`).
const LEASE: i64 = 20 * 60;
/// A retry is never further away than this: one that seems to be comes from a clock that has gone back since.
const FURTHEST_RETRY: i64 = 7 * 60 * 60;

pub struct NewMail<'a> {
    pub message_id: &'a str,
    pub purpose: Purpose,
    pub reference: &'a str,
    pub recipient: Vec<u8>,
    pub message: Vec<u8>,
    pub now: i64,
    pub due: i64,
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
    pub message: Option<Vec<u8>>,
    pub created_at: i64,
    pub due_at: i64,
    pub leased_until: i64,
    pub attempts: i64,
    pub uncertain: i64,
}

/// What pages show of a mail.
#[derive(sqlx::FromRow)]
pub struct MailState {
    pub id: i64,
    #[sqlx(try_from = "String")]
    pub purpose: Purpose,
    #[sqlx(try_from = "String")]
    pub state: State,
    pub created_at: i64,
    pub finished_at: Option<i64>,
    pub attempts: i64,
}

impl Leased {
    pub fn history(&self) -> History {
        let Leased { created_at, due_at, attempts, uncertain, .. } = *self;
        History { created_at, due_at, attempts, uncertain }
    }
}

pub async fn insert(connection: &mut SqliteConnection, new: NewMail<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "insert into outbox (message_id, purpose, reference, recipient, message, state, created_at, due_at)
         values ($1, $2, $3, $4, $5, 'queued', $6, $7)",
    )
    .bind(new.message_id)
    .bind(new.purpose.word())
    .bind(new.reference)
    .bind(new.recipient)
    .bind(new.message)
    .bind(new.now)
    .bind(new.due)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn delete(connection: &mut SqliteConnection, reference: &str) -> sqlx::Result<()> {
    sqlx::query("delete from outbox where reference = $1").bind(reference).execute(connection).await?;
    Ok(())
}

pub async fn forget_recipients(connection: &mut SqliteConnection, before: i64) -> sqlx::Result<()> {
    sqlx::query(
        "update outbox set recipient = null, message = null, trouble = null, settled_why = null
         where finished_at < $1 and (recipient is not null or message is not null or trouble is not null
             or settled_why is not null)",
    )
    .bind(before)
    .execute(connection)
    .await?;
    Ok(())
}

/// Mails to send now, the longest due first. A lease or a retry far ahead comes from a clock that has gone back.
pub async fn due(readers: &SqlitePool, now: i64, most: usize) -> sqlx::Result<Vec<i64>> {
    sqlx::query_scalar(
        "select id from outbox
         where state in ('queued', 'retry', 'sending')
           and case when state = 'sending' then leased_until <= $1 or leased_until > $2
               else due_at <= $1 or due_at > $3 end
         order by due_at, id limit $4",
    )
    .bind(now)
    .bind(now + 2 * LEASE)
    .bind(now + FURTHEST_RETRY)
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_all(readers)
    .await
}

/// Takes these mails in hand. One whose last attempt died after its message began to go counts as uncertain.
pub async fn lease(connection: &mut SqliteConnection, ids: &[i64], now: i64) -> sqlx::Result<Vec<Leased>> {
    let mut leased = Vec::new();
    for id in ids {
        let mail = sqlx::query_as(
            "update outbox
             set attempts = attempts + 1,
                 uncertain = uncertain
                     + case when state = 'sending' and data_sent_at is not null then 1 else 0 end,
                 state = 'sending', data_sent_at = null, leased_until = $2
             where id = $1
               and (state in ('queued', 'retry')
                   or state = 'sending' and (leased_until <= $3 or leased_until > $4))
             returning id, message_id, purpose, reference, recipient, message,
                 coalesce(resent_at, created_at) as created_at, due_at, leased_until, attempts, uncertain",
        )
        .bind(id)
        .bind(now + LEASE)
        .bind(now)
        .bind(now + 2 * LEASE)
        .fetch_optional(&mut *connection)
        .await?;
        leased.extend(mail);
    }
    Ok(leased)
}

/// From now on the mail may have gone. False when it is no longer ours to send.
pub async fn mark_data_sent(
    connection: &mut SqliteConnection,
    id: i64,
    leased_until: i64,
    now: i64,
) -> sqlx::Result<bool> {
    let marked = sqlx::query(
        "update outbox set data_sent_at = $3 where id = $1 and state = 'sending' and leased_until = $2",
    )
    .bind(id)
    .bind(leased_until)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(marked.rows_affected() == 1)
}

/// Stores what became of a mail. Only "sent" is true whoever holds the lease by now.
pub async fn record(
    connection: &mut SqliteConnection,
    id: i64,
    leased_until: i64,
    verdict: &Verdict,
    uncertain: bool,
    trouble: Option<Vec<u8>>,
    now: i64,
) -> sqlx::Result<()> {
    // A failure keeps its message too, so that staff can send it to the corrected address.
    let keeps_message = verdict.state != State::Sent;
    let finished = verdict.state != State::Retry;
    sqlx::query(
        "update outbox
         set state = $3, due_at = $4, attempts = attempts - $5, uncertain = uncertain + $6,
             trouble = case when $3 = 'sent' then null else coalesce($7, trouble) end,
             message = case when $8 = 1 then message else null end,
             finished_at = $9
         where id = $1 and (state = 'sending' and leased_until = $2 or $3 = 'sent')",
    )
    .bind(id)
    .bind(leased_until)
    .bind(verdict.state.word())
    .bind(verdict.due_at)
    .bind(i64::from(!verdict.counts))
    .bind(i64::from(uncertain))
    .bind(trouble)
    .bind(i64::from(keeps_message))
    .bind(finished.then_some(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// Everything that waits for another try is due now.
pub async fn pull_forward(connection: &mut SqliteConnection, now: i64) -> sqlx::Result<()> {
    sqlx::query("update outbox set due_at = $1 where state = 'retry' and due_at > $1")
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// When the next mail is due or its lease ends, if any is left to send.
pub async fn next_due(readers: &SqlitePool) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar(
        "select min(case when state = 'sending' then leased_until else due_at end) from outbox
         where state in ('queued', 'retry', 'sending')",
    )
    .fetch_one(readers)
    .await
}

/// The mails of a consultation or report, oldest first.
pub async fn mails_of(readers: &SqlitePool, reference: &str) -> sqlx::Result<Vec<MailState>> {
    sqlx::query_as(
        "select id, purpose, state, created_at, finished_at, attempts from outbox
         where reference = $1 order by id",
    )
    .bind(reference)
    .fetch_all(readers)
    .await
}

/// The Message-ID and the sealed words of the last failure.
pub async fn trouble(readers: &SqlitePool, id: i64) -> sqlx::Result<Option<(String, Vec<u8>)>> {
    sqlx::query_as("select message_id, trouble from outbox where id = $1 and trouble is not null")
        .bind(id)
        .fetch_optional(readers)
        .await
}
