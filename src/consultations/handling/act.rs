//! The actions that staff can take on a request, and the state each leads to.

use crate::consultations::bookings::{AllTheSame, NewBooking};
use crate::consultations::calls::CallOutcome;
use crate::consultations::handling::close_reason::CloseReason;
use crate::consultations::messages::NewMessage;
use crate::consultations::request_form::Contact;
use crate::consultations::request_state::RequestState;

/// Something that a member of staff does to a request.
pub enum Act {
    /// The patient has heard from us by other means than a call.
    Contact,
    Call(CallOutcome),
    Own(Option<(i64, String)>),
    Note {
        words: String,
        clinical: bool,
    },
    Close(CloseReason),
    /// It was closed too early.
    Reopen,
    /// What the patient changed, or what was to be mended, is dealt with.
    Attend,
    /// It is spam, says a person.
    MarkSpam,
    /// It is none after all.
    UnmarkSpam,
    Hold(String),
    Release,
    Book(NewBooking),
    CancelBooking,
    /// Staff were told how to reach the patient.
    Correct(Contact),
    /// The patient is written to by email.
    Write(NewMessage),
}

/// What came of a member of staff's act.
#[derive(Debug, PartialEq)]
pub enum ActOutcome {
    Done,
    /// Someone changed the request after this page was shown.
    Stale,
    /// From this state there is no such move.
    Impossible,
}

impl Act {
    /// Why an odd booking is made all the same.
    pub fn all_the_same(&self) -> Option<AllTheSame> {
        if let Act::Book(new) = self { new.all_the_same.clone() } else { None }
    }

    /// Where the act takes a request; nothing when it cannot be done from there.
    pub fn next(&self, from: RequestState) -> Option<RequestState> {
        let to = match self {
            Act::Contact => RequestState::Contacted,
            Act::Call(outcome) => outcome.leads_to(from),
            Act::Close(_) => RequestState::Closed,
            Act::Reopen => return (from == RequestState::Closed).then_some(RequestState::Contacted),
            Act::Book(_) => RequestState::Booked,
            Act::CancelBooking if from == RequestState::Booked => RequestState::Contacted,
            Act::CancelBooking => return None,
            // These leave the state as it is, and what is written down may be written at any time.
            Act::Note { .. } | Act::Hold(_) | Act::Release | Act::Attend => return Some(from),
            Act::Write(new) if new.is_contact && from == RequestState::New => RequestState::Contacted,
            Act::Own(_) | Act::MarkSpam | Act::UnmarkSpam | Act::Correct(_) | Act::Write(_) => from,
        };
        let stays = to == from && !from.is_over() && !matches!(self, Act::Contact);
        (stays || from.may_become(to)).then_some(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_can_only_be_written_about_and_kept() {
        for over in [RequestState::Closed, RequestState::Withdrawn] {
            for act in [
                Act::Contact,
                Act::Call(CallOutcome::Spoke),
                Act::Own(None),
                Act::Close(CloseReason::Twice),
                Act::MarkSpam,
                Act::UnmarkSpam,
                Act::CancelBooking,
            ] {
                assert_eq!(act.next(over), None);
            }
            assert_eq!(Act::Release.next(over), Some(over));
        }
    }

    #[test]
    fn only_what_staff_closed_can_be_opened_again() {
        assert_eq!(Act::Reopen.next(RequestState::Closed), Some(RequestState::Contacted));
        for other in
            [RequestState::New, RequestState::Contacted, RequestState::Booked, RequestState::Withdrawn]
        {
            assert_eq!(Act::Reopen.next(other), None);
        }
    }

    #[test]
    fn a_booking_is_cancelled_only_where_there_is_one() {
        assert_eq!(Act::CancelBooking.next(RequestState::Booked), Some(RequestState::Contacted));
        assert_eq!(Act::CancelBooking.next(RequestState::New), None);
        assert_eq!(Act::CancelBooking.next(RequestState::Contacted), None);
    }
}
