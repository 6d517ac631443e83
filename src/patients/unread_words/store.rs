//! The SQL of texts whose signs are not known yet, and nothing else.

use crate::patients::unread_words::texts::Texts;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::Cipher;
use crate::storage::readable::StoredText;

/// Reference and words of each text that was never read for signs and can be decrypted.
pub async fn unread(readers: &Readers, cipher: &Cipher, texts: Texts) -> sqlx::Result<Vec<(String, String)>> {
    let (table, sql) = match texts {
        Texts::Complaints => ("complaints", "select reference, words from complaints where sign is null"),
        Texts::Corrections => ("corrections", "select reference, words from corrections where sign is null"),
    };
    let rows: Vec<(StoredText, Option<Vec<u8>>)> = sqlx::query_as(sql).fetch_all(readers).await?;
    let open = |(reference, words): (StoredText, Option<Vec<u8>>)| {
        let reference = String::from(reference);
        let words = cipher.row(table, &reference).decrypt("words", &words).ok()?;
        Some((reference, words))
    };
    Ok(rows.into_iter().filter_map(open).collect())
}

pub async fn set_sign(
    connection: &mut Connection,
    texts: Texts,
    reference: &str,
    sign: &str,
) -> sqlx::Result<()> {
    let sql = match texts {
        Texts::Complaints => "update complaints set sign = $2 where reference = $1 and sign is null",
        Texts::Corrections => "update corrections set sign = $2 where reference = $1 and sign is null",
    };
    sqlx::query(sql).bind(reference).bind(sign).execute(connection).await?;
    Ok(())
}
