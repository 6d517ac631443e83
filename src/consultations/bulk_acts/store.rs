//! The SQL of acts on several requests, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::consultations::bulk_acts::bulk_act::BulkOutcome;
use crate::storage::clock::seconds;
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};
use crate::storage::next_change::next_change;
use crate::storage::readable::{StoredText, texts};

/// One act on several requests.
#[derive(sqlx::FromRow)]
pub struct StoredBulkAct {
    pub staff_id: i64,
    #[sqlx(try_from = "StoredText")]
    pub what: String,
    pub undone_at: Option<i64>,
}

/// How a request stood before the act.
#[derive(sqlx::FromRow)]
pub struct RowBefore {
    #[sqlx(try_from = "StoredText")]
    state: String,
    owner_id: Option<i64>,
    #[sqlx(try_from = "StoredText")]
    attention: String,
    contacted_at: Option<i64>,
}

const FIND: &str = "select staff_id, what, undone_at from bulk_acts where id = $1";

pub async fn insert(
    connection: &mut Connection,
    staff: i64,
    what: &str,
    now: Timestamp,
) -> sqlx::Result<i64> {
    sqlx::query_scalar("insert into bulk_acts (staff_id, made_at, what) values ($1, $2, $3) returning id")
        .bind(staff)
        .bind(seconds(now))
        .bind(what)
        .fetch_one(connection)
        .await
}

pub async fn before(connection: &mut Connection, reference: &str) -> sqlx::Result<RowBefore> {
    sqlx::query_as("select state, owner_id, attention, contacted_at from consultations where reference = $1")
        .bind(reference)
        .fetch_one(connection)
        .await
}

/// After the act, so that the stamp of the request is that of the act.
pub async fn insert_row(
    connection: &mut Connection,
    act: i64,
    reference: &str,
    before: &RowBefore,
    outcome: BulkOutcome,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into bulk_act_rows (act_id, reference, outcome, state, owner_id, attention, contacted_at, \
         changed_at) select $1, reference, $3, $4, $5, $6, $7, changed_at from consultations where reference = $2",
    )
    .bind(act)
    .bind(reference)
    .bind(outcome.as_str())
    .bind(&before.state)
    .bind(before.owner_id)
    .bind(&before.attention)
    .bind(before.contacted_at)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(readers: &Readers, id: i64) -> sqlx::Result<StoredBulkAct> {
    sqlx::query_as(FIND).bind(id).fetch_one(readers).await
}

pub async fn find_on(connection: &mut Connection, id: i64) -> sqlx::Result<StoredBulkAct> {
    sqlx::query_as(FIND).bind(id).fetch_one(connection).await
}

/// Each request that was chosen, and what came of it. A word that cannot be read counts as not done.
pub async fn rows(readers: &Readers, id: i64) -> sqlx::Result<Vec<(String, BulkOutcome)>> {
    let rows: Vec<(StoredText, StoredText)> =
        sqlx::query_as("select reference, outcome from bulk_act_rows where act_id = $1 order by rowid")
            .bind(id)
            .fetch_all(readers)
            .await?;
    let outcome = |word: StoredText| String::from(word).parse().unwrap_or(BulkOutcome::Impossible);
    Ok(rows.into_iter().map(|(reference, word)| (reference.into(), outcome(word))).collect())
}

/// The requests to which it was done.
pub async fn done_on(connection: &mut Connection, id: i64) -> sqlx::Result<Vec<String>> {
    let done: Vec<StoredText> = sqlx::query_scalar(
        "select reference from bulk_act_rows where act_id = $1 and outcome = 'done' order by rowid",
    )
    .bind(id)
    .fetch_all(connection)
    .await?;
    Ok(texts(done))
}

/// Puts a request back as it was, unless it was changed since: then false. A colleague whose account was disabled gets
/// nothing back.
pub async fn restore(
    connection: &mut Connection,
    act: i64,
    reference: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let restored = sqlx::query(concat!(
        "update consultations set state = r.state, attention = r.attention, contacted_at = r.contacted_at, ended_at = null, closed_because = '', \
         owner_id = (select id from staff where id = r.owner_id and disabled_at is null), \
         changed_at = ",
        next_change!("consultations.changed_at", "$3"),
        " \
         from bulk_act_rows r where r.act_id = $1 and r.reference = $2 and consultations.reference = $2 \
         and consultations.changed_at = r.changed_at"
    ))
    .bind(act)
    .bind(reference)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(restored.rows_affected() == 1)
}

pub async fn set_outcome(
    connection: &mut Connection,
    act: i64,
    reference: &str,
    outcome: BulkOutcome,
) -> sqlx::Result<()> {
    sqlx::query("update bulk_act_rows set outcome = $3 where act_id = $1 and reference = $2")
        .bind(act)
        .bind(reference)
        .bind(outcome.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn set_undone(connection: &mut Connection, id: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("update bulk_acts set undone_at = $2 where id = $1")
        .bind(id)
        .bind(seconds(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// What was done before that stays done.
pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<()> {
    sqlx::query(AssertSqlSafe(format!("delete from bulk_acts where {}", is_over("made_at"))))
        .bind(before)
        .execute(connection)
        .await?;
    Ok(())
}
