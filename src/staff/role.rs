//! What each role may see and do on the desk.

use crate::cli::settings::Role;
use crate::staff::Account;

impl Role {
    /// What patients wrote in their own words, what they need, their shared summary and clinical notes.
    /// Contact details and safety marks are for everyone on the desk.
    pub fn sees_words(self) -> bool {
        self == Role::Clinician
    }

    /// Rings and writes to patients, and so sees their addresses wherever they stand.
    pub fn reaches_patients(self) -> bool {
        matches!(self, Role::Reception | Role::Clinician)
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

impl Account {
    pub fn sees_words(&self) -> bool {
        self.role.sees_words()
    }

    pub fn reaches_patients(&self) -> bool {
        self.role.reaches_patients()
    }

    pub fn manages_people(&self) -> bool {
        self.role.manages_people()
    }

    pub fn takes_queue_away(&self) -> bool {
        self.role.takes_queue_away()
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
