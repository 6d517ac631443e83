//! A request in the words of a list: what is due, how much time is left, and who deals with it.

use jiff::Timestamp;

use crate::clinic::calendar::Calendar;
use crate::consultations::RequestState;
use crate::consultations::queue_index::QueueEntry;
use crate::desk::queue_groups::QueueItem;
use crate::library::count;
use crate::signs::Kind;
use crate::storage::clock::{moment, seconds};
use crate::web::form::contact::CallTime;

/// One request, in the words of a list.
pub struct QueueRow {
    pub reference: String,
    pub name: String,
    pub same: bool,
    pub method: &'static str,
    pub phone: String,
    pub times: String,
    pub voicemail: String,
    /// What is due, and when.
    pub due: String,
    /// "4 hours left", or "late by 2 days".
    pub left: String,
    pub late: bool,
    pub state: RequestState,
    /// The gravest sign in what they wrote.
    pub sign: Option<Kind>,
    pub attention: &'static str,
    pub owner: String,
    pub nobody: bool,
    pub spam: bool,
    pub changed_at: i64,
    pub calls: i64,
    /// The request that it is dealt with in.
    pub merged_into: Option<String>,
}

/// An option of a list.
pub struct SelectOption {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

/// How requests are put into words.
pub struct RowWriter<'a> {
    pub calendar: &'a Calendar,
    pub now: Timestamp,
    pub names: &'a [(i64, String)],
}

impl RowWriter<'_> {
    pub fn item(&self, row: &QueueItem) -> QueueRow {
        QueueRow { same: row.same, ..self.entry(&row.entry) }
    }

    pub fn entry(&self, entry: &QueueEntry) -> QueueRow {
        let (due, at) = match (entry.state, entry.booked, entry.next_try_at) {
            (RequestState::New, _, _) => ("Promised by", entry.due_at),
            (RequestState::Booked, Some((from, _)), _) => ("Booked for", from),
            (RequestState::Contacted, _, Some(next)) => ("Ring again from", next),
            (RequestState::Contacted | RequestState::Booked, _, _) => ("Asked at", entry.created_at),
            (RequestState::Closed | RequestState::Withdrawn, _, _) => {
                ("Ended at", entry.ended_at.unwrap_or(entry.changed_at))
            }
        };
        let promised = entry.state == RequestState::New;
        let owner = entry.owner.and_then(|id| self.names.iter().find(|(known, _)| *known == id));
        QueueRow {
            reference: entry.reference.to_string(),
            name: match entry.name.as_str() {
                _ if entry.unopened => "This request cannot be opened".to_owned(),
                "" => entry.reference.to_string(),
                name => name.to_owned(),
            },
            same: false,
            method: entry.method.label(),
            phone: entry.phone.clone(),
            times: CallTime::in_words(&entry.times).to_lowercase(),
            voicemail: entry.voicemail.clone(),
            due: format!("{due} {}", self.calendar.say(moment(at))),
            left: if promised { left(at, seconds(self.now)) } else { String::new() },
            late: promised && at < seconds(self.now),
            state: entry.state,
            sign: entry.sign,
            attention: entry.attention.label(),
            owner: owner.map(|(_, name)| name.clone()).unwrap_or_default(),
            nobody: entry.owner.is_none(),
            spam: entry.spam,
            changed_at: entry.changed_at,
            calls: entry.calls,
            merged_into: entry.merged_into.clone(),
        }
    }
}

impl QueueRow {
    pub fn calls_made(&self) -> String {
        count(usize::try_from(self.calls).unwrap_or(0), "call")
    }
}

/// "25 minutes left", "4 hours left", "late by 2 days".
pub fn left(due: i64, now: i64) -> String {
    let gap = due.abs_diff(now);
    let words = match gap {
        0..7200 => count(usize::try_from(gap / 60).unwrap_or(0), "minute"),
        7200..172_800 => count(usize::try_from(gap / 3600).unwrap_or(0), "hour"),
        _ => count(usize::try_from(gap / 86_400).unwrap_or(0), "day"),
    };
    if due < now { format!("late by {words}") } else { format!("{words} left") }
}

pub fn next_midnight(calendar: &Calendar, now: Timestamp) -> Timestamp {
    let today = calendar.local(now).date();
    calendar.at(today.tomorrow().unwrap_or(today), jiff::civil::Time::midnight()).timestamp()
}

/// The options of a list, with the one that is chosen.
pub fn select_options(
    options: impl IntoIterator<Item = (String, String)>,
    chosen: &str,
) -> Vec<SelectOption> {
    let option = |(value, label): (String, String)| SelectOption { chosen: value == chosen, value, label };
    options.into_iter().map(option).collect()
}
