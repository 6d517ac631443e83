//! The SQL of finding and erasing what is held about one person, in whatever table it stands.
//!
//! The list of encrypted columns (`key_rotation::ENCRYPTED_FIELDS`) says where personal data is, and a test holds that list complete:
//! a new table is found here without another line.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Column, Row, TypeInfo, ValueRef};

use crate::desk::data_rights::person::DataSubject;
use crate::desk::data_rights::rows::{NearMatch, PersonalRecord, PersonalRow, Receipt, Value, kind};
use crate::storage::counted_time::is_over;
use crate::storage::database::{Connection, Readers};
use crate::storage::encryption::{Cipher, FieldId};
use crate::storage::key_rotation::{ENCRYPTED_FIELDS, EncryptedField};
use crate::storage::next_change::next_change;
use crate::storage::readable::{MaybeText, StoredText};

/// Columns that say who a row is about.
const KNOWN_BY: &[&str] = &["email", "phone", "recipient"];
/// Tables that hold references and nothing about a person, or must outlast them.
const NOT_ABOUT_PERSONS: &[&str] = &["audit", "submissions", "erasures"];
/// Columns that say nothing to a person, or are about a colleague.
const TECHNICAL: &[&str] = &[
    "row_number",
    "rowid",
    "id",
    "letter",
    "message",
    "message_id",
    "leased_until",
    "data_sent_at",
    "attempts",
    "uncertain",
    "topic",
    "tries",
    "tried_for",
    "changed_at",
    "sequence",
    "revision",
    "token",
    "staff_id",
    "owner_id",
    "clinician_id",
    "clinician",
    "event_id",
    "settled_by",
    "followed_by",
];
const AT_ONCE: i64 = 1000;

/// What rows of one table say about whose they are.
#[derive(Default)]
struct Keys {
    /// Key and reference of each.
    exact: Vec<(String, String)>,
    near: Vec<(String, String)>,
    unopened: Vec<(String, String)>,
}

pub async fn find(
    readers: &Readers,
    cipher: &Cipher,
    person: &DataSubject,
    ticked: &[String],
) -> sqlx::Result<PersonalRecord> {
    let mut found = PersonalRecord::default();
    let mut near: Vec<PersonalRow> = Vec::new();
    for encrypted in
        ENCRYPTED_FIELDS.iter().filter(|encrypted| encrypted.columns.iter().any(|c| KNOWN_BY.contains(c)))
    {
        let EncryptedField { table, reference: by, .. } = encrypted;
        let keys = keys_of(readers, cipher, encrypted, person).await?;
        for (key, _) in keys.exact {
            found.held.extend(rows(readers, cipher, table, by, &key, true).await?);
        }
        for (key, _) in keys.near {
            near.extend(rows(readers, cipher, table, by, &key, true).await?);
        }
        found.unopened.extend(keys.unopened.iter().map(|(_, of)| format!("{} {of}", kind(table))));
    }
    found.unopened.dedup();
    near.extend(merged_rows(readers, cipher, &found.held).await?);
    // A mail to nearly the same address about something that is theirs belongs to it.
    // A mail to nearly the same address about something that is theirs belongs to it.
    near.retain(|row| !found.held.iter().any(|held| held.reference == row.reference));
    for row in &near {
        if !found.near.iter().any(|known| known.reference == row.reference) {
            let ticked = ticked.contains(&row.reference);
            found.near.push(NearMatch { reference: row.reference.clone(), words: row.in_words(), ticked });
        }
    }
    found.held.extend(near.into_iter().filter(|row| ticked.contains(&row.reference)));
    add_what_belongs(readers, cipher, &mut found.held).await?;
    Ok(found)
}

/// Requests that staff merged into one that is held. Who shares a phone may be merged, and is not the same person.
async fn merged_rows(
    readers: &Readers,
    cipher: &Cipher,
    held: &[PersonalRow],
) -> sqlx::Result<Vec<PersonalRow>> {
    let mut merged = Vec::new();
    for own in held.iter().filter(|row| row.table == "consultations") {
        merged.extend(rows(readers, cipher, "consultations", "merged_into", &own.key, true).await?);
    }
    Ok(merged)
}

