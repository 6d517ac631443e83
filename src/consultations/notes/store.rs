//! The SQL of notes, and what it has in common with that of messages to patients; and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::consultations::handling::Note;
use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::{Cipher, random_token};
use crate::storage::readable::{Flag, StoredText, or_unreadable};

const TABLE: &str = "consultation_notes";

/// Words that a member of staff wrote, as each of the two tables holds them.
#[derive(sqlx::FromRow)]
pub struct NoteRow {
    #[sqlx(try_from = "StoredText")]
    id: String,
    written_at: i64,
    #[sqlx(try_from = "StoredText")]
    staff: String,
    #[sqlx(try_from = "Flag")]
    clinical: bool,
    words: Option<Vec<u8>>,
}

impl NoteRow {
    pub fn open(self, cipher: &Cipher, table: &'static str) -> Note {
        let words = or_unreadable(cipher.row(table, &self.id).decrypt("words", &self.words));
        Note { written_at: self.written_at, staff: self.staff, clinical: self.clinical, words }
    }
}

pub async fn insert(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    staff: i64,
    note: (&str, bool),
    now: Timestamp,
) -> sqlx::Result<()> {
    insert_into(TABLE, connection, cipher, reference, staff, note, now).await
}

/// The same into a table of the same columns.
pub async fn insert_into(
    table: &'static str,
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    staff: i64,
    (words, clinical): (&str, bool),
    now: Timestamp,
) -> sqlx::Result<()> {
    let id = random_token();
    let encrypted = cipher.row(table, &id).encrypt("words", words);
    let sql = format!(
        "insert into {table} (id, reference, written_at, staff_id, clinical, words) values ($1, $2, $3, $4, $5, $6)"
    );
    sqlx::query(AssertSqlSafe(sql))
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
    readers: &Readers,
    cipher: &Cipher,
    reference: &str,
    clinical_too: bool,
) -> sqlx::Result<Vec<Note>> {
    let rows: Vec<NoteRow> = sqlx::query_as(
        "select consultation_notes.id, written_at, staff.name as staff, clinical, words from consultation_notes \
         join staff on staff.id = staff_id where reference = $1 and (clinical = 0 or $2 = 1) \
         order by written_at desc, consultation_notes.rowid desc",
    )
    .bind(reference)
    .bind(clinical_too)
    .fetch_all(readers)
    .await?;
    Ok(rows.into_iter().map(|row| row.open(cipher, TABLE)).collect())
}
