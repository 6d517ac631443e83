//! The SQL of what staff wrote to patients, and nothing else.

use jiff::Timestamp;

use crate::consultations::handling::Note;
use crate::consultations::notes::store::{NoteRow, insert_into};
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::Cipher;

const TABLE: &str = "consultation_messages";

pub async fn insert(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    staff: i64,
    message: (&str, bool),
    now: Timestamp,
) -> sqlx::Result<()> {
    insert_into(TABLE, connection, cipher, reference, staff, message, now).await
}

/// What was written to a patient, the newest first. The words of clinical ones only for who may read them.
pub async fn of(
    readers: &Readers,
    cipher: &Cipher,
    reference: &str,
    clinical_too: bool,
) -> sqlx::Result<Vec<Note>> {
    let rows: Vec<NoteRow> = sqlx::query_as(
        "select m.id, written_at, staff.name as staff, clinical, \
         case when clinical = 0 or $2 = 1 then words end as words from consultation_messages m \
         join staff on staff.id = staff_id where reference = $1 order by written_at desc, m.rowid desc",
    )
    .bind(reference)
    .bind(clinical_too)
    .fetch_all(readers)
    .await?;
    Ok(rows.into_iter().map(|row| row.open(cipher, TABLE)).collect())
}

/// When the patient was written to last.
pub async fn last_written_at(readers: &Readers, reference: &str) -> sqlx::Result<Option<i64>> {
    sqlx::query_scalar("select max(written_at) from consultation_messages where reference = $1")
        .bind(reference)
        .fetch_one(readers)
        .await
}
