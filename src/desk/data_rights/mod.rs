//! What one person may ask about their data: everything we hold, as a file, and its erasure with a proof.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::consultations::queue_index::national;
use crate::mail;
use crate::staff::audit::store::insert as audit;
use crate::storage::clock::seconds;
use crate::storage::database::Database;
use crate::storage::encryption::Cipher;
use crate::storage::reference::reference;
use crate::web::error::Result;
use crate::web::form;
use crate::web::form::{email, one_line};

pub mod file;
pub mod pages;
pub mod store;

/// Numbers that end alike may be one: British ones have 10 digits behind the country's code or the 0.
const DIGITS_COMPARED: usize = 10;

/// Who asks: known by an address or a number.
#[derive(Clone, Debug, PartialEq)]
pub enum Person {
    /// In lower case. With a dot or a tag more it may be someone else's.
    Email(String),
    /// The digits without what stands for the country.
    Phone(String),
}

/// What is held about a person, and what may be.
#[derive(Default)]
pub struct Found {
    /// Under exactly this address or number, and what was ticked of the rest.
    pub held: Vec<Held>,
    /// Under an address or number that is nearly the same: of the same person, or of another.
    pub near: Vec<Near>,
    /// What cannot be opened, so that nobody can say whose it is: its kind and reference.
    pub unopened: Vec<String>,
}

/// Something that only the person can say is theirs.
#[derive(Clone, Debug)]
pub struct Near {
    pub reference: String,
    /// Its kind, reference and state.
    pub words: String,
    /// They said that it is.
    pub ticked: bool,
}

/// One row that is about a person.
#[derive(Clone, Debug)]
pub struct Held {
    pub table: String,
    /// What the row is known by in its table.
    pub key: String,
    /// The reference that people know it by, or nothing.
    pub reference: String,
    /// Erased by itself; other rows go with the one that they belong to.
    pub own: bool,
    pub fields: Vec<(String, Value)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(i64),
    /// Seconds since 1970.
    Moment(i64),
}

/// What a proof of erasure says.
pub struct Receipt {
    pub reference: String,
    pub happened_at: i64,
    /// Name of who did it; nothing from the command line.
    pub who: Option<String>,
    pub what: Vec<String>,
}

impl Person {
    pub fn parse(typed: &str) -> std::result::Result<Person, String> {
        if typed.contains('@') {
            return Ok(Person::Email(email::check(typed)?.to_lowercase()));
        }
        if one_line(typed).is_empty() {
            return Err("Enter an email address or a phone number".to_owned());
        }
        Ok(Person::Phone(national(&form::phone(typed)?)))
    }

    /// True when an address or number that we hold is this person's.
    pub fn is(&self, column: &str, held: &str) -> bool {
        match self {
            Person::Email(email) => column != "phone" && held.to_lowercase() == *email,
            Person::Phone(digits) => column == "phone" && national(held) == *digits,
        }
    }

    /// True when an address or number that we hold may be this person's, or another's.
    pub fn is_near(&self, column: &str, held: &str) -> bool {
        match self {
            Person::Email(email) => column != "phone" && email::comparable(held) == email::comparable(email),
            Person::Phone(digits) => column == "phone" && last_digits(held) == last_digits(digits),
        }
    }

    fn mark(&self, cipher: &Cipher) -> String {
        let (Person::Email(text) | Person::Phone(text)) = self;
        cipher.mark("erased person", text)
    }
}

impl Held {
    pub fn kind(&self) -> String {
        kind(&self.table)
    }

    /// Its kind, reference and state: nothing of who it is about.
    pub fn in_words(&self) -> String {
        let ended = self.fields.iter().any(|(name, _)| name == "ended_at");
        let state = self.fields.iter().find_map(|(name, value)| match value {
            Value::Text(word) if name == "state" => Some(word.as_str()),
            _ => None,
        });
        let state = state.unwrap_or(if ended { "closed" } else { "open" });
        format!("{} {}: {state}", self.kind(), self.reference)
    }
}

