//! The rows that are about a person, and what they are called.

use crate::storage::erasure_log::ErasedThing;

/// What is held about a person, and what may be.
#[derive(Default)]
pub struct PersonalRecord {
    /// Under exactly this address or number, and what was ticked of the rest.
    pub held: Vec<PersonalRow>,
    /// Under an address or number that is nearly the same: of the same person, or of another.
    pub near: Vec<NearMatch>,
    /// What cannot be opened, so that nobody can say whose it is: its kind and reference.
    pub unopened: Vec<String>,
}

/// Something that only the person can say is theirs.
#[derive(Clone, Debug)]
pub struct NearMatch {
    pub reference: String,
    /// Its kind, reference and state.
    pub words: String,
    /// They said that it is.
    pub ticked: bool,
}

/// One row that is about a person.
#[derive(Clone, Debug)]
pub struct PersonalRow {
    pub table: String,
    /// What the row is known by in its table.
    pub key: String,
    /// The reference that people know it by, or nothing.
    pub reference: String,
    /// Erased by itself; other rows go with the one that they belong to.
    pub own: bool,
    pub fields: Vec<(String, Value)>,
}

impl PersonalRow {
    /// The row as it is erased again after a restore.
    pub fn as_erased(&self) -> ErasedThing {
        let [table, key, reference] = [&self.table, &self.key, &self.reference].map(String::clone);
        ErasedThing::Row { table, key, reference }
    }
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

impl PersonalRow {
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
pub fn kind(table: &str) -> String {
    match table {
        "consultations" => "Consultation request".to_owned(),
        "consultation_events" => "History of a consultation request".to_owned(),
        "reports" => "Report by email".to_owned(),
        "outbox" => "Mail".to_owned(),
        "corrections" => "Mistake on a page".to_owned(),
        "complaints" => "Complaint".to_owned(),
        other => label(other),
    }
}

/// The name of a table or column as a person reads it.
pub fn label(name: &str) -> String {
    let words = name.strip_suffix("_at").unwrap_or(name).replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
