//! Encrypts every personal field again with the newest key, so that an older one that leaked opens nothing any more. It
//! stays in the key file: backups of before need it, and keyed hashes are made with the oldest.

use sqlx::{AssertSqlSafe, Row};

use crate::storage::database::{Connection, Database};
use crate::storage::encryption::{Cipher, FieldId};
use crate::storage::long_work::LongWork;

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
    EncryptedField { table: "consultation_messages", reference: "id", columns: &["words"] },
    EncryptedField { table: "bookings", reference: "id", columns: &["place"] },
    EncryptedField { table: "booking_reasons", reference: "id", columns: &["why"] },
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
    EncryptedField { table: "missed_searches", reference: "query_hash", columns: &["query"] },
    EncryptedField { table: "suppressions", reference: "address_hash", columns: &["lifted_why"] },
    EncryptedField {
        table: "corrections",
        reference: "reference",
        columns: &["name", "email", "words", "answer"],
    },
];

/// Values of each column that are asked which key encrypted them.
const SAMPLE: usize = 3;

/// How many fields were encrypted anew, and how many do not open with any key and stay as they are.
#[derive(Default, Debug, PartialEq)]
pub struct Reencrypted {
    pub fields: usize,
    pub unreadable: usize,
}

/// False when there are encrypted values and none of those looked at was encrypted with one of these keys.
pub async fn is_key_of(database: &Database, cipher: &Cipher) -> sqlx::Result<bool> {
    let mut any = false;
    for EncryptedField { table, columns, .. } in ENCRYPTED_FIELDS {
        for column in *columns {
            let some = format!("select {column} from {table} where {column} is not null limit {SAMPLE}");
            let values: Vec<Vec<u8>> =
                sqlx::query_scalar(AssertSqlSafe(some)).fetch_all(database.readers()).await?;
            let ours: Vec<bool> = values.iter().filter_map(|value| cipher.has_key_of(value)).collect();
            if ours.contains(&true) {
                return Ok(true);
            }
            any |= !ours.is_empty();
        }
    }
    Ok(!any)
}

/// One transaction: all fields or none.
pub async fn rotate_key(
    database: &Database,
    cipher: &std::sync::Arc<Cipher>,
    work: &LongWork,
) -> sqlx::Result<Reencrypted> {
    let (cipher, work) = (cipher.clone(), work.clone());
    database
        .write(move |connection| {
            Box::pin(async move {
                let mut all = Reencrypted::default();
                let (mut looked_at, values) = (0, count_values(connection).await?);
                let tell = |looked_at| work.at("encrypting with the new key", looked_at, values);
                tell(0);
                for encrypted in ENCRYPTED_FIELDS {
                    for column in encrypted.columns {
                        let one = reencrypt_column(connection, &cipher, encrypted, column, || {
                            looked_at += 1;
                            tell(looked_at);
                        })
                        .await?;
                        all.fields += one.fields;
                        all.unreadable += one.unreadable;
                    }
                }
                tell(values);
                Ok(all)
            })
        })
        .await
}

/// How many encrypted values there are; 1 where there are none.
async fn count_values(connection: &mut Connection) -> sqlx::Result<u64> {
    let mut all = 0;
    for EncryptedField { table, columns, .. } in ENCRYPTED_FIELDS {
        for column in *columns {
            let count = AssertSqlSafe(format!("select count({column}) from {table}"));
            all += sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *connection).await?;
        }
    }
    Ok(u64::try_from(all).unwrap_or(0).max(1))
}

async fn reencrypt_column(
    connection: &mut Connection,
    cipher: &Cipher,
    encrypted: &EncryptedField,
    column: &'static str,
    mut looked_at_one: impl FnMut(),
) -> sqlx::Result<Reencrypted> {
    // Names of tables and columns cannot be bound; these come from the list above.
    let EncryptedField { table, reference, .. } = encrypted;
    let find = format!("select {reference}, {column} from {table} where {column} is not null");
    let save = format!("update {table} set {column} = $2 where {reference} = $1");
    let rows = sqlx::query(AssertSqlSafe(find)).fetch_all(&mut *connection).await?;
    let mut done = Reencrypted::default();
    for row in rows {
        looked_at_one();
        let (reference, value): (String, Vec<u8>) = (row.try_get(0)?, row.try_get(1)?);
        if cipher.is_current(&value) {
            continue;
        }
        let place = FieldId { table, reference: &reference, column };
        let Ok(plain) = cipher.decrypt_bytes(place, &value) else {
            done.unreadable += 1;
            continue;
        };
        let again = cipher.encrypt_bytes(place, &plain);
        sqlx::query(AssertSqlSafe(save.clone()))
            .bind(&reference)
            .bind(again)
            .execute(&mut *connection)
            .await?;
        done.fields += 1;
    }
    Ok(done)
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