/// Rows that hold the reference of one that is held.
async fn add_what_belongs(
    readers: &Readers,
    cipher: &Cipher,
    held: &mut Vec<PersonalRow>,
) -> sqlx::Result<()> {
    let references: Vec<String> =
        held.iter().filter(|row| row.reference == row.key).map(|row| row.key.clone()).collect();
    for table in tables_with_references(readers).await? {
        for reference in &references {
            for row in rows(readers, cipher, &table, "reference", reference, false).await? {
                if !held.iter().any(|one| one.table == row.table && one.key == row.key) {
                    held.push(row);
                }
            }
        }
    }
    Ok(())
}

/// The keys of the rows of a table whose encrypted address or number is this person's, or nearly.
async fn keys_of(
    readers: &Readers,
    cipher: &Cipher,
    encrypted: &EncryptedField,
    person: &DataSubject,
) -> sqlx::Result<Keys> {
    let EncryptedField { table, reference, columns } = *encrypted;
    let known_by: Vec<&'static str> = columns.iter().copied().filter(|c| KNOWN_BY.contains(c)).collect();
    let find = format!(
        "select rowid, {reference}, reference, {} from {table} where rowid > $1 order by rowid limit {AT_ONCE}",
        known_by.join(", ")
    );
    let (mut keys, mut last) = (Keys::default(), i64::MIN);
    loop {
        let rows = sqlx::query(AssertSqlSafe(find.clone())).bind(last).fetch_all(readers).await?;
        for row in &rows {
            let key = String::from(row.try_get::<StoredText, _>(1)?);
            let (mut exact, mut near, mut unopened) = (false, false, false);
            for (at, column) in known_by.iter().enumerate() {
                let Some(value) = row.try_get::<Option<Vec<u8>>, _>(at + 3)? else { continue };
                match cipher.decrypt(FieldId { table, reference: &key, column }, &value) {
                    Ok(value) => {
                        exact |= person.is(column, &value);
                        near |= person.is_near(column, &value);
                    }
                    Err(_) => unopened = true,
                }
            }
            let known = (key, row.try_get::<StoredText, _>(2)?.into());
            match (exact, near, unopened) {
                (true, _, _) => keys.exact.push(known),
                (false, true, _) => keys.near.push(known),
                (false, false, true) => keys.unopened.push(known),
                (false, false, false) => {}
            }
        }
        match rows.last() {
            Some(row) => last = row.try_get(0)?,
            None => return Ok(keys),
        }
    }
}

/// Whole rows of a table that a column names, opened.
async fn rows(
    readers: &Readers,
    cipher: &Cipher,
    table: &str,
    by: &str,
    value: &str,
    own: bool,
) -> sqlx::Result<Vec<PersonalRow>> {
    let find = format!("select rowid as row_number, * from {table} where {by} = $1 order by rowid");
    let rows = sqlx::query(AssertSqlSafe(find)).bind(value).fetch_all(readers).await?;
    rows.iter().map(|row| open(cipher, table, row, own)).collect()
}

fn open(cipher: &Cipher, table: &str, row: &AnyRow, own: bool) -> sqlx::Result<PersonalRow> {
    let encrypted = ENCRYPTED_FIELDS.iter().find(|encrypted| encrypted.table == table);
    let key = match encrypted {
        Some(encrypted) => row.try_get::<StoredText, _>(encrypted.reference)?.into(),
        None => row.try_get::<i64, _>("row_number")?.to_string(),
    };
    let mut fields = Vec::new();
    for column in row.columns().iter().filter(|column| !is_technical(column.name())) {
        let name = column.name();
        let raw = row.try_get_raw(column.ordinal())?;
        let value = match (raw.is_null(), raw.type_info().name()) {
            (true, _) => continue,
            (_, "BIGINT") if name.ends_with("_at") => Value::Moment(row.try_get(name)?),
            (_, "BIGINT") => Value::Number(row.try_get(name)?),
            (_, "TEXT") => Value::Text(without_colleague(row.try_get::<StoredText, _>(name)?.into())),
            (_, "BLOB") => {
                match encrypted.and_then(|known| Some((known, known.columns.iter().find(|c| **c == name)?))) {
                    Some((known, column)) => {
                        let place = FieldId { table: known.table, reference: &key, column };
                        let opened = cipher.decrypt(place, row.try_get(name)?);
                        Value::Text(opened.unwrap_or_else(|_| "cannot be opened".to_owned()))
                    }
                    None => continue,
                }
            }
            _ => continue,
        };
        fields.push((name.to_owned(), value));
    }
    let reference = row.try_get("reference").unwrap_or_default();
    Ok(PersonalRow { table: table.to_owned(), key, reference, own, fields })
}

