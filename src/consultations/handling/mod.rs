//! What staff do with a request: one table of moves, each refused when someone else was quicker.

use crate::consultations::State;
use crate::consultations::bookings::NewBooking;
use crate::consultations::calls::Outcome;
use crate::mail::limits::Unsent;

pub use crate::consultations::transitions::act;

pub mod store;

/// How a request is dealt with: what only the desk sees.
#[derive(sqlx::FromRow)]
pub struct Handling {
    /// "site" or "phone".
    pub channel: String,
    pub owner_id: Option<i64>,
    pub owner: Option<String>,
    pub next_try_at: Option<i64>,
    #[sqlx(try_from = "String")]
    pub attention: Attention,
    pub ended_at: Option<i64>,
    pub held_at: Option<i64>,
    /// Grows with every change of any request.
    pub revision: i64,
    #[sqlx(skip)]
    pub hold_reason: String,
    /// Why the last mail to the patient was not sent.
    #[sqlx(skip)]
    pub untold: Option<Unsent>,
    #[sqlx(skip)]
    pub reason: Option<Reason>,
}

/// What someone wrote down.
pub struct Note {
    pub written_at: i64,
    pub staff: String,
    pub clinical: bool,
    pub words: String,
}

/// Why a request waits for us, beyond its promise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Attention {
    #[default]
    None,
    /// The patient changed how to reach them.
    Changed,
    WrongNumber,
    /// The patient withdrew, and a time that was booked is free.
    BookingFree,
}

/// Why a request was closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    DealtWith,
    NotReached,
    Elsewhere,
    Twice,
    NotReal,
}

/// Something that a member of staff does to a request.
pub enum Act {
    /// The patient has heard from us by other means than a call.
    Contact,
    Call(Outcome),
    Own(Option<(i64, String)>),
    Note {
        words: String,
        clinical: bool,
    },
    Close(Reason),
    /// What the patient changed, or what was to be mended, is dealt with.
    Attend,
    /// It is no spam: its mails go out.
    Clear,
    Hold(String),
    Release,
    Book(NewBooking),
    CancelBooking,
}

/// What came of a member of staff's act.
#[derive(Debug, PartialEq)]
pub enum Moved {
    Yes,
    /// Someone changed the request after this page was shown.
    Stale,
    /// From this state there is no such move.
    Impossible,
}

impl Attention {
    const ALL: [Attention; 4] =
        [Attention::None, Attention::Changed, Attention::WrongNumber, Attention::BookingFree];

    pub fn word(self) -> &'static str {
        match self {
            Attention::None => "",
            Attention::Changed => "changed",
            Attention::WrongNumber => "wrong number",
            Attention::BookingFree => "booking free",
        }
    }

    pub fn from_word(word: &str) -> Option<Attention> {
        Attention::ALL.into_iter().find(|attention| attention.word() == word)
    }

    /// What to do about it.
    pub fn says(self) -> &'static str {
        match self {
            Attention::None => "",
            Attention::Changed => "The patient changed how to reach them",
            Attention::WrongNumber => "Wrong number: find another way to reach them",
            Attention::BookingFree => "The patient withdrew: the time that was booked is free",
        }
    }
}

impl TryFrom<String> for Attention {
    type Error = String;

    fn try_from(word: String) -> Result<Attention, String> {
        Attention::from_word(&word).ok_or_else(|| format!("{word} is no reason to wait for us"))
    }
}

impl Reason {
    pub const ALL: [Reason; 5] =
        [Reason::DealtWith, Reason::NotReached, Reason::Elsewhere, Reason::Twice, Reason::NotReal];

    pub fn word(self) -> &'static str {
        match self {
            Reason::DealtWith => "dealt with",
            Reason::NotReached => "not reached",
            Reason::Elsewhere => "elsewhere",
            Reason::Twice => "twice",
            Reason::NotReal => "not real",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Reason::DealtWith => "Dealt with",
            Reason::NotReached => "We could not reach them",
            Reason::Elsewhere => "They are helped elsewhere",
            Reason::Twice => "The same request came twice",
            Reason::NotReal => "Not a real request",
        }
    }

    pub fn from_word(word: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

impl Act {
    /// Where the act takes a request; nothing when it cannot be done from there.
    pub fn next(&self, from: State) -> Option<State> {
        let to = match self {
            Act::Contact => State::Contacted,
            Act::Call(outcome) => outcome.leads_to(from),
            Act::Close(_) => State::Closed,
            Act::Book(_) => State::Booked,
            Act::CancelBooking if from == State::Booked => State::Contacted,
            Act::CancelBooking => return None,
            // These leave the state as it is, and what is written down may be written at any time.
            Act::Note { .. } | Act::Hold(_) | Act::Release | Act::Attend => return Some(from),
            Act::Own(_) | Act::Clear => from,
        };
        let stays = to == from && !from.is_over() && !matches!(self, Act::Contact);
        (stays || from.may_become(to)).then_some(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_known_again() {
        for attention in Attention::ALL {
            assert_eq!(Attention::from_word(attention.word()), Some(attention));
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::from_word(reason.word()), Some(reason));
        }
    }

    #[test]
    fn what_is_over_can_only_be_written_about_and_kept() {
        for over in [State::Closed, State::Withdrawn] {
            for act in [
                Act::Contact,
                Act::Call(Outcome::Spoke),
                Act::Own(None),
                Act::Close(Reason::Twice),
                Act::Clear,
                Act::CancelBooking,
            ] {
                assert_eq!(act.next(over), None);
            }
            assert_eq!(Act::Release.next(over), Some(over));
        }
    }

    #[test]
    fn a_booking_is_cancelled_only_where_there_is_one() {
        assert_eq!(Act::CancelBooking.next(State::Booked), Some(State::Contacted));
        assert_eq!(Act::CancelBooking.next(State::New), None);
        assert_eq!(Act::CancelBooking.next(State::Contacted), None);
    }
}
