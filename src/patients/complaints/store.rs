//! The SQL of complaints, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::patients::complaints::complaint::Complaint;
use crate::signs::Kind;
use crate::storage::clock::seconds;
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::Cipher;
use crate::storage::next_change::next_change;
use crate::storage::readable::{MaybeText, StoredText, UNREADABLE, or_unreadable};

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "StoredText")]
    reference: String,
    created_at: i64,
    due_at: i64,
    acknowledged_at: Option<i64>,
    ended_at: Option<i64>,
    changed_at: i64,
    name: Option<Vec<u8>>,
    email: Option<Vec<u8>>,
    phone: Option<Vec<u8>>,
    words: Option<Vec<u8>>,
    outcome: Option<Vec<u8>>,
    #[sqlx(try_from = "MaybeText")]
    sign: Option<String>,
}

impl Row {
    /// In the list stands who wrote it, and that a part of it cannot be read.
    fn open_for_list(self, cipher: &Cipher) -> Complaint {
        let mut complaint = self.open(cipher);
        if complaint.name == UNREADABLE {
            complaint.name = "This complaint cannot be opened".to_owned();
        }
        complaint
    }

    /// A field that was erased is empty. One that cannot be read says so.
    fn open(self, cipher: &Cipher) -> Complaint {
        let row = cipher.row(TABLE, &self.reference);
        let read = |column, stored: &Option<Vec<u8>>| or_unreadable(row.decrypt(column, stored));
        Complaint {
            created_at: self.created_at,
            due_at: self.due_at,
            acknowledged_at: self.acknowledged_at,
            ended_at: self.ended_at,
            changed_at: self.changed_at,
            name: read("name", &self.name),
            email: read("email", &self.email),
            phone: read("phone", &self.phone),
            words: read("words", &self.words),
            outcome: read("outcome", &self.outcome),
            sign: Kind::of_word(self.sign),
            reference: self.reference,
        }
    }
}

const TABLE: &str = "complaints";

pub async fn insert(
    connection: &mut Connection,
    cipher: &Cipher,
    complaint: &Complaint,
    key_hash: &str,
) -> sqlx::Result<()> {
    let row = cipher.row(TABLE, &complaint.reference);
    sqlx::query(
        "insert into complaints (reference, key_hash, created_at, due_at, changed_at, name, email, phone, \
         words, sign) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(&complaint.reference)
    .bind(key_hash)
    .bind(complaint.created_at)
    .bind(complaint.due_at)
    .bind(complaint.changed_at)
    .bind(row.encrypt("name", &complaint.name))
    .bind(row.encrypt("email", &complaint.email))
    .bind(row.encrypt("phone", &complaint.phone))
    .bind(row.encrypt("words", &complaint.words))
    .bind(Kind::word(complaint.sign))
    .execute(connection)
    .await?;
    Ok(())
}

/// The reference that this key made, if it made one.
pub async fn find_reference(connection: &mut Connection, key_hash: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar("select reference from complaints where key_hash = $1")
        .bind(key_hash)
        .fetch_optional(connection)
        .await
}

/// What a key made.
pub async fn find_by_key(readers: &Readers, cipher: &Cipher, key_hash: &str) -> sqlx::Result<Complaint> {
    let row: Row = sqlx::query_as("select * from complaints where key_hash = $1")
        .bind(key_hash)
        .fetch_one(readers)
        .await?;
    Ok(row.open(cipher))
}

/// Open ones first, by the day they are due; then the closed ones, the latest first. With the name alone of what is
/// encrypted.
pub async fn all(readers: &Readers, cipher: &Cipher, most: i64) -> sqlx::Result<Vec<Complaint>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select reference, created_at, due_at, acknowledged_at, ended_at, changed_at, name, null as email, \
         null as phone, null as words, null as outcome, sign from complaints order by ended_at is not null, ended_at desc, \
         acknowledged_at is not null, due_at limit $1",
    )
    .bind(most)
    .fetch_all(readers)
    .await?;
    Ok(rows.into_iter().map(|row| row.open_for_list(cipher)).collect())
}

pub async fn find(readers: &Readers, cipher: &Cipher, reference: &str) -> sqlx::Result<Complaint> {
    let row: Row = sqlx::query_as("select * from complaints where reference = $1")
        .bind(reference)
        .fetch_one(readers)
        .await?;
    Ok(row.open(cipher))
}

/// False when it was changed since, acknowledged before, or is closed.
pub async fn acknowledge(
    connection: &mut Connection,
    reference: &str,
    seen_at: i64,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let moved = sqlx::query(concat!(
        "update complaints set acknowledged_at = $3, changed_at = ",
        next_change!("changed_at", "$3"),
        " \
         where reference = $1 and changed_at = $2 and acknowledged_at is null and ended_at is null"
    ))
    .bind(reference)
    .bind(seen_at)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// False when it was changed since, or is closed.
pub async fn close(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    outcome: &str,
    seen_at: i64,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let moved = sqlx::query(concat!(
        "update complaints set ended_at = $4, outcome = $3, changed_at = ",
        next_change!("changed_at", "$4"),
        " \
         where reference = $1 and changed_at = $2 and ended_at is null"
    ))
    .bind(reference)
    .bind(seen_at)
    .bind(cipher.row(TABLE, reference).encrypt("outcome", outcome))
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() == 1)
}

/// Erases complaints that were closed before `before`, whole.
pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<u64> {
    let gone = sqlx::query(AssertSqlSafe(format!("delete from complaints where {}", is_over("ended_at"))))
        .bind(before)
        .execute(connection)
        .await?;
    Ok(gone.rows_affected())
}
