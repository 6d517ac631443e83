//! The outbox as staff see it: its SQL and nothing else.

use crate::mail::follow_up::filter::{Filter, MOST_TASKS, PAGE, Show};
use crate::mail::outcome::{MOST_UNCERTAIN, State};
use crate::mail::purpose::Purpose;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::{Flag, StoredText};

#[derive(sqlx::FromRow)]
pub struct MailRow {
    pub id: i64,
    #[sqlx(try_from = "StoredText")]
    pub message_id: String,
    #[sqlx(try_from = "StoredText")]
    pub purpose: Purpose,
    #[sqlx(try_from = "StoredText")]
    pub reference: String,
    pub recipient: Option<Vec<u8>>,
    #[sqlx(try_from = "Flag")]
    pub kept: bool,
    #[sqlx(try_from = "Flag")]
    pub has_letter: bool,
    #[sqlx(try_from = "StoredText")]
    pub state: State,
    pub created_at: i64,
    pub due_at: i64,
    pub finished_at: Option<i64>,
    pub attempts: i64,
    pub trouble: Option<Vec<u8>>,
    pub settled_at: Option<i64>,
    pub settled_by: Option<i64>,
    pub settled_why: Option<Vec<u8>>,
    pub followed_by: Option<i64>,
}

/// What a mail to another address is made of.
#[derive(sqlx::FromRow)]
pub struct StoredMail {
    #[sqlx(try_from = "StoredText")]
    pub message_id: String,
    #[sqlx(try_from = "StoredText")]
    pub purpose: Purpose,
    #[sqlx(try_from = "StoredText")]
    pub reference: String,
    #[sqlx(try_from = "StoredText")]
    pub topic: String,
    pub recipient: Option<Vec<u8>>,
    pub letter: Option<Vec<u8>>,
}

const COLUMNS: &str = "id, message_id, purpose, reference, recipient, letter is not null or message is not null as kept, \
    letter is not null as has_letter, state, \
    created_at, due_at, finished_at, attempts, trouble, settled_at, settled_by, settled_why, followed_by";

/// The condition of each view; the words are ours, never a visitor's.
fn shown(show: Show) -> &'static str {
    match show {
        Show::All => "1 = 1",
        Show::ToDo => "state in ('failed', 'needs attention') and settled_at is null",
        Show::Waiting => "state in ('queued', 'retry', 'sending')",
        Show::Sent => "state = 'sent'",
        Show::Settled => "state in ('failed', 'needs attention') and settled_at is not null",
    }
}

pub async fn list(readers: &Readers, filter: &Filter) -> sqlx::Result<Vec<MailRow>> {
    let sql = format!(
        "select {COLUMNS} from outbox where {} and ($1 = '' or purpose = $1) and ($2 = '' or reference = $2) \
         order by created_at desc, id desc limit $3 offset $4",
        shown(filter.show)
    );
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(filter.purpose.map_or("", Purpose::as_str))
        .bind(&filter.reference)
        .bind(PAGE)
        .bind((filter.page - 1) * PAGE)
        .fetch_all(readers)
        .await
}

pub async fn count(readers: &Readers, filter: &Filter) -> sqlx::Result<i64> {
    if filter.purpose.is_none() && filter.reference.is_empty() {
        // By the index alone.
        let sql = format!("select count(*) from outbox where {}", shown(filter.show));
        return sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(readers).await;
    }
    let sql = format!(
        "select count(*) from outbox where {} and ($1 = '' or purpose = $1) and ($2 = '' or reference = $2)",
        shown(filter.show)
    );
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(filter.purpose.map_or("", Purpose::as_str))
        .bind(&filter.reference)
        .fetch_one(readers)
        .await
}

pub async fn tasks(readers: &Readers) -> sqlx::Result<Vec<MailRow>> {
    let sql = format!("select {COLUMNS} from outbox where {} order by id limit $1", shown(Show::ToDo));
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(MOST_TASKS).fetch_all(readers).await
}

pub async fn count_tasks(readers: &Readers) -> sqlx::Result<i64> {
    let sql = format!("select count(*) from outbox where {}", shown(Show::ToDo));
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(readers).await
}

pub async fn find(readers: &Readers, id: i64) -> sqlx::Result<MailRow> {
    let sql = format!("select {COLUMNS} from outbox where id = $1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_one(readers).await
}

/// The Message-ID of a failure that nobody has dealt with, and whether its message is still here.
pub async fn task(connection: &mut Connection, id: i64) -> sqlx::Result<Option<(String, bool)>> {
    let sql = format!(
        "select message_id, (letter is not null or message is not null) and recipient is not null from outbox where id = $1 and {}",
        shown(Show::ToDo)
    );
    let found: Option<(String, Flag)> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(connection).await?;
    Ok(found.map(|(message_id, is_kept)| (message_id, is_kept.into())))
}

pub async fn stored(connection: &mut Connection, id: i64) -> sqlx::Result<StoredMail> {
    sqlx::query_as(
        "select message_id, purpose, reference, topic, recipient, letter from outbox where id = $1",
    )
    .bind(id)
    .fetch_one(connection)
    .await
}

pub async fn queue_again(connection: &mut Connection, id: i64, now: i64) -> sqlx::Result<()> {
    sqlx::query(
        "update outbox set state = 'queued', due_at = $2, resent_at = $2, attempts = 0, tries = 0, tried_for = 0, \
         uncertain = min(uncertain, $3), data_sent_at = null, finished_at = null where id = $1",
    )
    .bind(id)
    .bind(now)
    .bind(MOST_UNCERTAIN - 1)
    .execute(connection)
    .await?;
    Ok(())
}

/// Its words and address are not needed any more.
pub async fn settle(
    connection: &mut Connection,
    id: i64,
    staff: i64,
    why: Option<Vec<u8>>,
    followed_by: Option<i64>,
    now: i64,
) -> sqlx::Result<()> {
    sqlx::query(
        "update outbox set settled_at = $2, settled_by = $3, settled_why = $4, followed_by = $5, \
         letter = null, message = null, recipient = null where id = $1",
    )
    .bind(id)
    .bind(now)
    .bind(staff)
    .bind(why)
    .bind(followed_by)
    .execute(connection)
    .await?;
    Ok(())
}

/// The mail that took the place of one that is settled.
pub async fn set_follower(connection: &mut Connection, id: i64, follower: i64) -> sqlx::Result<()> {
    sqlx::query("update outbox set followed_by = $2 where id = $1")
        .bind(id)
        .bind(follower)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn reference_of(connection: &mut Connection, id: i64) -> sqlx::Result<String> {
    let reference: StoredText = sqlx::query_scalar("select reference from outbox where id = $1")
        .bind(id)
        .fetch_one(connection)
        .await?;
    Ok(reference.into())
}
