//! Counts the time that has passed, whatever the clock showed meanwhile: what is kept for a time is erased by it, so that a
//! clock that was ahead or behind, and is put right, erases nothing too early and keeps nothing for years.

use jiff::{SignedDuration, Timestamp};

use crate::storage::clock::{DRIFT, moment, seconds};
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::Flag;

/// A machine that was off for no longer counts that time. After more, nobody knows whether it was off or its clock wrong.
const LONGEST_OFF: SignedDuration = SignedDuration::from_hours(24);

/// The time in which the clock has run evenly, until it was last looked at.
#[derive(Clone, Copy)]
pub struct Stretch {
    pub until: Timestamp,
    /// How many seconds the clock is ahead of the counted time.
    ahead: i64,
    /// How many were counted at starts, as if the machine had been off.
    off: i64,
}

/// So much of what was counted as time off is taken back at most when the clock is set back.
const MOST_TAKEN_BACK: SignedDuration = SignedDuration::from_hours(48);

/// What the clock did since it was last looked at.
#[derive(Clone, Copy)]
pub struct ClockStep {
    pub now: Timestamp,
    /// By how much it moved without the machine having run for it.
    pub by: SignedDuration,
    /// How long the machine ran, or nothing when it may have been off.
    pub ran: Option<SignedDuration>,
    /// The clock is not believed: then a start says nothing of how long the machine was off.
    pub doubted: bool,
}

/// In SQL: the numbers of the stretch `s` agree. Nothing goes by one that is damaged.
macro_rules! whole {
    () => {
        "s.counted_at = s.until_at - s.ahead"
    };
}

/// Nothing on a site that never ran.
pub async fn latest(readers: &Readers) -> sqlx::Result<Option<Stretch>> {
    let found: Option<(i64, i64, i64)> = sqlx::query_as(concat!(
        "select until_at, ahead, off from clock_stretches s where ",
        whole!(),
        " order by id desc limit 1"
    ))
    .fetch_optional(readers)
    .await?;
    Ok(found.map(|(until, ahead, off)| Stretch { until: moment(until), ahead, off }))
}

/// Begins the first stretch: before it, what the clock showed is what is counted.
pub async fn begin(connection: &mut Connection, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("insert into clock_stretches (from_at, until_at, ahead, counted_at) values (0, $1, 0, $1)")
        .bind(seconds(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// Goes on with the stretch, or begins another one where the clock was set.
pub async fn note(connection: &mut Connection, latest: Stretch, step: ClockStep) -> sqlx::Result<()> {
    let was_started = step.ran.is_none() && !step.doubted;
    let may_have_been_off = was_started && step.by.is_positive() && step.by <= LONGEST_OFF;
    if step.by.abs() <= DRIFT || may_have_been_off {
        let more = if may_have_been_off { step.by.as_secs() } else { 0 };
        let off = latest.off.saturating_add(more).min(MOST_TAKEN_BACK.as_secs());
        return go_on(connection, step.now, off).await;
    }
    // A clock that is set back was ahead at a start: what was counted then as time off was none.
    let was_none = (-step.by.as_secs()).clamp(0, latest.off.max(0));
    let ran = step.ran.unwrap_or_default().as_secs() - was_none;
    let counted = seconds(latest.until).saturating_sub(latest.ahead).saturating_add(ran);
    let ahead = seconds(step.now).saturating_sub(counted);
    // It may be set back in several steps.
    begin_next(connection, step.now, ahead, step.ran.is_some(), latest.off.max(0) - was_none).await
}

/// The machine was off from the time that was last believed until it was started again: what was not counted since then
/// counts, unless the program ran when the clock was set. Part of a confirmation.
pub async fn count_off(connection: &mut Connection, believed: Timestamp, now: Timestamp) -> sqlx::Result<()> {
    // The one in which that time was believed: a doubted clock that lay behind it began earlier, too.
    let known: Option<(i64, i64, Flag, i64)> = sqlx::query_as(concat!(
        "select id, ahead, exists (select 1 from clock_stretches later where later.id > s.id and later.ran = 1),
           (select counted_at from clock_stretches s where ",
        whole!(),
        " order by id desc limit 1)
         from clock_stretches s where ",
        whole!(),
        " and $1 between from_at - $2 and until_at + $2 order by id desc limit 1"
    ))
    .bind(seconds(believed))
    .bind(DRIFT.as_secs())
    .fetch_optional(&mut *connection)
    .await?;
    let Some((id, ahead, ran_later, counted)) = known else { return Ok(()) };
    let off = seconds(now).saturating_sub(ahead).saturating_sub(counted);
    if bool::from(ran_later) || off <= DRIFT.as_secs() {
        return Ok(());
    }
    // It was off before anything was stored by the clock that was doubted, whatever that showed.
    sqlx::query("update clock_stretches set ahead = ahead - $2, counted_at = counted_at + $2 where id > $1")
        .bind(id)
        .bind(off)
        .execute(&mut *connection)
        .await?;
    begin_next(connection, now, ahead, false, 0).await
}

async fn go_on(connection: &mut Connection, now: Timestamp, off: i64) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "update clock_stretches set until_at = max(until_at, $1), counted_at = max(until_at, $1) - ahead, off = $2
         where id = (select max(id) from clock_stretches s where ",
        whole!(),
        ")"
    ))
    .bind(seconds(now))
    .bind(off)
    .execute(connection)
    .await?;
    Ok(())
}

async fn begin_next(
    connection: &mut Connection,
    now: Timestamp,
    ahead: i64,
    ran: bool,
    off: i64,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into clock_stretches (from_at, until_at, ahead, counted_at, ran, off)
         values ($1, $1, $2, $1 - $2, $3, $4)",
    )
    .bind(seconds(now))
    .bind(ahead)
    .bind(ran)
    .bind(off)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets stretches that ended longer than `kept` seconds ago, as the time was counted.
pub async fn forget(connection: &mut Connection, kept: i64) -> sqlx::Result<()> {
    sqlx::query(concat!(
        "delete from clock_stretches where counted_at <
         (select counted_at from clock_stretches s where ",
        whole!(),
        " order by id desc limit 1) - $1"
    ))
    .bind(kept)
    .execute(connection)
    .await?;
    Ok(())
}

/// In SQL: true when as much time was counted since the moment in `column` as the clock has shown since the moment `$1`. A
/// moment that the clock showed twice counts from the later one.
pub fn is_over(column: &str) -> String {
    is_over_within(column, DRIFT.as_secs())
}

/// The same for a moment that is known to within some seconds.
pub fn is_over_within(column: &str, seconds: i64) -> String {
    let shown = format!("{} and {column} between s.from_at - {seconds} and s.until_at + {seconds}", whole!());
    format!(
        "(case when exists (select 1 from clock_stretches s where {shown})
          then not exists (select 1 from clock_stretches s where {shown} and {column} - s.ahead >=
              $1 - (select ahead from clock_stretches s where {} order by id desc limit 1))
          else {column} < $1 end)",
        whole!()
    )
}
