//! The SQL of reminders, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::{Flag, StoredText};

/// A reminder that is to be made.
#[derive(sqlx::FromRow)]
pub struct DueReminder {
    /// The number of its row: any other name of it may be damaged.
    pub booking: i64,
    #[sqlx(try_from = "StoredText")]
    pub reference: String,
    pub hours_before: i64,
}

/// Bookings that stand and are still to come, whose patient was told of them before the reminder was due, wants it, and
/// did not get it or a later one. $1 is now, $2 the hours before.
const DUE: &str = "from bookings b join consultations c on c.reference = b.reference
    where b.cancelled_at is null and b.starts_at > $1 and b.starts_at <= $1 + 3600 * $2
        and b.booked_at < b.starts_at - 3600 * $2 and c.state = 'booked' and c.no_reminders = 0
        and not exists (select 1 from booking_reminders r where r.booking_id = b.id and r.starts_at = b.starts_at
            and r.hours_before <= $2)";
/// Reminders made in one transaction, so that a write stays short.
const AT_ONCE: i64 = 100;

pub async fn due(readers: &Readers, hours: i64, now: Timestamp) -> sqlx::Result<Vec<DueReminder>> {
    let sql = format!(
        "select b.rowid as booking, b.reference, $2 as hours_before {DUE} order by b.starts_at, b.id limit $3"
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(seconds(now)).bind(hours).bind(AT_ONCE).fetch_all(readers).await
}

/// Notes that a reminder is made. False when it is not due any more.
pub async fn make(connection: &mut Connection, reminder: &DueReminder, now: Timestamp) -> sqlx::Result<bool> {
    let sql = format!(
        "insert into booking_reminders (booking_id, starts_at, hours_before, made_at)
         select b.id, b.starts_at, $2, $1 {DUE} and b.rowid = $3"
    );
    let made = sqlx::query(AssertSqlSafe(sql))
        .bind(seconds(now))
        .bind(reminder.hours_before)
        .bind(reminder.booking)
        .execute(connection)
        .await?;
    Ok(made.rows_affected() == 1)
}

pub async fn are_wanted(readers: &Readers, reference: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select no_reminders = 0 from consultations where reference = $1")
        .bind(reference)
        .fetch_one(readers)
        .await
        .map(|flag: Flag| flag.into())
}

/// False when it was so already, or the request is over.
pub async fn set_wanted(connection: &mut Connection, reference: &str, wanted: bool) -> sqlx::Result<bool> {
    let changed = sqlx::query(
        "update consultations set no_reminders = $2
         where reference = $1 and no_reminders <> $2 and state in ('new', 'contacted', 'booked')",
    )
    .bind(reference)
    .bind(!wanted)
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}
