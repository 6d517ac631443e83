//! The SQL of patients who ask for another time, and nothing else.

use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::Cipher;
use crate::storage::readable::or_unreadable;

const TABLE: &str = "consultations";

/// What would suit a patient who asked for another time, empty when they did not say; nothing when none is wanted.
pub async fn wish(readers: &Readers, cipher: &Cipher, reference: &str) -> sqlx::Result<Option<String>> {
    let encrypted: Option<Vec<u8>> =
        sqlx::query_scalar("select wanted_time from consultations where reference = $1")
            .bind(reference)
            .fetch_one(readers)
            .await?;
    let open = |words| or_unreadable(cipher.row(TABLE, reference).decrypt("wanted_time", &Some(words)));
    Ok(encrypted.map(open))
}

pub async fn set_wish(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    words: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query("update consultations set wanted_time = $2 where reference = $1")
        .bind(reference)
        .bind(words.map(|words| cipher.row(TABLE, reference).encrypt("wanted_time", words)))
        .execute(connection)
        .await?;
    Ok(())
}
