//! A request as it is stored.

use jiff::Timestamp;

use crate::consultations::answers::RequestAnswers;
use crate::consultations::request_state::RequestState;
use crate::signs::{Finding, Help, Kind, SignsReader};
use crate::web::form::contact::{CallTime, Method};
use crate::web::form::own_words::own_words;

/// What a patient asked, and where it stands.
#[derive(Debug)]
pub struct Request {
    pub reference: String,
    pub state: RequestState,
    pub created_at: Timestamp,
    /// The promised moment, as the patient saw it.
    pub due_at: Timestamp,
    /// Seconds; a save on an older one is refused.
    pub changed_at: i64,
    /// Slug of the page it began on, or nothing.
    pub about: String,
    /// The gravest sign in what they wrote.
    pub sign: Option<Kind>,
    /// A member of staff put it among spam.
    pub spam: bool,
    pub method: Method,
    pub times: Vec<CallTime>,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub answers: RequestAnswers,
    pub token_hash: String,
    /// The request of the same person that it is dealt with in.
    pub merged_into: Option<String>,
    /// What of it cannot be read, as people call it: empty above, or what stands there for an unknown word.
    pub unreadable: Vec<&'static str>,
}

pub const PHONE: &str = "phone number";
pub const EMAIL: &str = "email address";

impl Request {
    /// Which help what they wrote calls for, the most urgent first; nothing for a request without a sign.
    pub fn signs_found(&self, reader: &SignsReader) -> Vec<Help> {
        if self.sign.is_some() { self.help_with(&reader.read(&self.words())) } else { Vec::new() }
    }

    /// The same when the words were read already.
    pub fn help_with(&self, words: &Finding) -> Vec<Help> {
        let Some(sign) = self.sign else { return Vec::new() };
        if words.is_calm() { vec![sign.into()] } else { words.help() }
    }

    /// All that they wrote in their own words: the concern first.
    pub fn words(&self) -> String {
        own_words(self.answers.own_words(), &self.name, &self.phone)
    }

    /// What to say of a field that is empty.
    pub fn absent(&self, called: &str) -> &'static str {
        if self.is_unreadable(called) { "Cannot be read" } else { "Not given" }
    }

    pub fn is_unreadable(&self, called: &str) -> bool {
        self.unreadable.contains(&called)
    }

    /// Nothing is done about it any more. One that is merged is dealt with in the other.
    pub fn is_over(&self) -> bool {
        self.state.is_over() && self.merged_into.is_none()
    }

    pub fn call_times(&self) -> String {
        CallTime::in_words(&self.times)
    }
}
