//! Encrypts every personal field again with the newest key, so that an older one can be retired.

use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row};

use crate::storage::database::Database;
use crate::storage::encryption::{Cipher, FieldId};

/// A table with encrypted columns, and the column that its values are bound to.
pub struct EncryptedField {
    pub table: &'static str,
    pub reference: &'static str,
    pub columns: &'static [&'static str],
}

/// Every encrypted column there is. A test compares this with the tables.
pub const ENCRYPTED_FIELDS: &[EncryptedField] = &[
    EncryptedField {
        table: "consultations",
        reference: "reference",
        columns: &["name", "email", "phone", "concern", "needs", "token", "hold_reason", "wanted_time"],
    },
    EncryptedField { table: "consultation_notes", reference: "id", columns: &["words"] },
    EncryptedField { table: "bookings", reference: "id", columns: &["place"] },
    EncryptedField { table: "drafts", reference: "reference", columns: &["answers"] },
    EncryptedField { table: "summaries", reference: "token_hash", columns: &["summary"] },
    EncryptedField { table: "shared_summaries", reference: "reference", columns: &["summary"] },
    EncryptedField { table: "reports", reference: "reference", columns: &["name", "email"] },
    EncryptedField { table: "staff", reference: "email", columns: &["second_factor"] },
    EncryptedField { table: "staff_sessions", reference: "token_hash", columns: &["offered"] },
    EncryptedField { table: "expired_forms", reference: "reference", columns: &["fields"] },
    EncryptedField {
        table: "complaints",
        reference: "reference",
        columns: &["name", "email", "phone", "words", "outcome"],
    },
    EncryptedField {
        table: "outbox",
        reference: "message_id",
        columns: &["recipient", "letter", "message", "trouble", "settled_why"],
    },
    EncryptedField { table: "suppressions", reference: "address_hash", columns: &["lifted_why"] },
    EncryptedField {
        table: "corrections",
        reference: "reference",
        columns: &["name", "email", "words", "answer"],
    },
];

/// Says how many fields were encrypted anew. One transaction: all of them or none.
pub async fn rotate_key(database: &Database, cipher: &std::sync::Arc<Cipher>) -> sqlx::Result<usize> {
    let cipher = cipher.clone();
    database
        .write(move |connection| {
            Box::pin(async move {
                let mut count = 0;
                for encrypted in ENCRYPTED_FIELDS {
                    for column in encrypted.columns {
                        count += reencrypt_column(connection, &cipher, encrypted, column).await?;
                    }
                }
                Ok(count)
            })
        })
        .await
}

async fn reencrypt_column(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    encrypted: &EncryptedField,
    column: &'static str,
) -> sqlx::Result<usize> {
    // Names of tables and columns cannot be bound; these come from the list above.
    let EncryptedField { table, reference, .. } = encrypted;
    let find = format!("select {reference}, {column} from {table} where {column} is not null");
    let save = format!("update {table} set {column} = $2 where {reference} = $1");
    let rows = sqlx::query(AssertSqlSafe(find)).fetch_all(&mut *connection).await?;
    let mut count = 0;
    for row in rows {
        let (reference, value): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        if cipher.is_current(&value) {
            continue;
        }
        let place = FieldId { table, reference: &reference, column };
        let again = cipher.encrypt_bytes(place, &cipher.decrypt_bytes(place, &value)?);
        sqlx::query(AssertSqlSafe(save.clone()))
            .bind(&reference)
            .bind(again)
            .execute(&mut *connection)
            .await?;
        count += 1;
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_blob_of_every_table_is_on_the_list() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("test.sqlite")).await.unwrap();
        let blobs: Vec<(String, String)> = sqlx::query_as(
            "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c \
             where m.type = 'table' and lower(c.type) = 'blob' and m.name not like '\\_sqlx%' escape '\\' order by 1, 2",
        )
        .fetch_all(database.readers())
        .await
        .unwrap();
        let mut listed: Vec<(String, String)> = ENCRYPTED_FIELDS
            .iter()
            .flat_map(|encrypted| {
                encrypted.columns.iter().map(|column| (encrypted.table.to_owned(), (*column).to_owned()))
            })
            .collect();
        listed.sort();
        assert_eq!(blobs, listed);
    }
}
