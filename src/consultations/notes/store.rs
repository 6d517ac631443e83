//! The SQL of notes, and nothing else.

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::consultations::handling::Note;
use crate::storage::clock::seconds;
use crate::storage::encryption::{Cipher, random_token};
use crate::storage::readable::{StoredText, or_unreadable};

#[derive(sqlx::FromRow)]
struct NoteRow {
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
    note: (&str, bool),
    now: Timestamp,
) -> sqlx::Result<()> {
    let (words, clinical) = note;
    let id = random_token();
    let encrypted = cipher.row("consultation_notes", &id).encrypt("words", words);
    sqlx::query(
        "insert into consultation_notes (id, reference, written_at, staff_id, clinical, words) \
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

/// Notes, the newest first. Clinical ones only for who may see them.
pub async fn of(
    readers: &SqlitePool,
    cipher: &Cipher,
    reference: &str,
    clinical_too: bool,
) -> sqlx::Result<Vec<Note>> {
    let rows: Vec<NoteRow> = sqlx::query_as(
        "select consultation_notes.id, written_at, staff.name as staff, clinical, words from consultation_notes \
         join staff on staff.id = staff_id where reference = $1 and (clinical = 0 or $2) \
         order by written_at desc, consultation_notes.rowid desc",
    )
    .bind(reference)
    .bind(clinical_too)
    .fetch_all(readers)
    .await?;
    let decrypted = |row: NoteRow| {
        let words = or_unreadable(cipher.row("consultation_notes", &row.id).decrypt("words", &row.words));
        Note { written_at: row.written_at, staff: row.staff, clinical: row.clinical, words }
    };
    Ok(rows.into_iter().map(decrypted).collect())
}
