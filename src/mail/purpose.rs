//! What a mail is for, and who on the desk may see its address and act on it.

use crate::clinic::Role;
use crate::storage::readable::StoredText;

/// Why a mail is sent. Stored as its word in kebab case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Purpose {
    /// To the patient: we have your request.
    ConsultationConfirmation,
    /// To the desk: a request is waiting.
    ConsultationNotice,
    /// To the patient: when and where, or that it has changed.
    ConsultationBooking,
    /// To the patient: what is booked is soon.
    ConsultationReminder,
    /// To the patient: what a member of staff wrote.
    ConsultationMessage,
    Report,
    /// To a colleague: make your account.
    StaffInvitation,
    /// To the desk: someone complains about how we handle personal data.
    ComplaintNotice,
    /// To whom the clinic names: how the last week went.
    WeeklyInsights,
    /// Of another version of this program. Never sent by this one: a person looks.
    Unknown,
}

impl Purpose {
    /// Those that this version sends.
    pub const ALL: [Purpose; 9] = [
        Purpose::ConsultationConfirmation,
        Purpose::ConsultationNotice,
        Purpose::ConsultationBooking,
        Purpose::ConsultationReminder,
        Purpose::ConsultationMessage,
        Purpose::Report,
        Purpose::StaffInvitation,
        Purpose::ComplaintNotice,
        Purpose::WeeklyInsights,
    ];

    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The purpose behind a stored word. A word that this version does not know must not stop the other rows.
    pub fn from_stored(word: &str) -> Purpose {
        word.parse().unwrap_or(Purpose::Unknown)
    }

    pub fn label(self) -> &'static str {
        match self {
            Purpose::ConsultationConfirmation => "Confirmation to the patient",
            Purpose::ConsultationNotice => "Notice to the clinic",
            Purpose::ConsultationBooking => "Booking, to the patient",
            Purpose::ConsultationReminder => "Reminder of a booking, to the patient",
            Purpose::ConsultationMessage => "Message to the patient",
            Purpose::Report => "Report",
            Purpose::StaffInvitation => "Invitation to a colleague",
            Purpose::ComplaintNotice => "Notice of a complaint",
            Purpose::WeeklyInsights => "Figures of the week",
            Purpose::Unknown => "Mail of a kind that this version does not know",
        }
    }

    /// What strangers can cause, and what the owner of its address stops.
    pub fn is_to_patients(self) -> bool {
        matches!(
            self,
            Purpose::Report
                | Purpose::ConsultationConfirmation
                | Purpose::ConsultationBooking
                | Purpose::ConsultationReminder
                | Purpose::ConsultationMessage
        )
    }

    /// What is said to a patient about their request may go to the address they meant. Every other mail goes to the
    /// address that it was made for, or nowhere: the link in an invitation makes an account, the one in a report opens
    /// words that nobody at the clinic may read, and notices are the clinic's own.
    pub fn may_be_readdressed(self) -> bool {
        matches!(
            self,
            Purpose::ConsultationConfirmation | Purpose::ConsultationBooking | Purpose::ConsultationMessage
        )
    }

    /// Who may send it again or leave it.
    pub fn is_business_of(self, role: Role) -> bool {
        !self.may_be_invitation() || role == Role::Administrator
    }

    /// Who sees the address it goes to.
    pub fn shows_address_to(self, role: Role) -> bool {
        if self.may_be_invitation() {
            role == Role::Administrator
        } else {
            matches!(role, Role::Reception | Role::Clinician)
        }
    }

    /// An unknown purpose is treated like the one that fewest roles may see.
    fn may_be_invitation(self) -> bool {
        matches!(self, Purpose::StaffInvitation | Purpose::Unknown)
    }
}

impl From<StoredText> for Purpose {
    fn from(word: StoredText) -> Purpose {
        Purpose::from(String::from(word))
    }
}

impl From<String> for Purpose {
    fn from(word: String) -> Purpose {
        Purpose::from_stored(&word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_is_known_by_its_word_and_no_other_word_is_an_error() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::from_stored(purpose.as_str()), purpose);
        }
        assert_eq!(Purpose::ConsultationConfirmation.as_str(), "consultation-confirmation");
        assert_eq!(Purpose::from_stored("reminder"), Purpose::Unknown);
    }
}
