//! The outcomes of a call: which state each leads to, and when to ring again.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use crate::clinic::calendar::Calendar;
use crate::consultations::calls::best_times::next_time;
use crate::consultations::request_state::RequestState;
use crate::web::form::contact::CallTime;

/// Hours: nobody wants to be rung again sooner than this after not answering.
const BETWEEN_TRIES: i64 = 2;

/// What came of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum CallOutcome {
    Spoke,
    NoAnswer,
    LeftMessage,
    WrongNumber,
}

impl CallOutcome {
    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    pub fn label(self) -> &'static str {
        match self {
            CallOutcome::Spoke => "Spoke",
            CallOutcome::NoAnswer => "No answer",
            CallOutcome::LeftMessage => "Left message",
            CallOutcome::WrongNumber => "Wrong number",
        }
    }

    /// The key that says so, on the page.
    pub fn key(self) -> char {
        match self {
            CallOutcome::Spoke => '1',
            CallOutcome::NoAnswer => '2',
            CallOutcome::LeftMessage => '3',
            CallOutcome::WrongNumber => '4',
        }
    }

    /// Where a call takes a request: who was spoken to, or left a message, has heard from us.
    pub fn leads_to(self, state: RequestState) -> RequestState {
        match (self, state) {
            (CallOutcome::Spoke | CallOutcome::LeftMessage, RequestState::New) => RequestState::Contacted,
            (_, state) => state,
        }
    }

    /// When to ring next; nothing when there is no more to ring about, or nobody at that number.
    pub fn next_try(self, calendar: &Calendar, times: &[CallTime], now: Timestamp) -> Option<Timestamp> {
        let earliest = match self {
            CallOutcome::Spoke | CallOutcome::WrongNumber => return None,
            CallOutcome::NoAnswer => now + BETWEEN_TRIES.hours(),
            CallOutcome::LeftMessage => calendar.at(tomorrow(calendar, now), Time::midnight()).timestamp(),
        };
        next_time(calendar, times, earliest)
    }
}

fn tomorrow(calendar: &Calendar, now: Timestamp) -> Date {
    let today = calendar.local(now).date();
    today.tomorrow().unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clinic::Clinic;

    fn next(outcome: CallOutcome, times: &[CallTime], now: &str) -> Option<String> {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let calendar = clinic.calendar();
        let now = format!("{now}[Europe/London]").parse::<jiff::Zoned>().unwrap().timestamp();
        outcome.next_try(calendar, times, now).map(|moment| calendar.say(moment))
    }

    #[test]
    fn no_answer_is_tried_again_two_hours_later_at_the_earliest() {
        let any = [CallTime::AnyTime];
        assert_eq!(
            next(CallOutcome::NoAnswer, &any, "2026-05-20T10:00").as_deref(),
            Some("midday on Wednesday 20 May")
        );
        assert_eq!(
            next(CallOutcome::NoAnswer, &[], "2026-05-20T10:00").as_deref(),
            Some("midday on Wednesday 20 May")
        );
    }

    #[test]
    fn the_next_try_waits_for_the_patients_time_and_for_opening_hours() {
        let mornings = [CallTime::Mornings];
        assert_eq!(
            next(CallOutcome::NoAnswer, &mornings, "2026-05-20T11:30").as_deref(),
            Some("9am on Thursday 21 May")
        );
        let both = [CallTime::EarlyEvenings, CallTime::Mornings];
        assert_eq!(
            next(CallOutcome::NoAnswer, &both, "2026-05-20T11:30").as_deref(),
            Some("4pm on Wednesday 20 May")
        );
        assert_eq!(
            next(CallOutcome::NoAnswer, &[CallTime::AnyTime], "2026-05-22T16:30").as_deref(),
            Some("9am on Tuesday 26 May"),
            "over the weekend and the bank holiday"
        );
    }

    #[test]
    fn a_message_is_given_until_the_next_working_day() {
        assert_eq!(
            next(CallOutcome::LeftMessage, &[CallTime::Afternoons], "2026-05-20T09:05").as_deref(),
            Some("midday on Thursday 21 May")
        );
    }

    #[test]
    fn there_is_no_next_try_after_talking_or_at_a_wrong_number() {
        assert_eq!(next(CallOutcome::Spoke, &[], "2026-05-20T10:00"), None);
        assert_eq!(next(CallOutcome::WrongNumber, &[], "2026-05-20T10:00"), None);
    }

    #[test]
    fn the_next_try_is_always_while_the_clinic_is_open_and_in_the_future() {
        let clinic = Clinic::load(Path::new("content")).unwrap();
        let calendar = clinic.calendar();
        let start: Timestamp = "2026-01-01T00:00Z".parse().unwrap();
        for step in 0..(2 * 365 * 6) {
            let now = start + (step * 4).hours();
            for times in [[CallTime::Mornings], [CallTime::EarlyEvenings], [CallTime::AnyTime]] {
                for outcome in [CallOutcome::NoAnswer, CallOutcome::LeftMessage] {
                    let at = outcome.next_try(calendar, &times, now).unwrap();
                    let local = calendar.local(at);
                    assert!(at > now && calendar.is_open(at), "{local}");
                }
            }
        }
    }

    #[test]
    fn only_hearing_from_us_moves_a_new_request_on() {
        assert_eq!(CallOutcome::Spoke.leads_to(RequestState::New), RequestState::Contacted);
        assert_eq!(CallOutcome::LeftMessage.leads_to(RequestState::New), RequestState::Contacted);
        assert_eq!(CallOutcome::NoAnswer.leads_to(RequestState::New), RequestState::New);
        assert_eq!(CallOutcome::Spoke.leads_to(RequestState::Booked), RequestState::Booked);
    }
}
