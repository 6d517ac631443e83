//! The SQL of corrections, and nothing else.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;

use crate::patients::corrections::correction::Correction;
use crate::signs::Kind;
use crate::storage::clock::seconds;
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::Cipher;
use crate::storage::next_change::next_change;
use crate::storage::readable::{Flag, MaybeText, StoredText, or_unreadable};

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(try_from = "StoredText")]
    reference: String,
    created_at: i64,
    changed_at: i64,
    answered_at: Option<i64>,
    #[sqlx(try_from = "StoredText")]
    about: String,
    #[sqlx(try_from = "StoredText")]
    version: String,
    name: Option<Vec<u8>>,
    email: Option<Vec<u8>>,
    words: Option<Vec<u8>>,
    answer: Option<Vec<u8>>,
    #[sqlx(try_from = "MaybeText")]
    sign: Option<String>,
}

const TABLE: &str = "corrections";

impl Row {
    /// A field that was erased is empty. One that cannot be read says so.
    fn open(self, cipher: &Cipher) -> Correction {
        let row = cipher.row(TABLE, &self.reference);
        let read = |column, stored: &Option<Vec<u8>>| or_unreadable(row.decrypt(column, stored));
        Correction {
            name: read("name", &self.name),
            email: read("email", &self.email),
            words: read("words", &self.words),
            answer: read("answer", &self.answer),
            sign: Kind::of_word(self.sign),
            answered_at: self.answered_at,
            created_at: self.created_at,
            changed_at: self.changed_at,
            about: self.about,
            version: self.version,
            reference: self.reference,
        }
    }
}

pub async fn insert(
    connection: &mut Connection,
    cipher: &Cipher,
    correction: &Correction,
    key_hash: &str,
) -> sqlx::Result<()> {
    let row = cipher.row(TABLE, &correction.reference);
    sqlx::query(
        "insert into corrections (reference, key_hash, state, created_at, changed_at, about, version, name, \
         email, words, sign) values ($1, $2, 'open', $3, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&correction.reference)
    .bind(key_hash)
    .bind(correction.created_at)
    .bind(&correction.about)
    .bind(&correction.version)
    .bind(row.encrypt("name", &correction.name))
    .bind(row.encrypt("email", &correction.email))
    .bind(row.encrypt("words", &correction.words))
    .bind(Kind::word(correction.sign))
    .execute(connection)
    .await?;
    Ok(())
}

/// True when this key already made one.
pub async fn submitted(connection: &mut Connection, key_hash: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select 1 from corrections where key_hash = $1)")
        .bind(key_hash)
        .fetch_one(connection)
        .await
        .map(|flag: Flag| flag.into())
}

/// What a key made.
pub async fn find_by_key(readers: &Readers, cipher: &Cipher, key_hash: &str) -> sqlx::Result<Correction> {
    let row: Row = sqlx::query_as("select * from corrections where key_hash = $1")
        .bind(key_hash)
        .fetch_one(readers)
        .await?;
    Ok(row.open(cipher))
}

pub async fn find(readers: &Readers, cipher: &Cipher, reference: &str) -> sqlx::Result<Correction> {
    let row: Row = sqlx::query_as("select * from corrections where reference = $1")
        .bind(reference)
        .fetch_one(readers)
        .await?;
    Ok(row.open(cipher))
}

/// Open ones first, the oldest first. Without what is encrypted.
pub async fn list(readers: &Readers, cipher: &Cipher, most: i64) -> sqlx::Result<Vec<Correction>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select reference, created_at, changed_at, answered_at, about, version, null as name, \
         null as email, null as words, null as answer, sign from corrections order by state = 'answered', \
         case when state = 'open' then created_at else cast(-answered_at as bigint) end limit $1",
    )
    .bind(most)
    .fetch_all(readers)
    .await?;
    Ok(rows.into_iter().map(|row| row.open(cipher)).collect())
}

/// Those of one page that nobody has answered, the oldest first.
pub async fn open_about(readers: &Readers, cipher: &Cipher, about: &str) -> sqlx::Result<Vec<Correction>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select * from corrections where about = $1 and state = 'open' order by created_at limit 50",
    )
    .bind(about)
    .fetch_all(readers)
    .await?;
    Ok(rows.into_iter().map(|row| row.open(cipher)).collect())
}

/// True when nobody changed it since `seen_at`.
pub async fn answer(
    connection: &mut Connection,
    cipher: &Cipher,
    reference: &str,
    words: &str,
    seen_at: i64,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let changed = sqlx::query(concat!(
        "update corrections set state = 'answered', answer = $2, answered_at = $4, \
         changed_at = ",
        next_change!("changed_at", "$4"),
        " where reference = $1 and changed_at = $3"
    ))
    .bind(reference)
    .bind(cipher.row(TABLE, reference).encrypt("answer", words))
    .bind(seen_at)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Erases what was answered before `before`, whole.
pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<u64> {
    let gone =
        sqlx::query(AssertSqlSafe(format!("delete from corrections where {}", is_over("answered_at"))))
            .bind(before)
            .execute(connection)
            .await?;
    Ok(gone.rows_affected())
}
