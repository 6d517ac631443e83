//! The SQL that counts what the alarms look at, and nothing else.

use crate::mail::State;
use crate::storage::database::Readers;
use crate::storage::readable::StoredText;

/// Numbers alone: no name, address or word of a patient.
#[derive(sqlx::FromRow, Clone, Copy, Default)]
pub struct AlarmCounts {
    /// When the mail that has waited longest was due; nothing when none is late.
    pub oldest_due: Option<i64>,
    pub waiting_mails: i64,
    pub failed_mails: i64,
    pub attention_mails: i64,
    /// Mails that were asked for and held back in the last hour.
    pub held_mails: i64,
    /// Audit entries of a day about many wrong codes: whoever enters them knows the password.
    pub guessed_codes: i64,
    /// When the tables were made: before that there was nothing to back up.
    pub installed_at: i64,
}

/// What takes longer to count, for the health address alone: the banner is looked for at every page.
#[derive(sqlx::FromRow, Clone, Copy, Default)]
pub struct Totals {
    pub open_requests: i64,
    pub late_requests: i64,
    pub open_corrections: i64,
    pub kept_promises: i64,
    pub broken_promises: i64,
}

/// Seconds that promises are counted for.
const MONTH: i64 = 30 * 86_400;

pub async fn totals(readers: &Readers, now: i64) -> sqlx::Result<Totals> {
    sqlx::query_as(
        "select
           (select count(*) from consultations where state in ('new', 'contacted', 'booked')
              and (spam = 0 or sign <> ''))
               as open_requests,
           (select count(*) from consultations where state = 'new' and (spam = 0 or sign <> '') and due_at < $1) as late_requests,
           (select count(*) from corrections where state = 'open') as open_corrections,
           count(*) filter (where contacted_at <= due_at) as kept_promises,
           count(*) filter (where case when contacted_at is null then due_at < $1 else contacted_at > due_at end)
               as broken_promises
         from consultations where created_at >= $2 and spam = 0 and (state <> 'withdrawn' or contacted_at is not null)
             and rowid not in (select rowid from consultations where merged_into is not null)",
    )
    .bind(now)
    .bind(now - MONTH)
    .fetch_one(readers)
    .await
}

/// How many mails are in each state.
pub async fn mails(readers: &Readers) -> sqlx::Result<Vec<(State, i64)>> {
    let counted: Vec<(StoredText, i64)> =
        sqlx::query_as("select state, count(*) from outbox group by state order by state")
            .fetch_all(readers)
            .await?;
    Ok(counted.into_iter().map(|(state, count)| (State::from(state), count)).collect())
}

pub async fn counts(readers: &Readers, now: i64) -> sqlx::Result<AlarmCounts> {
    // A retry without a counted attempt waits for our own mail server, and is put off every minute: its age tells.
    sqlx::query_as(
        "select
           (select min(case when state = 'retry' and attempts = 0 then coalesce(resent_at, created_at)
               when state = 'sending' then leased_until else due_at end)
            from outbox where state in ('queued', 'retry', 'sending')) as oldest_due,
           (select count(*) from outbox where state in ('queued', 'retry', 'sending')) as waiting_mails,
           (select count(*) from outbox where state = 'failed' and settled_at is null) as failed_mails,
           (select count(*) from outbox where state = 'needs attention' and settled_at is null) as attention_mails,
           (select count(*) from requested_mails where release_at > $1 and requested_at <= $1) as held_mails,
           (select count(*) from audit where what = 'was guessed at: wrong codes' and happened_at > $1 - 86400)
               as guessed_codes,
           (select coalesce(unixepoch(min(installed_on)), $1) from _sqlx_migrations) as installed_at",
    )
    .bind(now)
    .fetch_one(readers)
    .await
}
