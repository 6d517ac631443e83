//! A request as the queue knows it: how to reach the person, never what they wrote.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::consultations::handling::Attention;
use crate::consultations::queue_index::search_key::{national, normalise, of_name};
use crate::consultations::queue_index::store::QueueIndexRow;
use crate::consultations::request_state::RequestState;
use crate::signs::Kind;
use crate::storage::readable::Unreadable;
use crate::web::app::App;
use crate::web::form::contact::{CallTime, Method};
use crate::web::form::{mailbox, phone};

/// What the queue knows of a request: how to reach the person, never what they wrote.
#[derive(Clone)]
pub struct QueueEntry {
    pub reference: Arc<str>,
    pub state: RequestState,
    pub created_at: i64,
    pub due_at: i64,
    pub ended_at: Option<i64>,
    pub changed_at: i64,
    pub revision: i64,
    /// The gravest sign in what they wrote.
    pub sign: Option<Kind>,
    /// A member of staff put it among spam.
    pub spam: bool,
    pub method: Method,
    pub times: Vec<CallTime>,
    /// "yes", "no" or nothing.
    pub voicemail: String,
    pub name: String,
    pub phone: String,
    pub owner: Option<i64>,
    pub next_try_at: Option<i64>,
    pub attention: Attention,
    /// When the consultation that is booked begins and ends.
    pub booked: Option<(i64, i64)>,
    pub calls: i64,
    /// The request of the same person that it is dealt with in.
    pub merged_into: Option<String>,
    /// Name, address, number and reference, each folded: what a search looks through.
    pub(super) found_by: Box<str>,
    /// By which the same person is known: keyless hashes of the address and the number, in memory alone.
    pub contact_hashes: [Option<u64>; 2],
    /// The person, when they have other requests: an index into `Entries::persons`.
    pub person: Option<usize>,
    /// A part of it cannot be read: the rest is known.
    pub unopened: bool,
}

impl QueueEntry {
    /// A row that cannot be decrypted is in the queue too, with what is not encrypted: somebody waits for an answer.
    pub fn of(row: QueueIndexRow, app: &App) -> QueueEntry {
        let cipher = app.cipher.row("consultations", &row.reference);
        let mut unreadable = Unreadable::default();
        let name = unreadable.field("name", cipher.decrypt("name", &row.name));
        let address = unreadable.field("email address", cipher.decrypt("email", &row.email));
        let phone = unreadable.field("phone number", cipher.decrypt("phone", &row.phone));
        let state = unreadable.word("state", row.state.parse().ok(), RequestState::New);
        let method = unreadable.word("method", Method::from_word(&row.contact_method), Method::Phone);
        let attention = unreadable.word("attention", row.attention.parse().ok(), Attention::default());
        let sign = match row.sign.as_str() {
            "" => None,
            // The gravest, until somebody has read the words.
            word => Some(unreadable.word("sign", word.parse().ok(), Kind::Emergency)),
        };
        let unreadable = unreadable.names();
        if !unreadable.is_empty() {
            let what = unreadable.join(", ");
            tracing::error!(reference = row.reference, what, "a request cannot be opened");
        }
        let numbers = numbers(&phone);
        let number = numbers.split('\n').next().unwrap_or_default();
        QueueEntry {
            state,
            method,
            attention,
            times: row.call_times.split(',').filter_map(CallTime::from_word).collect(),
            found_by: [&of_name(&name), &normalise(&address), &normalise(&row.reference), &numbers]
                .map(String::as_str)
                .join("\n")
                .into(),
            contact_hashes: [
                hash("address", &mailbox::comparable(&address), &address),
                hash("number", number, number),
            ],
            person: None,
            unopened: !unreadable.is_empty(),
            reference: row.reference.into(),
            created_at: row.created_at,
            due_at: row.due_at,
            ended_at: row.ended_at,
            changed_at: row.changed_at,
            revision: row.revision,
            sign,
            spam: row.spam,
            voicemail: row.voicemail,
            owner: row.owner_id,
            next_try_at: row.next_try_at,
            booked: row.booked_from.zip(row.booked_until),
            calls: row.calls,
            merged_into: row.merged_into,
            name,
            phone,
        }
    }

    pub fn is_open_spam(&self) -> bool {
        self.spam && !self.state.is_over()
    }

    /// Among spam, without a sign that needs help: a request with one is shown as if it were not spam.
    pub fn is_put_aside(&self) -> bool {
        self.spam && self.sign.is_none()
    }
}

/// Every number among what was typed, each on a line of its own.
fn numbers(typed: &str) -> String {
    let found = phone::numbers(typed);
    match found[..] {
        [] => national(typed),
        _ => found.iter().map(|number| phone::national(&number.dial)).collect::<Vec<_>>().join("\n"),
    }
}

fn hash(kind: &str, text: &str, given: &str) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    (kind, text).hash(&mut hasher);
    (!given.is_empty()).then(|| hasher.finish())
}
