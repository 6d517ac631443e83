//! Notes for how long the clock was behind a time that it had shown before, so that nothing of it is erased before its time.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::storage::clock::{moment, seconds};

/// Time while the clock ran evenly and showed less than once before.
#[derive(Clone, Copy)]
pub struct ClockSpan {
    id: i64,
    /// The last moment of it that was seen.
    pub until: Timestamp,
    /// What the clock had shown at most: there it is not behind any more.
    highest: Timestamp,
}

/// What the clock did since it was last looked at.
#[derive(Clone, Copy)]
pub struct ClockStep {
    /// By how much it moved without the machine having run for it.
    pub by: SignedDuration,
    pub now: Timestamp,
    pub is_believed: bool,
}

/// Two clocks that run evenly differ by less.
pub const DRIFT: SignedDuration = SignedDuration::from_mins(5);
/// A step within this belongs to what went before it; after a larger one the clock shows another time altogether.
pub const FURTHEST_DRIFT: SignedDuration = SignedDuration::from_hours(48);

/// The span that goes on, if the clock was still behind when it was last looked at.
pub async fn open(readers: &SqlitePool) -> sqlx::Result<Option<ClockSpan>> {
    let found: Option<(i64, i64, i64)> = sqlx::query_as(
        "select id, until_at, highest from clock_spans where is_open = 1 order by id desc limit 1",
    )
    .fetch_optional(readers)
    .await?;
    Ok(found.map(|(id, until, highest)| ClockSpan { id, until: moment(until), highest: moment(highest) }))
}

/// Goes on with the open span, ends it or begins one. What was stored in a span counts from its end.
pub async fn note(
    connection: &mut SqliteConnection,
    open: Option<ClockSpan>,
    step: ClockStep,
) -> sqlx::Result<()> {
    let Some(span) = open else {
        return begin_first(connection, step.now).await;
    };
    if step.now >= span.highest {
        return if step.is_believed { close_all(connection, step).await } else { Ok(()) };
    }
    if step.by.abs() <= DRIFT {
        return go_on(connection, span.id, step.now).await;
    }
    if step.by.is_positive() {
        end(connection, span.id, step.now).await?;
    }
    begin_next(connection, span.id, step).await
}

/// Nothing happens while the clock shows no less than it ever did.
async fn begin_first(connection: &mut SqliteConnection, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "insert into clock_spans (from_at, until_at, began_at, highest)
         select $1, $1, $1, max(at, highest) from believed_time where max(at, highest) > $1 + $2",
    )
    .bind(seconds(now))
    .bind(DRIFT.as_secs())
    .execute(connection)
    .await?;
    Ok(())
}

/// The same low time goes on after a small step; after a large one another begins.
async fn begin_next(connection: &mut SqliteConnection, before: i64, step: ClockStep) -> sqlx::Result<()> {
    sqlx::query(
        "insert into clock_spans (from_at, until_at, began_at, highest)
         select $1, $1, case when $2 then $1 else began_at end, highest from clock_spans where id = $3",
    )
    .bind(seconds(step.now))
    .bind(step.by.abs() > FURTHEST_DRIFT)
    .bind(before)
    .execute(connection)
    .await?;
    Ok(())
}

async fn go_on(connection: &mut SqliteConnection, id: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("update clock_spans set until_at = max(until_at, $2) where id = $1")
        .bind(id)
        .bind(seconds(now))
        .execute(connection)
        .await?;
    Ok(())
}

async fn end(connection: &mut SqliteConnection, id: i64, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("update clock_spans set over_at = $2 where id = $1")
        .bind(id)
        .bind(seconds(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// The clock is not behind any more: it was put right, or has run there evenly, and then it was right all along.
async fn close_all(connection: &mut SqliteConnection, step: ClockStep) -> sqlx::Result<()> {
    let was_put_right = step.by > DRIFT;
    sqlx::query(
        "update clock_spans set over_at = case when $1 then $2 else over_at end, is_open = 0 where is_open = 1",
    )
    .bind(was_put_right)
    .bind(seconds(step.now))
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets spans that ended before `before`, in seconds since 1970.
pub async fn forget(connection: &mut SqliteConnection, before: i64) -> sqlx::Result<()> {
    sqlx::query("delete from clock_spans where is_open = 0 and coalesce(over_at, until_at) < $1")
        .bind(before)
        .execute(connection)
        .await?;
    Ok(())
}

/// In SQL: true when the moment in `column` is before the moment `$1`. One from while the clock was behind counts as the
/// end of that time.
pub fn is_before(column: &str) -> String {
    format!(
        "({column} < $1 and not exists (select 1 from clock_spans
             where {column} between from_at - 300 and until_at + 300 and over_at >= $1))"
    )
}

/// The same for what is kept for a time since then. A moment that lies ahead, and was believed once, counts from when the
/// clock began to show this lower time.
pub fn is_over(column: &str) -> String {
    format!(
        "({} or {column} > (select at + 300 from believed_time)
             and (select began_at from clock_spans where is_open = 1 order by id desc limit 1) < $1)",
        is_before(column)
    )
}
