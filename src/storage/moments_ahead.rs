//! Puts back moments that a clock stored which was ahead of every time that was believed: what goes by them would else last
//! for as long as it was ahead. A moment that lies ahead of a clock that is behind is right, and is left as it is.

use sqlx::AssertSqlSafe;

use crate::storage::believed_time;
use crate::storage::clock::first_ahead;
use crate::storage::counted_time::is_over;
use crate::storage::database::Connection;
use crate::storage::next_change::next_change;
use crate::storage::retention;

/// Moments from which something is kept for a time: one that lies ahead becomes now, so that its time begins now.
const BEGINNINGS: [(&str, &str); 11] = [
    ("drafts", "saved_at"),
    ("expired_forms", "created_at"),
    ("staff_places", "seen_at"),
    ("submissions", "created_at"),
    ("reports", "created_at"),
    ("consultations", "ended_at"),
    ("complaints", "ended_at"),
    ("corrections", "answered_at"),
    ("outbox", "finished_at"),
    ("suppressions", "lifted_at"),
    ("bulk_acts", "made_at"),
];

/// Moments at which something ends, and how far ahead they lie at most, in seconds.
const ENDS: [(&str, &str, i64); 3] = [
    ("staff_invitations", "expires_at", retention::INVITATION),
    ("staff_resets", "expires_at", retention::RESET),
    ("summaries", "expires_at", retention::SUMMARY),
];

/// Part of the retention pass, and so of a time that is believed. Nobody is rung again later than `latest_call`, in seconds
/// since 1970: the call sheet would hide them until then.
pub async fn put_back(connection: &mut Connection, now: i64, latest_call: i64) -> sqlx::Result<()> {
    let highest = believed_time::highest(connection).await?.max(now);
    for (table, column) in BEGINNINGS {
        cap(connection, table, column, first_ahead(highest), now).await?;
    }
    for (table, column, most) in ENDS {
        cap(connection, table, column, first_ahead(highest.saturating_add(most)), now + most).await?;
        end(connection, table, column, most, now).await?;
    }
    // Sessions end; their rows go when their hours are over.
    sqlx::query(
        "update staff_sessions set ended_at = $2, offered = null, created_at = min(created_at, $2), seen_at = min(seen_at, $2) \
         where created_at >= $1 or seen_at >= $1",
    )
    .bind(first_ahead(now))
    .bind(now)
    .execute(&mut *connection)
    .await?;
    // They limit nothing, since they lie ahead.
    sqlx::query("delete from requested_mails where requested_at >= $1")
        .bind(first_ahead(now))
        .execute(&mut *connection)
        .await?;
    sqlx::query(concat!(
        "update consultations set next_try_at = null, changed_at = ",
        next_change!("changed_at", "$2"),
        " where next_try_at > $1"
    ))
    .bind(latest_call)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// What was made to end `most` seconds later, by a clock that was ahead and believed, ends when so many were counted.
async fn end(
    connection: &mut Connection,
    table: &str,
    column: &str,
    most: i64,
    now: i64,
) -> sqlx::Result<()> {
    let is_over = is_over(&format!("({column} - {most})"));
    let sql = format!("update {table} set {column} = $2 where {column} > $2 and {is_over}");
    sqlx::query(AssertSqlSafe(sql)).bind(now - most).bind(now).execute(connection).await?;
    Ok(())
}

/// The names of tables and columns are ours, never a visitor's.
async fn cap(connection: &mut Connection, table: &str, column: &str, from: i64, to: i64) -> sqlx::Result<()> {
    let sql = format!("update {table} set {column} = $2 where {column} >= $1");
    sqlx::query(AssertSqlSafe(sql)).bind(from).bind(to).execute(connection).await?;
    Ok(())
}
