//! A request's life: asked, contacted, booked, closed, withdrawn.

use jiff::Timestamp;

use crate::library::summary::Summary;
use crate::mail;
use crate::storage::clock::moment;
use crate::storage::retention;
use crate::web::app::App;
use crate::web::form::contact::{CallTime, Method};

pub use crate::consultations::submission::{Taken, submit, submit_by_phone};
use request::Contact;

pub mod bookings;
pub mod calls;
pub mod csv;
pub mod handling;
mod letters;
pub mod notifications;
pub mod queue_index;
pub mod request;
pub mod store;
pub mod submission;
pub mod summaries;
pub mod transitions;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    New,
    Contacted,
    Booked,
    Closed,
    Withdrawn,
}

/// A request as it is stored.
#[derive(Debug)]
pub struct Request {
    pub reference: String,
    pub state: State,
    pub created_at: Timestamp,
    /// The promised moment, as the patient saw it.
    pub due_at: Timestamp,
    /// Seconds; a save on an older one is refused.
    pub changed_at: i64,
    /// Slug of the page it began on, or nothing.
    pub about: String,
    /// The text holds a safety word.
    pub safety: bool,
    /// Looks like spam: shown apart, gets no mail, is never discarded.
    pub suspect: bool,
    pub method: Method,
    pub times: Vec<CallTime>,
    /// "yes", "no" or nothing.
    pub voicemail: String,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub concern: String,
    pub needs: String,
    pub token_hash: String,
}

impl State {
    pub const ALL: [State; 5] =
        [State::New, State::Contacted, State::Booked, State::Closed, State::Withdrawn];

    pub fn word(self) -> &'static str {
        match self {
            State::New => "new",
            State::Contacted => "contacted",
            State::Booked => "booked",
            State::Closed => "closed",
            State::Withdrawn => "withdrawn",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            State::New => "New",
            State::Contacted => "Contacted",
            State::Booked => "Booked",
            State::Closed => "Closed",
            State::Withdrawn => "Withdrawn",
        }
    }

    pub fn from_word(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.word() == word)
    }

    /// The table of moves that staff may make. A patient may withdraw from any state.
    pub fn may_become(self, next: State) -> bool {
        matches!(
            (self, next),
            (State::New, State::Contacted | State::Booked | State::Closed)
                | (State::Contacted, State::Booked | State::Closed)
                // A consultation that falls through leaves a patient who knows us.
                | (State::Booked, State::Contacted | State::Closed)
        )
    }

    pub fn is_over(self) -> bool {
        matches!(self, State::Closed | State::Withdrawn)
    }
}

impl Request {
    pub fn call_times(&self) -> String {
        CallTime::in_words(&self.times)
    }
}

/// All that a person wrote in their own words: the main concern, and what stands so in the summary they share.
pub fn words_typed(concern: &str, shared: Option<&Summary>) -> String {
    let own = shared.into_iter().flat_map(Summary::own_words);
    std::iter::once(concern).filter(|words| !words.is_empty()).chain(own).collect::<Vec<_>>().join("\n")
}

/// Replaces how to reach the patient, and lets the desk know what changed. False when the request is over.
pub async fn change_contact(app: &App, request: Request, contact: Contact) -> sqlx::Result<bool> {
    let now = app.clock.now();
    let parts = app.clone();
    let Some(what) = differences(&request, &contact) else { return Ok(true) };
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let about = &request.reference;
                let changed = store::change_contact(connection, &parts.cipher, about, &contact, now).await?;
                if changed {
                    handling::store::set_attention(connection, about, handling::Attention::Changed).await?;
                    // What was planned went by the old details.
                    handling::store::set_next_try(connection, about, None).await?;
                    store::add_event(connection, about, now, "patient", &what).await?;
                }
                Ok(changed)
            })
        })
        .await
}

/// Which details differ, in words for the history: never what they were or are.
fn differences(request: &Request, contact: &Contact) -> Option<String> {
    let all = [
        (request.name != contact.name, "name"),
        (request.email != contact.email, "email address"),
        (request.phone != contact.phone, "phone number"),
        (request.times != contact.times, "best time to call"),
        (request.method != contact.method, "way to contact them"),
    ];
    let differ: Vec<&str> = all.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what).collect();
    let (last, others) = differ.split_last()?;
    Some(match others {
        [] => format!("changed their {last}"),
        others => format!("changed their {} and {last}", others.join(", ")),
    })
}

/// Erases what the patient said and who they are; the reference stays, to say that it was withdrawn.
///
/// What is kept for a reason is withdrawn now, and erased when the reason has ended.
pub async fn withdraw(app: &App, reference: String) -> sqlx::Result<()> {
    let now = app.clock.now();
    let about = reference.clone();
    let erased = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let booked = bookings::store::is_ahead(connection, &reference, now).await?;
                let kept = handling::store::withdraw_held(connection, &reference, now).await?;
                let standing = handling::store::standing(connection, &reference).await?;
                let erased =
                    standing.held_at.is_none() && store::withdraw(connection, &reference, now).await?;
                if erased {
                    handling::store::erase(connection, &reference).await?;
                    mail::forget(connection, &reference).await?;
                    summaries::store::unshare(connection, &reference).await?;
                }
                if kept || erased {
                    bookings::store::erase(connection, &reference, now).await?;
                    let attention =
                        if booked { handling::Attention::BookingFree } else { handling::Attention::None };
                    handling::store::set_attention(connection, &reference, attention).await?;
                    let (who, what) = match standing.state.as_str() {
                        _ if kept => ("patient", "withdrew: to be erased when it is no longer kept"),
                        // Standing is read after a kept request was withdrawn: this one was before.
                        word if word == State::Withdrawn.word() => ("system", "erased what was kept"),
                        _ => ("patient", "withdrew"),
                    };
                    store::add_event(connection, &reference, now, who, what).await?;
                }
                Ok(erased)
            })
        })
        .await?;
    if erased {
        mail::forget_files(&app.database, vec![about]).await;
    }
    app.database.truncate_log().await
}

/// When a closed or withdrawn request is erased whole.
pub fn erased_at(ended_at: i64) -> Timestamp {
    moment(ended_at + retention::CONSULTATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_or_withdrawn_request_never_moves_again() {
        for next in State::ALL {
            assert!(!State::Closed.may_become(next) && !State::Withdrawn.may_become(next));
        }
        assert!(State::New.may_become(State::Contacted));
        assert!(State::Contacted.may_become(State::Closed));
        assert!(!State::Contacted.may_become(State::New));
        assert!(
            State::ALL.iter().all(|state| !state.may_become(State::Withdrawn)),
            "only the patient withdraws"
        );
    }

    #[test]
    fn every_state_is_known_by_its_word() {
        for state in State::ALL {
            assert_eq!(State::from_word(state.word()), Some(state));
        }
    }
}
