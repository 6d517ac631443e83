//! The SQL of counts, and nothing else.

use crate::storage::database::Connection;

/// Adds one answer to the count of a page and a day ("2026-11-20").
pub async fn count_usefulness(
    connection: &mut Connection,
    about: &str,
    day: &str,
    useful: bool,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into usefulness (about, day, useful, not_useful) values ($1, $2, $3, $4) \
         on conflict (about, day) do update set useful = min(usefulness.useful, 9007199254740991) + $3, \
         not_useful = min(usefulness.not_useful, 9007199254740991) + $4",
    )
    .bind(about)
    .bind(day)
    .bind(i64::from(useful))
    .bind(i64::from(!useful))
    .execute(connection)
    .await?;
    Ok(())
}
