//! Explains SQLite's error codes to callers that wait for a read or a write.

use std::time::Duration;

/// Result codes (sqlite.org/rescode.html).
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
        error => !is_constraint(error) && !is_busy(error),
    }
}

/// True when the row was refused because it is already there or breaks a rule of its table.
pub fn is_constraint(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(19)
}

/// True when another process held the database for longer than we wait.
pub fn is_busy(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(5 | 6))
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
    let extended: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}
