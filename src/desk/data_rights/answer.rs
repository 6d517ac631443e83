//! Answers a person: finds what we hold about them, gives it as a file, and erases it with a proof.

use jiff::Timestamp;

use crate::consultations::merges;
use crate::desk::data_rights::person::DataSubject;
use crate::desk::data_rights::rows::{PersonalRecord, PersonalRow};
use crate::desk::data_rights::store;
use crate::mail;
use crate::staff::audit::store::insert as audit;
use crate::storage::clock::seconds;
use crate::storage::database::{Connection, Database};
use crate::storage::encryption::Cipher;
use crate::storage::erasure_log;
use crate::storage::erasure_log::ErasedThing;
use crate::storage::reference::reference;
use crate::web::error::Result;

/// Everything that we hold about a person. Of what is nearly theirs, only the references that they said are.
pub async fn find(
    database: &Database,
    cipher: &Cipher,
    person: &DataSubject,
    ticked: &[String],
) -> Result<PersonalRecord> {
    Ok(store::find(database.readers(), cipher, person, ticked).await?)
}

/// Writes down that someone took away what is held about a person: a line for each reference.
pub async fn note_taken(
    database: &Database,
    held: &[PersonalRow],
    staff: Option<i64>,
    now: Timestamp,
) -> Result<()> {
    let taken = references(held.iter());
    let write = database.write(move |connection| {
        Box::pin(async move {
            audit_each(connection, staff, now, "took a person’s data away as a file", &taken).await
        })
    });
    Ok(write.await?)
}

/// Erases everything that we hold about a person, and keeps a proof that says nothing about them.
pub async fn erase(
    database: &Database,
    cipher: &Cipher,
    person: &DataSubject,
    ticked: &[String],
    staff: Option<i64>,
    now: Timestamp,
) -> Result<String> {
    let PersonalRecord { held, unopened, .. } = find(database, cipher, person, ticked).await?;
    let erased = references(held.iter().filter(|row| !is_kept(row, &held)));
    let files = erased.clone();
    let own = held.iter().filter(|row| row.own && !is_kept(row, &held));
    let things: Vec<ErasedThing> = own.map(PersonalRow::as_erased).collect();
    let (proof, hash) = (reference("ER"), person.keyed_hash(cipher));
    let done = proof.clone();
    database
        .write(move |connection| {
            Box::pin(async move {
                for row in held.iter().filter(|row| row.own && !is_kept(row, &held)) {
                    if row.table == "consultations" {
                        merges::part_erased(connection, &row.key, now).await?;
                    }
                    store::erase(connection, row).await?;
                }
                let mut what = summary(&held);
                what.extend(unopened.iter().map(|one| format!("{one} could not be opened and was left")));
                store::insert_proof(connection, &proof, seconds(now), staff, &hash, &what.join("\n")).await?;
                audit_each(connection, staff, now, "erased on request", &erased).await?;
                audit(connection, staff, now, "erased a person’s data", &proof).await
            })
        })
        .await?;
    erasure_log::add_or_warn(database.condition().folder(), now, &things);
    mail::forget_files(database, files).await;
    database.truncate_log().await?;
    Ok(done)
}

/// What people know the things by that are a person's own.
fn references<'h>(held: impl Iterator<Item = &'h PersonalRow>) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for row in held.filter(|row| row.own && !row.reference.is_empty()) {
        if !known.contains(&row.reference) {
            known.push(row.reference.clone());
        }
    }
    known
}

async fn audit_each(
    connection: &mut Connection,
    staff: Option<i64>,
    now: Timestamp,
    what: &str,
    references: &[String],
) -> sqlx::Result<()> {
    for reference in references {
        audit(connection, staff, now, what, reference).await?;
    }
    Ok(())
}

/// True for a request that staff keep for a reason, and for what belongs to it: the law may ask for that.
fn is_kept(row: &PersonalRow, held: &[PersonalRow]) -> bool {
    let keeps = |one: &PersonalRow| one.fields.iter().any(|(name, _)| name == "held_at");
    held.iter().any(|one| one.reference == row.reference && keeps(one))
}

/// A line for each thing with a reference, and a count of the rest of each kind.
pub fn summary(held: &[PersonalRow]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut counted: Vec<(String, usize)> = Vec::new();
    for row in held {
        match counted.iter_mut().find(|(kind, _)| *kind == row.kind()) {
            _ if row.own && row.reference == row.key => {
                let kept = if is_kept(row, held) { ": kept for a reason, not erased" } else { "" };
                lines.push(format!("{} {}{kept}", row.kind(), row.reference));
            }
            Some((_, count)) => *count += 1,
            None => counted.push((row.kind(), 1)),
        }
    }
    lines.extend(counted.into_iter().map(|(kind, count)| format!("{kind}: {count}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::data_rights::rows::Value;

    #[test]
    fn a_request_that_is_kept_for_a_reason_is_not_erased_and_the_proof_says_so() {
        let row = |table: &str, key: &str, reference: &str, fields: Vec<(String, Value)>| PersonalRow {
            table: table.to_owned(),
            key: key.to_owned(),
            reference: reference.to_owned(),
            own: true,
            fields,
        };
        let held = [
            row("consultations", "BP-1", "BP-1", vec![("held_at".to_owned(), Value::Moment(1))]),
            row("outbox", "<1@x>", "BP-1", vec![]),
            row("consultations", "BP-2", "BP-2", vec![]),
        ];
        assert_eq!([0, 1, 2].map(|at| is_kept(&held[at], &held)), [true, true, false]);
        assert!(summary(&held)[0].contains("kept for a reason") && !summary(&held)[1].contains("kept"));
    }
}
