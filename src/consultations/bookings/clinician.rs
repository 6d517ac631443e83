//! Who holds a consultation: somebody with an account, a name, or nobody who was named.

use crate::storage::readable::UNREADABLE;

/// The word for it in forms and addresses.
const NOBODY: &str = "nobody";

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Clinician {
    Account {
        /// As the account says it now.
        name: String,
        id: i64,
    },
    /// Who has no account.
    Named(String),
    #[default]
    Nobody,
}

impl Clinician {
    /// As it is stored: the account and its name, and the name of who has none.
    pub fn stored(id: Option<i64>, account: Option<String>, name: String) -> Clinician {
        match (id, name) {
            (Some(id), _) => {
                Clinician::Account { id, name: account.unwrap_or_else(|| UNREADABLE.to_owned()) }
            }
            (None, name) if name.is_empty() => Clinician::Nobody,
            (None, name) => Clinician::Named(name),
        }
    }

    pub fn account(&self) -> Option<i64> {
        match self {
            Clinician::Account { id, .. } => Some(*id),
            Clinician::Named(_) | Clinician::Nobody => None,
        }
    }

    /// The name of who has no account; empty otherwise.
    pub fn name_without_account(&self) -> &str {
        if let Clinician::Named(name) = self { name } else { "" }
    }

    pub fn label(&self) -> &str {
        match self {
            Clinician::Account { name, .. } | Clinician::Named(name) => name,
            Clinician::Nobody => "No clinician named",
        }
    }

    /// By which an address names them.
    pub fn key(&self) -> String {
        match self {
            Clinician::Account { id, .. } => id.to_string(),
            Clinician::Named(name) => format!("name {name}"),
            Clinician::Nobody => NOBODY.to_owned(),
        }
    }

    pub fn is_named(&self) -> bool {
        *self != Clinician::Nobody
    }

    /// In which room and with whom, where that was said: ", Room 2, with Priya Shah".
    pub fn held(&self, room: &str) -> String {
        let room = if room.is_empty() { String::new() } else { format!(", {room}") };
        let whom = if self.is_named() { format!(", with {}", self.label()) } else { String::new() };
        room + &whom
    }

    /// The same person, however their name is written.
    pub fn is(&self, other: &Clinician) -> bool {
        match (self, other) {
            (Clinician::Account { id, .. }, Clinician::Account { id: other, .. }) => id == other,
            (Clinician::Named(one), Clinician::Named(other)) => is_same_text(one, other),
            (one, other) => one == other,
        }
    }
}

/// Two names of a person or a room that differ in capitals alone are one.
pub fn is_same_text(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_one_however_the_name_is_written() {
        let named = |name: &str| Clinician::stored(None, None, name.to_owned());
        let account = |id, name: &str| Clinician::stored(Some(id), Some(name.to_owned()), String::new());
        assert!(named("Jo Baines").is(&named("jo baines")) && !named("Jo").is(&named("Joe")));
        assert!(account(1, "A").is(&account(1, "B")) && !account(1, "A").is(&account(2, "A")));
        assert!(!account(1, "A").is(&named("A")) && !named("A").is(&Clinician::Nobody));
        assert_eq!(Clinician::stored(Some(7), None, String::new()).label(), "cannot be read");
    }
}
