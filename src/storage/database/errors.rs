//! Explains the error codes of both engines to callers that wait for a read or a write.

use std::time::Duration;

use sqlx::postgres::PgDatabaseError;

/// Result codes of SQLite (sqlite.org/rescode.html).
pub const READ_ONLY: u32 = 8;
pub const IO_FAILED: u32 = 10;
pub const CORRUPT: u32 = 11;
pub const NOT_A_DATABASE: u32 = 26;

/// How long a visitor waits for storage that others hold.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// True when the connection must not be used again.
pub fn poisons(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::RowNotFound | sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => false,
        // Not begun in time: what sqlx begins after that, it takes back.
        sqlx::Error::PoolTimedOut => false,
        error => !is_constraint(error) && !is_busy(error) && !is_of_the_statement(error),
    }
}

/// True when the row was refused because it is already there or breaks a rule of its table.
pub fn is_constraint(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(19) || sql_state(error).is_some_and(|state| state.starts_with("23"))
}

/// True when another process held the database for longer than we wait.
pub fn is_busy(error: &sqlx::Error) -> bool {
    // lock_not_available, serialization_failure, deadlock_detected
    matches!(primary_code(error), Some(5 | 6))
        || matches!(sql_state(error), Some("55P03" | "40001" | "40P01"))
}

/// True when PostgreSQL refused the statement alone: the connection is whole, and a savepoint takes it back.
fn is_of_the_statement(error: &sqlx::Error) -> bool {
    sql_state(error).is_some_and(|state| ["22", "42"].contains(&&state[..2]))
}

/// What an administrator is told. An error of sqlx says its cause itself, and so stands alone.
pub fn unreachable(error: &sqlx::Error) -> anyhow::Error {
    let said = match error {
        sqlx::Error::PoolTimedOut => "no answer in time".to_owned(),
        sqlx::Error::Database(refusal) => refusal.message().to_owned(),
        error => error.to_string(),
    };
    anyhow::anyhow!(
        "the PostgreSQL server cannot be reached, or does not let us in; see that it runs, and what --database says: {said}"
    )
}

/// What a visitor gets who has written too much: nothing is wrong with the database.
pub fn over_budget() -> sqlx::Error {
    sqlx::Error::Io(std::io::ErrorKind::QuotaExceeded.into())
}

pub fn is_over_budget(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == std::io::ErrorKind::QuotaExceeded)
}

/// True when the database cannot be used now, through no fault of the request.
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    // perm, busy, locked, nomem, readonly, ioerr, corrupt, full, cantopen, notadb (sqlite.org/rescode.html)
    matches!(primary_code(error), Some(3 | 5 | 6 | 7 | 8 | 10 | 11 | 13 | 14 | 26))
        // connection, resources, operator, system, read only, not in this state, locked, deadlock
        || sql_state(error).is_some_and(|state| ["08", "53", "57", "58", "25", "55", "40"].contains(&&state[..2]))
        || matches!(
            error,
            sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
                | sqlx::Error::Io(_)
        )
}

/// SQLite's own number for what went wrong, without its details.
pub fn primary_code(error: &sqlx::Error) -> Option<u32> {
    if sql_state(error).is_some() {
        return None;
    }
    let extended: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

/// The same of PostgreSQL: five characters, of which the first two say what kind of error it is
/// (postgresql.org/docs/15/errcodes-appendix.html).
fn sql_state(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error()?.try_downcast_ref::<PgDatabaseError>().map(PgDatabaseError::code)
}
