//! The roles of the people who work at the clinic: what each may see and do on the desk.

use clap::ValueEnum;
use sqlx::any::{Any, AnyTypeInfo, AnyValueRef};
use sqlx::error::BoxDynError;
use sqlx::{Decode, Type};

use crate::storage::readable::StoredText;

/// What a member of staff may do.
#[derive(
    Clone, Copy, PartialEq, Eq, Debug, ValueEnum, strum::EnumString, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Role {
    Reception,
    Clinician,
    Administrator,
}

impl Role {
    /// The word stored and shown for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// As a heading or a choice.
    pub fn label(self) -> &'static str {
        match self {
            Role::Reception => "Reception",
            Role::Clinician => "Clinician",
            Role::Administrator => "Administrator",
        }
    }

    /// What patients wrote in their own words, what they need, their shared summary and clinical notes.
    /// Contact details and safety marks are for everyone on the desk.
    pub fn sees_words(self) -> bool {
        self == Role::Clinician
    }

    /// Has consultations booked with them, and so a calendar of their own.
    pub fn holds_consultations(self) -> bool {
        self == Role::Clinician
    }

    /// Rings and writes to patients, and so sees their addresses wherever they stand.
    pub fn reaches_patients(self) -> bool {
        matches!(self, Role::Reception | Role::Clinician)
    }

    /// Signs pages for patients, with a registration number.
    pub fn signs_pages(self) -> bool {
        self == Role::Clinician
    }

    /// Accounts, the audit, one person's data and complaints.
    pub fn manages_people(self) -> bool {
        self == Role::Administrator
    }

    /// The queue as a file.
    pub fn takes_queue_away(self) -> bool {
        matches!(self, Role::Reception | Role::Administrator)
    }
}

/// The role of an account is damaged, or of another version: nobody knows what it may see.
#[derive(Debug, PartialEq)]
pub struct UnknownRole;

impl std::fmt::Display for UnknownRole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the role of an account cannot be read")
    }
}

impl std::error::Error for UnknownRole {}

/// As it is stored of an account. `#[sqlx(try_from)]` would not keep the kind of the error.
impl Type<Any> for Role {
    fn type_info() -> AnyTypeInfo {
        <StoredText as Type<Any>>::type_info()
    }

    fn compatible(found: &AnyTypeInfo) -> bool {
        <StoredText as Type<Any>>::compatible(found)
    }
}

impl<'r> Decode<'r, Any> for Role {
    fn decode(value: AnyValueRef<'r>) -> Result<Role, BoxDynError> {
        let word = String::from(<StoredText as Decode<Any>>::decode(value)?);
        word.parse().map_err(|_| UnknownRole.into())
    }
}

impl TryFrom<String> for Role {
    type Error = strum::ParseError;

    fn try_from(word: String) -> Result<Role, strum::ParseError> {
        word.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_clinicians_see_words_and_only_administrators_manage_people() {
        let of = |may: fn(Role) -> bool| [Role::Reception, Role::Clinician, Role::Administrator].map(may);
        assert_eq!(of(Role::sees_words), [false, true, false]);
        assert_eq!(of(Role::manages_people), [false, false, true]);
        assert_eq!(of(Role::takes_queue_away), [true, false, true]);
    }
}