/// Which colleague it was is not about the person.
fn without_colleague(text: String) -> String {
    let number = text.strip_prefix("staff:").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()));
    if number { "staff".to_owned() } else { text }
}

fn is_technical(name: &str) -> bool {
    TECHNICAL.contains(&name) || ["_hash", "_by"].iter().any(|ending| name.ends_with(ending))
}

async fn tables_with_references(readers: &Readers) -> sqlx::Result<Vec<String>> {
    let tables = readers.acquire().await?.tables_with("reference").await?;
    Ok(tables.into_iter().filter(|table| !NOT_ABOUT_PERSONS.contains(&table.as_str())).collect())
}

/// Erases one row of a person, and what belongs to it. Of a report a count stays, of a complaint its dates.
pub async fn erase(connection: &mut Connection, row: &PersonalRow) -> sqlx::Result<()> {
    let key_column = ENCRYPTED_FIELDS
        .iter()
        .find(|encrypted| encrypted.table == row.table)
        .map_or("cast(rowid as text)", |s| s.reference);
    if row.reference == row.key {
        let others = connection.tables_with("reference").await?;
        let kept = [row.table.as_str(), "audit", "erasures"];
        for table in others.iter().filter(|table| !kept.contains(&table.as_str())) {
            let delete = format!("delete from {table} where reference = $1");
            sqlx::query(AssertSqlSafe(delete)).bind(&row.key).execute(&mut *connection).await?;
        }
    }
    let erase = match row.table.as_str() {
        "reports" => "update reports set name = null, email = null, content_hash = null, \
             state = 'forgotten' where reference = $1"
            .to_owned(),
        "complaints" => {
            concat!(
                "update complaints set name = null, email = null, phone = null, words = null, outcome = null, sign = '', \
                 changed_at = ",
                next_change!("changed_at", "0"),
                ", ended_at = coalesce(ended_at, unixepoch()) where reference = $1"
            )
            .to_owned()
        }
        table => format!("delete from {table} where {key_column} = $1"),
    };
    sqlx::query(AssertSqlSafe(erase)).bind(&row.key).execute(connection).await?;
    Ok(())
}

pub async fn insert_proof(
    connection: &mut Connection,
    reference: &str,
    now: i64,
    staff: Option<i64>,
    person_hash: &str,
    what: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into erasures (reference, happened_at, staff_id, person_hash, what) values ($1, $2, $3, $4, $5)",
    )
    .bind(reference)
    .bind(now)
    .bind(staff)
    .bind(person_hash)
    .bind(what)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn proof(readers: &Readers, reference: &str) -> sqlx::Result<Receipt> {
    let (happened_at, who, what): (i64, MaybeText, StoredText) = sqlx::query_as(
        "select happened_at, staff.name, what from erasures left join staff on staff.id = erasures.staff_id \
         where reference = $1",
    )
    .bind(reference)
    .fetch_one(readers)
    .await?;
    let what = String::from(what).lines().map(str::to_owned).collect();
    Ok(Receipt { reference: reference.to_owned(), happened_at, who: who.into(), what })
}

/// References and times of the latest proofs.
pub async fn proofs(readers: &Readers, most: i64) -> sqlx::Result<Vec<(String, i64)>> {
    let all: Vec<(StoredText, i64)> = sqlx::query_as(
        "select reference, happened_at from erasures order by happened_at desc, rowid desc limit $1",
    )
    .bind(most)
    .fetch_all(readers)
    .await?;
    Ok(all.into_iter().map(|(reference, at)| (reference.into(), at)).collect())
}

pub async fn forget(connection: &mut Connection, before: i64) -> sqlx::Result<()> {
    // The database itself keeps each proof for as long as the clock says.
    sqlx::query(AssertSqlSafe(format!(
        "delete from erasures where happened_at < $1 and {}",
        is_over("happened_at")
    )))
    .bind(before)
    .execute(connection)
    .await?;
    Ok(())
}