/// What kind of thing a row of a table is, in words.
fn kind(table: &str) -> String {
    match table {
        "consultations" => "Consultation request".to_owned(),
        "consultation_events" => "History of a consultation request".to_owned(),
        "reports" => "Report by email".to_owned(),
        "outbox" => "Mail".to_owned(),
        "mistakes" => "Mistake on a page".to_owned(),
        "complaints" => "Complaint".to_owned(),
        other => label(other),
    }
}

/// Everything that we hold about a person. Of what is nearly theirs, only the references that they said are.
pub async fn find(database: &Database, cipher: &Cipher, person: &Person, ticked: &[String]) -> Result<Found> {
    Ok(store::find(database.readers(), cipher, person, ticked).await?)
}

/// Writes down that someone took away what is held about a person: a line for each reference.
pub async fn note_taken(
    database: &Database,
    held: &[Held],
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
    person: &Person,
    ticked: &[String],
    staff: Option<i64>,
    now: Timestamp,
) -> Result<String> {
    let Found { held, unopened, .. } = find(database, cipher, person, ticked).await?;
    let erased = references(held.iter().filter(|row| !is_kept(row, &held)));
    let files = erased.clone();
    let (proof, mark) = (reference("ER"), person.mark(cipher));
    let done = proof.clone();
    database
        .write(move |connection| {
            Box::pin(async move {
                for row in held.iter().filter(|row| row.own && !is_kept(row, &held)) {
                    store::erase(connection, row).await?;
                }
                let mut what = summary(&held);
                what.extend(unopened.iter().map(|one| format!("{one} could not be opened and was left")));
                store::insert_proof(connection, &proof, seconds(now), staff, &mark, &what.join("\n")).await?;
                audit_each(connection, staff, now, "erased on request", &erased).await?;
                audit(connection, staff, now, "erased a person’s data", &proof).await
            })
        })
        .await?;
    mail::forget_files(database, files).await;
    database.truncate_log().await?;
    Ok(done)
}

/// What people know the things by that are a person's own.
fn references<'h>(held: impl Iterator<Item = &'h Held>) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    for row in held.filter(|row| row.own && !row.reference.is_empty()) {
        if !known.contains(&row.reference) {
            known.push(row.reference.clone());
        }
    }
    known
}

async fn audit_each(
    connection: &mut SqliteConnection,
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
fn is_kept(row: &Held, held: &[Held]) -> bool {
    let keeps = |one: &Held| one.fields.iter().any(|(name, _)| name == "held_at");
    held.iter().any(|one| one.reference == row.reference && keeps(one))
}

/// A line for each thing with a reference, and a count of the rest of each kind.
pub fn summary(held: &[Held]) -> Vec<String> {
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

/// The name of a table or column as a person reads it.
pub fn label(name: &str) -> String {
    let words = name.strip_suffix("_at").unwrap_or(name).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

fn last_digits(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(DIGITS_COMPARED)..].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_is_kept_for_a_reason_is_not_erased_and_the_proof_says_so() {
        let row = |table: &str, key: &str, reference: &str, fields: Vec<(String, Value)>| Held {
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

    #[test]
    fn a_person_is_known_by_their_address_in_any_case_and_their_number_however_it_is_written() {
        let by_phone = Person::parse("+44 (0)7700 900-123").unwrap();
        assert!(by_phone.is("phone", "07700 900123") && by_phone.is("phone", "00447700900123"));
        assert!(!by_phone.is("phone", "07700 900124") && !by_phone.is("email", "07700 900123"));
        let by_email = Person::parse(" Ada@Example.org ").unwrap();
        assert!(by_email.is("email", "ada@example.org") && by_email.is("recipient", "ADA@example.org"));
        for other in ["ida@example.org", "a.da@example.org", "ada+back@example.org"] {
            assert!(!by_email.is("email", other), "{other}");
        }
        assert!(
            by_email.is_near("email", "A.da+back@example.org")
                && !by_email.is_near("email", "ida@example.org")
        );
        assert!(by_phone.is_near("phone", "+33 7700 900123") && !by_phone.is("phone", "+33 7700 900123"));
        let tag = Person::parse("+other@example.org").unwrap();
        assert!(!tag.is_near("email", "+stranger@example.org") && !tag.is_near("email", "@example.org"));
        for wrong in ["", " ", "ada", "123", "ada@"] {
            assert!(Person::parse(wrong).is_err(), "{wrong}");
        }
    }
}
