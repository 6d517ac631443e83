//! The SQL of signatures under pages, and nothing else.

use jiff::civil::Date;

use crate::library::signatures::signature::{NewSignature, Signature};
use crate::library::signatures::signed_text::hash_of;
use crate::storage::database::{Connection, Readers};
use crate::storage::readable::{StoredText, UNREADABLE};

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    #[sqlx(try_from = "StoredText")]
    slug: String,
    #[sqlx(try_from = "StoredText")]
    text_hash: String,
    #[sqlx(try_from = "StoredText")]
    name: String,
    #[sqlx(try_from = "StoredText")]
    role: String,
    #[sqlx(try_from = "StoredText")]
    registration: String,
    #[sqlx(try_from = "StoredText")]
    signed_on: String,
    staff_id: Option<i64>,
}

impl Row {
    /// Nothing when a part is damaged: a page does not call itself reviewed by somebody whose name cannot be read.
    fn read(self) -> Option<Signature> {
        let Row { id, slug, text_hash, name, role, registration, signed_on, staff_id } = self;
        if [&name, &role, &registration].into_iter().any(|part| part == UNREADABLE) {
            return None;
        }
        let signed_on: Date = signed_on.parse().ok()?;
        Some(Signature { id, slug, text_hash, name, role, registration, signed_on, staff_id })
    }
}

/// Every signature, the newest first.
pub async fn all(readers: &Readers) -> sqlx::Result<Vec<Signature>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select id, slug, text_hash, name, role, registration, signed_on, staff_id from page_signatures \
         order by signed_on desc, id desc",
    )
    .fetch_all(readers)
    .await?;
    Ok(rows.into_iter().filter_map(Row::read).collect())
}

/// The words of a signature.
pub async fn signed_text(readers: &Readers, id: i64) -> sqlx::Result<String> {
    let text: StoredText = sqlx::query_scalar("select signed_text from page_signatures where id = $1")
        .bind(id)
        .fetch_one(readers)
        .await?;
    Ok(text.into())
}

/// The name, role and registration with which a member of staff signed last.
pub async fn last_of(readers: &Readers, staff_id: i64) -> sqlx::Result<Option<[String; 3]>> {
    let last: Option<(StoredText, StoredText, StoredText)> = sqlx::query_as(
        "select name, role, registration from page_signatures where staff_id = $1 order by id desc limit 1",
    )
    .bind(staff_id)
    .fetch_optional(readers)
    .await?;
    Ok(last.map(|(name, role, registration)| [name.into(), role.into(), registration.into()]))
}

/// False when the same person has signed the same words already: by their account, or by name and registration.
pub async fn insert(connection: &mut Connection, new: &NewSignature) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "insert into page_signatures (slug, text_hash, signed_text, name, role, registration, signed_on, staff_id) \
         select $1, $2, $3, $4, $5, $6, $7, $8 where $8 is null or not exists (select 1 from page_signatures
           where slug = $1 and text_hash = $2 and staff_id = $8) on conflict do nothing",
    )
    .bind(&new.slug)
    .bind(hash_of(&new.text))
    .bind(&new.text)
    .bind(&new.name)
    .bind(&new.role)
    .bind(&new.registration)
    .bind(new.signed_on.to_string())
    .bind(new.staff_id)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// False when it is gone already.
pub async fn remove(connection: &mut Connection, id: i64) -> sqlx::Result<bool> {
    let done = sqlx::query("delete from page_signatures where id = $1").bind(id).execute(connection).await?;
    Ok(done.rows_affected() == 1)
}
