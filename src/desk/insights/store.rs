//! The SQL of insights, and nothing else. Weeks are numbered from the first one shown.

use std::ops::AddAssign;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::AssertSqlSafe;

use crate::storage::clock::seconds;
use crate::storage::database::Readers;
use crate::storage::encryption::Cipher;
use crate::storage::readable::{Flag, StoredText, or_unreadable};
use crate::web::counts::store::place;

pub const WEEK: i64 = 7 * 24 * 60 * 60;

/// A search is shown when this many days of a week know it, from this many networks, and more than one on some day.
const DAYS: i64 = 3;
const NETWORKS: i64 = 5;
const NETWORKS_ON_A_DAY: i64 = 2;

/// Requests, and what became of what was promised to them.
#[derive(sqlx::FromRow, Clone, Copy, Debug, Default, PartialEq)]
pub struct Promises {
    pub requests: i64,
    pub kept: i64,
    pub missed: i64,
}

impl AddAssign for Promises {
    fn add_assign(&mut self, more: Promises) {
        self.requests += more.requests;
        self.kept += more.kept;
        self.missed += more.missed;
    }
}

/// The requests of one week that were promised for one weekday.
#[derive(sqlx::FromRow, Clone, Copy, Debug, PartialEq)]
pub struct PromisesOfDay {
    pub week: i64,
    /// With Monday as 0.
    pub weekday: i64,
    #[sqlx(flatten)]
    pub promises: Promises,
}

/// Seconds until the patients of one week first heard from the clinic.
#[derive(sqlx::FromRow, Clone, Copy, Debug, PartialEq)]
pub struct WaitingTime {
    pub of: i64,
    pub seconds: i64,
    /// Half of those who have heard waited no longer than this.
    #[sqlx(try_from = "Flag")]
    pub is_median: bool,
    /// Nine in ten of them waited no longer than this.
    #[sqlx(try_from = "Flag")]
    pub is_nine_in_ten: bool,
}

#[derive(sqlx::FromRow, Debug, PartialEq)]
pub struct PageCount {
    #[sqlx(try_from = "StoredText")]
    pub subject: String,
    pub times: i64,
}

#[derive(sqlx::FromRow, Debug, PartialEq)]
pub struct Useful {
    #[sqlx(try_from = "StoredText")]
    pub about: String,
    pub useful: i64,
    pub not_useful: i64,
}

/// What people searched for and did not find.
#[derive(Debug, PartialEq)]
pub struct MissedSearch {
    pub query: String,
    pub days: i64,
    pub networks: i64,
}

/// In SQL: the sum of counts. One that is damaged is as large as a number can be, and the sum is still one.
fn sum(column: &str) -> String {
    format!("cast(min(total({column}), 9007199254740992) as bigint)")
}

/// Requests by the week in which they were made and the weekday of the promise; one that was merged is dealt with in
/// another. `now` says which promises are due, `offset` what local time is ahead of UTC, in seconds.
pub async fn promises(
    readers: &Readers,
    from: Timestamp,
    now: Timestamp,
    offset: i64,
) -> sqlx::Result<Vec<PromisesOfDay>> {
    // 1 January 1970 was a Thursday. All of it stands in one index.
    sqlx::query_as(
        "select cast((created_at - $1) / $4 as bigint) as week, \
         cast(((due_at + $3) / 86400 + 3) % 7 as bigint) as weekday, count(*) as requests, \
         count(*) filter (where contacted_at <= due_at) as kept, \
         count(*) filter (where case when contacted_at is null then due_at < $2 else contacted_at > due_at end) as missed \
         from consultations where created_at >= $1 and spam = 0 and (state <> 'withdrawn' or contacted_at is not null) \
         and rowid not in (select rowid from consultations where merged_into is not null) group by 1, 2 order by 1, 2",
    )
    .bind(seconds(from))
    .bind(seconds(now))
    .bind(offset)
    .bind(WEEK)
    .fetch_all(readers)
    .await
}

pub async fn waiting(readers: &Readers, from: Timestamp) -> sqlx::Result<Vec<WaitingTime>> {
    sqlx::query_as(
        "select of, seconds, place = (among + 1) / 2 as is_median, place = (among * 9 + 9) / 10 as is_nine_in_ten \
         from (select cast((created_at - $1) / $2 as bigint) as of, cast(contacted_at - created_at as bigint) as seconds, \
           row_number() over (partition by (created_at - $1) / $2 order by contacted_at - created_at) as place, \
           count(*) over (partition by (created_at - $1) / $2) as among \
           from consultations where created_at >= $1 and spam = 0 and contacted_at is not null) as answered \
         where place = (among + 1) / 2 or place = (among * 9 + 9) / 10 order by of, seconds",
    )
    .bind(seconds(from))
    .bind(WEEK)
    .fetch_all(readers)
    .await
}

/// Reports by week: number of the week, and how many.
pub async fn reports(readers: &Readers, from: Timestamp) -> sqlx::Result<Vec<(i64, i64)>> {
    sqlx::query_as("select cast((created_at - $1) / $2 as bigint), count(*) from reports where created_at >= $1 group by 1")
        .bind(seconds(from))
        .bind(WEEK)
        .fetch_all(readers)
        .await
}

/// What was counted on each day: the day, what, and how often.
pub async fn counts(readers: &Readers, from: Date) -> sqlx::Result<Vec<(String, String, i64)>> {
    let sql =
        format!("select day, what, {} from daily_counts where day >= $1 group by day, what", sum("times"));
    let rows: Vec<(StoredText, StoredText, i64)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(from.to_string()).fetch_all(readers).await?;
    Ok(rows.into_iter().map(|(day, what, times)| (day.into(), what.into(), times)).collect())
}

/// What was counted most, by subject.
pub async fn by_subject(readers: &Readers, what: &str, from: Date) -> sqlx::Result<Vec<PageCount>> {
    let sql = format!(
        "select subject, {} as times from daily_counts where what = $1 and day >= $2 \
         group by subject order by times desc, subject",
        sum("daily_counts.times")
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(what).bind(from.to_string()).fetch_all(readers).await
}

pub async fn usefulness(readers: &Readers, from: Date) -> sqlx::Result<Vec<Useful>> {
    let sql = format!(
        "select about, {} as useful, {} as not_useful from usefulness where day >= $1 group by about",
        sum("usefulness.useful"),
        sum("usefulness.not_useful")
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(from.to_string()).fetch_all(readers).await
}

/// What several people searched for in the days from `from` on and did not find, the most first.
pub async fn missed_searches(
    readers: &Readers,
    cipher: &Cipher,
    from: Date,
) -> sqlx::Result<Vec<MissedSearch>> {
    let sql = format!(
        "select query_hash, min(query), count(*), {networks} from missed_searches where day >= $1 \
         group by query_hash having count(*) >= $2 and {networks} >= $3 and max(networks) >= $4 \
         order by 4 desc, 1",
        networks = sum("networks")
    );
    let rows: Vec<(StoredText, Vec<u8>, i64, i64)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(from.to_string())
        .bind(DAYS)
        .bind(NETWORKS)
        .bind(NETWORKS_ON_A_DAY)
        .fetch_all(readers)
        .await?;
    let open = |(hash, query, days, networks): (StoredText, Vec<u8>, i64, i64)| MissedSearch {
        query: or_unreadable(cipher.decrypt(place(&String::from(hash)), &query)),
        days,
        networks,
    };
    Ok(rows.into_iter().map(open).collect())
}
