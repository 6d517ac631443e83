//! The SQL of reading the audit and of forgetting it.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::storage::clock::seconds;
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::{Flag, MaybeText, StoredText, texts};

/// Which entries are listed; a field that is `None` restricts nothing.
pub struct AuditFilter {
    pub person: Option<i64>,
    pub reference: String,
    pub what: String,
    pub from: Option<i64>,
    pub until: Option<i64>,
}

#[derive(sqlx::FromRow)]
pub struct AuditEntry {
    pub happened_at: i64,
    /// Nothing for the system and for an account that is gone.
    #[sqlx(try_from = "MaybeText")]
    pub who: Option<String>,
    #[sqlx(try_from = "StoredText")]
    pub what: String,
    /// Of a request, or the name of a colleague.
    #[sqlx(try_from = "StoredText")]
    pub about: String,
    #[sqlx(try_from = "Flag")]
    pub is_request: bool,
}

#[derive(sqlx::FromRow)]
pub struct AuditedPerson {
    pub id: i64,
    #[sqlx(try_from = "StoredText")]
    pub name: String,
}

/// Newest first. A colleague that an entry is about is stored as `staff:` and their number.
pub async fn entries(
    readers: &Readers,
    question: &AuditFilter,
    most: i64,
    skipped: i64,
) -> sqlx::Result<Vec<AuditEntry>> {
    sqlx::query_as(
        "select audit.happened_at, who.name as who, audit.what, \
         coalesce(about.name, audit.reference) as about, audit.reference like 'BP-%' as is_request \
         from audit left join staff as who on who.id = audit.staff_id \
         left join staff as about on audit.reference = 'staff:' || about.id \
         where ($1 is null or audit.staff_id = $1) and ($2 = '' or audit.reference = $2) \
         and ($3 = '' or audit.what = $3) and ($4 is null or audit.happened_at >= $4) \
         and ($5 is null or audit.happened_at < $5) order by audit.id desc limit $6 offset $7",
    )
    .bind(question.person)
    .bind(&question.reference)
    .bind(&question.what)
    .bind(question.from)
    .bind(question.until)
    .bind(most)
    .bind(skipped)
    .fetch_all(readers)
    .await
}

pub async fn people(readers: &Readers) -> sqlx::Result<Vec<AuditedPerson>> {
    sqlx::query_as("select id, name from staff order by name").fetch_all(readers).await
}

/// Every kind of act there is an entry of.
pub async fn acts(readers: &Readers) -> sqlx::Result<Vec<String>> {
    let all = sqlx::query_scalar("select distinct what from audit order by what").fetch_all(readers).await?;
    Ok(texts(all))
}

pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<()> {
    // The database itself keeps each entry for as long as the clock says.
    sqlx::query(AssertSqlSafe(format!(
        "delete from audit where happened_at < $1 and {}",
        is_over("happened_at")
    )))
    .bind(before)
    .execute(connection)
    .await?;
    Ok(())
}

/// Adds an entry: who did what, to which request or account. Never a word of content.
pub async fn insert(
    connection: &mut Connection,
    staff: Option<i64>,
    now: Timestamp,
    what: &str,
    reference: &str,
) -> sqlx::Result<()> {
    sqlx::query("insert into audit (happened_at, staff_id, what, reference) values ($1, $2, $3, $4)")
        .bind(seconds(now))
        .bind(staff)
        .bind(what)
        .bind(reference)
        .execute(connection)
        .await?;
    Ok(())
}
