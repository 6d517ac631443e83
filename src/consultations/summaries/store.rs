//! The SQL of summaries, and nothing else.

use crate::library::summary::Summary;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::Cipher;

/// Stores a page behind a private link.
pub async fn insert(
    connection: &mut Connection,
    cipher: &Cipher,
    token_hash: &str,
    summary: &Summary,
    expires_at: i64,
) -> sqlx::Result<()> {
    sqlx::query("insert into summaries (token_hash, expires_at, summary) values ($1, $2, $3)")
        .bind(token_hash)
        .bind(expires_at)
        .bind(cipher.row("summaries", token_hash).encrypt("summary", &written(summary)))
        .execute(connection)
        .await?;
    Ok(())
}

/// The summary behind a private link, and when it ends.
pub async fn find(
    readers: &Readers,
    cipher: &Cipher,
    token_hash: &str,
    now: i64,
) -> sqlx::Result<Option<(Summary, i64)>> {
    let row: Option<(Option<Vec<u8>>, i64)> =
        sqlx::query_as("select summary, expires_at from summaries where token_hash = $1 and expires_at > $2")
            .bind(token_hash)
            .bind(now)
            .fetch_optional(readers)
            .await?;
    let Some((stored, expires_at)) = row else { return Ok(None) };
    Ok(Some((read(&cipher.row("summaries", token_hash).decrypt("summary", &stored)?)?, expires_at)))
}

pub async fn delete(connection: &mut Connection, token_hash: &str) -> sqlx::Result<()> {
    sqlx::query("delete from summaries where token_hash = $1").bind(token_hash).execute(connection).await?;
    Ok(())
}

/// Erases the pages whose time is over. Says how many.
pub async fn forget(connection: &mut Connection, now: i64) -> sqlx::Result<u64> {
    let gone =
        sqlx::query("delete from summaries where expires_at <= $1").bind(now).execute(connection).await?;
    Ok(gone.rows_affected())
}

/// Stores what a patient shares with a request; the latest stands.
pub async fn share(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    summary: &Summary,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into shared_summaries (reference, summary) values ($1, $2) \
         on conflict (reference) do update set summary = excluded.summary",
    )
    .bind(reference)
    .bind(cipher.row("shared_summaries", reference).encrypt("summary", &written(summary)))
    .execute(connection)
    .await?;
    Ok(())
}

/// What a patient shared with a request, if they did.
pub async fn shared_with(
    readers: &Readers,
    cipher: &Cipher,
    reference: &str,
) -> sqlx::Result<Option<Summary>> {
    let stored: Option<Option<Vec<u8>>> =
        sqlx::query_scalar("select summary from shared_summaries where reference = $1")
            .bind(reference)
            .fetch_optional(readers)
            .await?;
    stored
        .map(|stored| read(&cipher.row("shared_summaries", reference).decrypt("summary", &stored)?))
        .transpose()
}

/// Erases what was shared with a request that its patient withdrew.
pub async fn unshare(connection: &mut Connection, reference: &str) -> sqlx::Result<()> {
    sqlx::query("delete from shared_summaries where reference = $1")
        .bind(reference)
        .execute(connection)
        .await?;
    Ok(())
}

fn written(summary: &Summary) -> String {
    serde_json::to_string(summary).expect("a summary is words and a day")
}

fn read(text: &str) -> sqlx::Result<Summary> {
    serde_json::from_str(text).map_err(|_| sqlx::Error::Decode("a stored summary does not read".into()))
}
