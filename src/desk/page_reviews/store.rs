//! The SQL of what readers say about pages in numbers, and nothing else.

use std::collections::HashMap;

use crate::storage::database::Readers;
use crate::storage::readable::StoredText;

/// How many readers found a page useful, and how many did not.
#[derive(Clone, Copy, Default)]
pub struct Usefulness {
    pub useful: i64,
    pub not_useful: i64,
}

/// By slug.
pub async fn usefulness(readers: &Readers) -> sqlx::Result<HashMap<String, Usefulness>> {
    let rows: Vec<(StoredText, i64, i64)> = sqlx::query_as(
        "select about, cast(min(total(useful), 9007199254740992) as bigint), \
             cast(min(total(not_useful), 9007199254740992) as bigint) from usefulness group by about",
    )
    .fetch_all(readers)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(about, useful, not_useful)| (about.into(), Usefulness { useful, not_useful }))
        .collect())
}
