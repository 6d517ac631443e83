//! The SQL of mistakes that readers told of, and nothing else.

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqlitePool};

use crate::patients::corrections::Mistake;
use crate::storage::clock::seconds;
use crate::storage::encryption::{Cipher, FieldId};

#[derive(sqlx::FromRow)]
struct Row {
    reference: String,
    created_at: i64,
    changed_at: i64,
    answered_at: Option<i64>,
    about: String,
    version: String,
    suspect: bool,
    name: Option<Vec<u8>>,
    email: Option<Vec<u8>>,
    words: Option<Vec<u8>>,
    answer: Option<Vec<u8>>,
}

fn place<'a>(reference: &'a str, column: &'static str) -> FieldId<'a> {
    FieldId { table: "mistakes", reference, column }
}

impl Row {
    fn open(self, cipher: &Cipher) -> sqlx::Result<Mistake> {
        let open = |column, sealed: &Option<Vec<u8>>| match sealed {
            Some(sealed) => cipher.decrypt(place(&self.reference, column), sealed),
            None => Ok(String::new()),
        };
        Ok(Mistake {
            name: open("name", &self.name)?,
            email: open("email", &self.email)?,
            words: open("words", &self.words)?,
            answer: open("answer", &self.answer)?,
            answered_at: self.answered_at,
            created_at: self.created_at,
            changed_at: self.changed_at,
            about: self.about,
            version: self.version,
            suspect: self.suspect,
            reference: self.reference,
        })
    }
}

pub async fn insert(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    mistake: &Mistake,
    key_hash: &str,
) -> sqlx::Result<()> {
    let encrypt = |column, text: &str| cipher.encrypt(place(&mistake.reference, column), text);
    sqlx::query(
        "insert into mistakes (reference, key_hash, state, created_at, changed_at, about, version, suspect, name, \
         email, words) values ($1, $2, 'open', $3, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&mistake.reference)
    .bind(key_hash)
    .bind(mistake.created_at)
    .bind(&mistake.about)
    .bind(&mistake.version)
    .bind(mistake.suspect)
    .bind(encrypt("name", &mistake.name))
    .bind(encrypt("email", &mistake.email))
    .bind(encrypt("words", &mistake.words))
    .execute(connection)
    .await?;
    Ok(())
}

/// True when this key already made one.
pub async fn submitted(connection: &mut SqliteConnection, key_hash: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select 1 from mistakes where key_hash = $1)")
        .bind(key_hash)
        .fetch_one(connection)
        .await
}

/// The reference and the page of what a key made.
pub async fn find_by_key(readers: &SqlitePool, key_hash: &str) -> sqlx::Result<(String, String)> {
    sqlx::query_as("select reference, about from mistakes where key_hash = $1")
        .bind(key_hash)
        .fetch_one(readers)
        .await
}

pub async fn find(readers: &SqlitePool, cipher: &Cipher, reference: &str) -> sqlx::Result<Mistake> {
    let row: Row = sqlx::query_as("select * from mistakes where reference = $1")
        .bind(reference)
        .fetch_one(readers)
        .await?;
    row.open(cipher)
}

/// Open ones first, the oldest first; spam last. Without the words and who wrote them, which no list shows.
pub async fn list(readers: &SqlitePool, cipher: &Cipher, most: i64) -> sqlx::Result<Vec<Mistake>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select reference, created_at, changed_at, answered_at, about, version, suspect, null as name, \
         null as email, null as words, null as answer from mistakes order by state = 'answered', suspect, \
         case when state = 'open' then created_at else -answered_at end limit $1",
    )
    .bind(most)
    .fetch_all(readers)
    .await?;
    rows.into_iter().map(|row| row.open(cipher)).collect()
}

/// True when nobody changed it since `seen_at`.
pub async fn answer(
    connection: &mut SqliteConnection,
    cipher: &Cipher,
    reference: &str,
    words: &str,
    seen_at: i64,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let changed = sqlx::query(
        "update mistakes set state = 'answered', answer = $2, answered_at = $4, \
         changed_at = max(changed_at + 1, $4) where reference = $1 and changed_at = $3",
    )
    .bind(reference)
    .bind(cipher.encrypt(place(reference, "answer"), words))
    .bind(seen_at)
    .bind(seconds(now))
    .execute(connection)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Erases what was answered before `before`, whole.
pub async fn forget(connection: &mut SqliteConnection, before: i64) -> sqlx::Result<u64> {
    let gone =
        sqlx::query("delete from mistakes where answered_at < $1").bind(before).execute(connection).await?;
    Ok(gone.rows_affected())
}
