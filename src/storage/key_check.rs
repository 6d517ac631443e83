//! Ties a database to its key: one keyed hash in it, which the key of its data folder makes and no other.

use std::path::Path;

use sqlx::AssertSqlSafe;
use sqlx::any::AnyExecutor;

use crate::storage::database::{self, Database};
use crate::storage::encryption::Cipher;
use crate::storage::key_rotation::ENCRYPTED_FIELDS;

const PURPOSE: &str = "key check";

/// Whether a database was begun with the key that makes the keyed hashes now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyCheck {
    Right,
    Other,
    /// It does not say: it is new, was emptied, or was last used by an older version.
    None,
}

pub async fn look(reader: impl AnyExecutor<'_>, cipher: &Cipher) -> sqlx::Result<KeyCheck> {
    let found: Option<String> =
        sqlx::query_scalar("select key_hash from key_check").fetch_optional(reader).await?;
    Ok(match found {
        Some(hash) if hash == hash_of(cipher) => KeyCheck::Right,
        Some(_) => KeyCheck::Other,
        None => KeyCheck::None,
    })
}

/// The same for the file without what is still in its log. What cannot be read so says nothing.
pub async fn look_without_log(file: &Path, cipher: &Cipher) -> KeyCheck {
    let looked = async {
        let mut connection = database::read_without_log(file).await?;
        let found = look(&mut connection, cipher).await;
        connection.close().await?;
        found
    };
    looked.await.unwrap_or(KeyCheck::None)
}

/// True when the database says by which key it is known.
pub async fn is_noted(reader: impl AnyExecutor<'_>) -> sqlx::Result<bool> {
    let noted: i64 = sqlx::query_scalar("select count(*) from key_check").fetch_one(reader).await?;
    Ok(noted > 0)
}

/// From now on the database is known by this key.
pub async fn note(database: &Database, cipher: &Cipher) -> sqlx::Result<()> {
    let hash = hash_of(cipher);
    database
        .write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "insert into key_check (id, key_hash) values (1, $1) on conflict (id) do nothing",
                )
                .bind(hash)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
}

/// True when somebody has an account or there is anything of a patient.
pub async fn holds_anything(database: &Database) -> sqlx::Result<bool> {
    for encrypted in ENCRYPTED_FIELDS {
        let any = AssertSqlSafe(format!(
            "select count(*) from (select 1 from {} limit 1) as found",
            encrypted.table
        ));
        if sqlx::query_scalar::<_, i64>(any).fetch_one(database.readers()).await? > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

fn hash_of(cipher: &Cipher) -> String {
    cipher.keyed_hash(PURPOSE, "")
}
