//! The SQL of what staff wrote to patients, and nothing else.

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::consultations::handling::Note;
use crate::storage::clock::seconds;
use crate::storage::encryption::{Cipher, random_token};
use crate::storage::readable::{StoredText, or_unreadable};

const TABLE: &str = "consultation_messages";

#[derive(sqlx::FromRow)]
struct MessageRow {
    #[sqlx(try_from = "StoredText")]
    id: String,
    written_at: i64,
    #[sqlx(try_from = "StoredText")]
    staff: String,
    clinical: bool,
    words: Option<Vec<u8>>,
}

pub async fn insert(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    reference: &str,
    staff: i64,
    (words, clinical): (&str, bool),
    now: Timestamp,
) -> sqlx::Result<()> {
    let id = random_token();
    let encrypted = cipher.row(TABLE, &id).encrypt("words", words);
    sqlx::query(
        "insert into consultation_messages (id, reference, written_at, staff_id, clinical, words) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&id)
    .bind(reference)
    .bind(seconds(now))
    .bind(staff)
    .bind(clinical)
    .bind(encrypted)
    .execute(connection)
    .await?;
    Ok(())
}

/// What was written to a patient, the newest first. The words of clinical ones only for who may read them.
pub async fn of(
    readers: &SqlitePool,
    cipher: &Cipher,
    reference: &str,
    clinical_too: bool,
) -> sqlx::Result<Vec<Note>> {
    let rows: Vec<MessageRow> = sqlx::query_as(
        "select m.id, written_at, staff.name as staff, clinical, \
         case when clinical = 0 or $2 then words end as words from consultation_messages m \
         join staff on staff.id = staff_id where reference = $1 order by written_at desc, m.rowid desc",
    )
    .bind(reference)
    .bind(clinical_too)
    .fetch_all(readers)
    .await?;
    let decrypted = |row: MessageRow| {
        let words = or_unreadable(cipher.row(TABLE, &row.id).decrypt("words", &row.words));
        Note { written_at: row.written_at, staff: row.staff, clinical: row.clinical, words }
    };
    Ok(rows.into_iter().map(decrypted).collect())
}

/// When the patient was written to last.
pub async fn last_written_at(readers: &SqlitePool, reference: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("select max(written_at) from consultation_messages where reference = $1")
        .bind(reference)
        .fetch_one(readers)
        .await
}
