//! Says in words what happened to a request: who did what, what came of each call, and where its mails are.

use crate::clinic::calendar::Calendar;
use crate::consultations::calls;
use crate::consultations::calls::CallOutcome;
use crate::consultations::history::store::HistoryEvent;
use crate::mail;
use crate::mail::State as MailState;
use crate::storage::clock::moment;

pub fn who(event: &HistoryEvent, names: &[(i64, String)]) -> String {
    match event.who.strip_prefix("staff:") {
        Some(number) => name_of(number.parse().ok(), names),
        None if event.who == "patient" => "The patient".to_owned(),
        None => "The program".to_owned(),
    }
}

pub fn name_of(staff: Option<i64>, names: &[(i64, String)]) -> String {
    let known = names.iter().find(|(id, _)| Some(*id) == staff);
    known.map_or_else(|| "Someone who left".to_owned(), |(_, name)| name.clone())
}

pub fn describe_call(call: &calls::store::Call, calendar: &Calendar) -> String {
    let outcome = call.outcome.parse().map_or("Rang", CallOutcome::label);
    format!("{outcome}: {}, {}", call.staff, calendar.say(moment(call.called_at)))
}

/// Purpose, state, and whether a person should look at it.
pub fn describe_mails(mails: Vec<mail::MailState>) -> Vec<(&'static str, &'static str, bool)> {
    let troubled = |state| matches!(state, MailState::Failed | MailState::NeedsAttention);
    mails.iter().map(|mail| (mail.purpose.label(), mail.state.label(), troubled(mail.state))).collect()
}
