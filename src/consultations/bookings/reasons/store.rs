//! The SQL of why odd bookings were made all the same, and nothing else.

use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::{Cipher, random_token};
use crate::storage::readable::{StoredText, or_unreadable};

const TABLE: &str = "booking_reasons";

/// Adds why to the last line of a request's history.
pub async fn insert(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    why: &str,
) -> sqlx::Result<()> {
    let id = random_token();
    sqlx::query(
        "insert into booking_reasons (id, reference, event_id, why) \
         values ($1, $2, (select max(id) from consultation_events where reference = $2), $3)",
    )
    .bind(&id)
    .bind(reference)
    .bind(cipher.row(TABLE, &id).encrypt("why", why))
    .execute(connection)
    .await?;
    Ok(())
}

/// For each line of a request's history that has one: its number, and why.
pub async fn of(readers: &Readers, cipher: &Cipher, reference: &str) -> sqlx::Result<Vec<(i64, String)>> {
    let rows: Vec<(StoredText, i64, Option<Vec<u8>>)> =
        sqlx::query_as("select id, event_id, why from booking_reasons where reference = $1")
            .bind(reference)
            .fetch_all(readers)
            .await?;
    let open = |(id, event, why): (StoredText, i64, Option<Vec<u8>>)| {
        (event, or_unreadable(cipher.row(TABLE, &String::from(id)).decrypt("why", &why)))
    };
    Ok(rows.into_iter().map(open).collect())
}
