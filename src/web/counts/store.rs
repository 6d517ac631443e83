//! The SQL of counts, and nothing else.

use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use crate::storage::counted_time::is_over_within;
use crate::storage::database::Connection;
use crate::storage::encryption::{Cipher, FieldId};
use crate::web::counts::tally::{Counted, FoundNothing};

const MISSED: &str = "missed_searches";

/// Where the words of a missed search are encrypted to.
pub fn place(query_hash: &str) -> FieldId<'_> {
    FieldId { table: MISSED, reference: query_hash, column: "query" }
}

/// Adds to the counts of a day.
pub async fn add(
    connection: &mut Connection,
    day: Date,
    counts: &[(Counted, String, u32)],
) -> sqlx::Result<()> {
    for (what, subject, times) in counts {
        sqlx::query(
            "insert into daily_counts (day, what, subject, times) values ($1, $2, $3, $4) \
             on conflict (day, what, subject) do update set times = min(daily_counts.times, 9007199254740991) + $4",
        )
        .bind(day.to_string())
        .bind(what.as_str())
        .bind(subject)
        .bind(i64::from(*times))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Notes in how many networks each search of a day was typed. After a restart they cannot be told from those of before,
/// so the larger number counts, and not both.
pub async fn note_missed(
    connection: &mut Connection,
    cipher: &Cipher,
    day: Date,
    missed: &[FoundNothing],
) -> sqlx::Result<()> {
    for FoundNothing { query, networks } in missed {
        let hash = cipher.keyed_hash("missed search", query);
        sqlx::query(
            "insert into missed_searches (query_hash, day, query, networks) values ($1, $2, $3, $4) \
             on conflict (day, query_hash) do update set networks = max(missed_searches.networks, $4)",
        )
        .bind(&hash)
        .bind(day.to_string())
        .bind(cipher.encrypt(place(&hash), query))
        .bind(i64::try_from(*networks).unwrap_or(i64::MAX))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// How often something happened on a day.
pub async fn times_on(connection: &mut Connection, what: Counted, day: Date) -> sqlx::Result<i64> {
    sqlx::query_scalar("select cast(total(times) as bigint) from daily_counts where what = $1 and day = $2")
        .bind(what.as_str())
        .bind(day.to_string())
        .fetch_one(connection)
        .await
}

/// Erases counts of before one moment, and searches of before another, in seconds since 1970.
pub async fn forget(connection: &mut Connection, counts: i64, missed: i64) -> sqlx::Result<()> {
    // From noon to noon is within half a day of every moment of the day.
    let over = is_over_within("(unixepoch(day) + 43200)", 43200 + 3600);
    for (table, before) in [("daily_counts", counts), ("missed_searches", missed)] {
        sqlx::query(AssertSqlSafe(format!("delete from {table} where {over} or unixepoch(day) is null")))
            .bind(before)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
