//! The SQL of drafts, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::library::answers::Answers;
use crate::patients::drafts::draft::Draft;
use crate::storage::clock::{moment, seconds};
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::{Cipher, FieldId};

#[derive(sqlx::FromRow)]
struct Row {
    reference: String,
    saved_at: i64,
    answers: Vec<u8>,
}

fn place(reference: &str) -> FieldId<'_> {
    FieldId { table: "drafts", reference, column: "answers" }
}

impl Row {
    fn open(self, cipher: &Cipher) -> sqlx::Result<Draft> {
        let text = cipher.decrypt(place(&self.reference), &self.answers)?;
        let answers = serde_json::from_str(&text)
            .map_err(|_| sqlx::Error::Decode("a draft does not hold answers".into()))?;
        Ok(Draft { reference: self.reference, saved_at: moment(self.saved_at), answers })
    }
}

/// Stores a draft without answers, and the cookie that opens it.
pub async fn insert(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    token_hash: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query("insert into drafts (reference, saved_at, answers) values ($1, $2, $3)")
        .bind(reference)
        .bind(seconds(now))
        .bind(cipher.encrypt(place(reference), "{}"))
        .execute(&mut *connection)
        .await?;
    add_token(connection, reference, token_hash).await
}

pub async fn add_token(connection: &mut Connection, reference: &str, token_hash: &str) -> sqlx::Result<()> {
    sqlx::query("insert into draft_tokens (token_hash, reference) values ($1, $2)")
        .bind(token_hash)
        .bind(reference)
        .execute(connection)
        .await?;
    Ok(())
}

/// The draft that a cookie opens, when it was saved after `since`. One that cannot be read is like one that is gone.
pub async fn find(
    readers: &Readers,
    cipher: &Cipher,
    token_hash: &str,
    since: i64,
) -> sqlx::Result<Option<Draft>> {
    let row: Option<Row> = sqlx::query_as(
        "select drafts.reference, saved_at, answers from drafts join draft_tokens using (reference) \
         where token_hash = $1 and saved_at > $2",
    )
    .bind(token_hash)
    .bind(since)
    .fetch_optional(readers)
    .await?;
    Ok(row.and_then(|row| row.open(cipher).ok()))
}

/// Sets one answer beside the others. False when the draft is gone.
pub async fn save(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    question: &str,
    answer: &[String],
    now: Timestamp,
) -> sqlx::Result<bool> {
    let row: Option<Row> =
        sqlx::query_as("select reference, saved_at, answers from drafts where reference = $1")
            .bind(reference)
            .fetch_optional(&mut *connection)
            .await?;
    let Some(row) = row else { return Ok(false) };
    let mut answers: Answers = row.open(cipher)?.answers;
    answers.insert(question.to_owned(), answer.to_vec());
    let text = serde_json::to_string(&answers).expect("answers are lists of words");
    sqlx::query("update drafts set answers = $2, saved_at = $3 where reference = $1")
        .bind(reference)
        .bind(cipher.encrypt(place(reference), &text))
        .bind(seconds(now))
        .execute(connection)
        .await?;
    Ok(true)
}

/// Gives a draft a code in the place of any that it had. False when the draft is gone.
pub async fn set_code(connection: &mut Connection, reference: &str, code_hash: &str) -> sqlx::Result<bool> {
    let changed = sqlx::query("update drafts set code_hash = $2 where reference = $1")
        .bind(reference)
        .bind(code_hash)
        .execute(connection)
        .await?;
    Ok(changed.rows_affected() == 1)
}

/// The draft that a code opens, when it was saved after `since`. The code is used up.
pub async fn use_code(
    connection: &mut Connection,
    code_hash: &str,
    since: i64,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar(
        "update drafts set code_hash = null where code_hash = $1 and saved_at > $2 returning reference",
    )
    .bind(code_hash)
    .bind(since)
    .fetch_optional(connection)
    .await
}

pub async fn delete(connection: &mut Connection, token_hash: &str) -> sqlx::Result<()> {
    sqlx::query(
        "delete from drafts where reference = (select reference from draft_tokens where token_hash = $1)",
    )
    .bind(token_hash)
    .execute(connection)
    .await?;
    Ok(())
}

/// Erases drafts that were saved at `before` or earlier. Says how many.
pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<u64> {
    let gone = sqlx::query(AssertSqlSafe(format!("delete from drafts where {}", is_over("saved_at"))))
        .bind(before + 1)
        .execute(connection)
        .await?;
    Ok(gone.rows_affected())
}
