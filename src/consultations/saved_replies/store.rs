//! The SQL of saved replies, and nothing else.

use jiff::Timestamp;

use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::next_change::next_change;
use crate::storage::readable::StoredText;

#[derive(sqlx::FromRow)]
pub struct SavedReply {
    pub id: i64,
    #[sqlx(try_from = "StoredText")]
    pub title: String,
    #[sqlx(try_from = "StoredText")]
    pub words: String,
    pub changed_at: i64,
}

pub async fn all(readers: &Readers) -> sqlx::Result<Vec<SavedReply>> {
    sqlx::query_as("select id, title, words, changed_at from saved_replies order by title, id")
        .fetch_all(readers)
        .await
}

pub async fn find(readers: &Readers, id: i64) -> sqlx::Result<SavedReply> {
    sqlx::query_as("select id, title, words, changed_at from saved_replies where id = $1")
        .bind(id)
        .fetch_one(readers)
        .await
}

pub async fn count(connection: &mut Connection) -> sqlx::Result<i64> {
    sqlx::query_scalar("select count(*) from saved_replies").fetch_one(connection).await
}

pub async fn insert(
    connection: &mut Connection,
    title: &str,
    words: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("insert into saved_replies (title, words, changed_at) values ($1, $2, $3)")
        .bind(title)
        .bind(words)
        .bind(seconds(now))
        .execute(connection)
        .await?;
    Ok(())
}

/// False when it is not as it was at `seen_at` any more.
pub async fn change(
    connection: &mut Connection,
    id: i64,
    seen_at: i64,
    (title, words): (&str, &str),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let changed = sqlx::query(concat!(
        "update saved_replies set title = $3, words = $4, changed_at = ",
        next_change!("changed_at", "$5"),
        " \
         where id = $1 and changed_at = $2"
    ))
    .bind(id)
    .bind(seen_at)
    .bind(title)
    .bind(words)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// False when there is none.
pub async fn delete(connection: &mut Connection, id: i64) -> sqlx::Result<bool> {
    let gone = sqlx::query("delete from saved_replies where id = $1").bind(id).execute(connection).await?;
    Ok(gone.rows_affected() == 1)
}
