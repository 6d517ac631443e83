//! A request's life: asked, contacted, booked, closed, withdrawn.

use jiff::Timestamp;

use crate::app::App;
use crate::assessment::summary::Summary;
use crate::clock::{moment, seconds};
use crate::error::Result;
use crate::form::contact::{CallTime, Method};
use crate::form::email;
use crate::library::Library;
use crate::mail;
use crate::reference::{SubmissionKey, reference};
use crate::retention;
use crate::sealing::token_hash;
use crate::summaries;

pub mod csv;
mod letters;
pub mod pages;
pub mod patient;
pub mod request;
pub mod review;
pub mod store;

use request::{Contact, NewRequest};

/// The same words from the same person within this time are one request, however often they are sent.
const SAME_REQUEST_SECONDS: i64 = 24 * 60 * 60;

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

    /// Moves that staff may make. A patient may withdraw from any state that is not an end.
    pub fn may_become(self, next: State) -> bool {
        matches!(
            (self, next),
            (State::New, State::Contacted | State::Closed) | (State::Contacted, State::Closed)
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

/// Stores a request, its key and its mails in one transaction, and says its reference.
///
/// The same key, or the same words from the same person within a day, is the same request. `shared` is the summary that
/// the person chose to share.
pub async fn submit(
    app: &App,
    library: &Library,
    new: NewRequest,
    shared: Option<Summary>,
    key: &SubmissionKey,
) -> Result<String> {
    let now = app.clock.now();
    let token = key.private_token(&app.sealer);
    let contact = &new.contact;
    let content =
        [email::comparable(&contact.email), contact.phone.clone(), contact.name.clone(), new.concern.clone()];
    let content_mark = app.sealer.mark("consultation", &content.join("\0"));
    let request = Request {
        reference: reference("BP"),
        state: State::New,
        created_at: now,
        due_at: app.site.clinic.calendar().promise(now).due.timestamp(),
        changed_at: seconds(now),
        safety: app.site.clinic.safety.are_in(&words_typed(&new.concern, shared.as_ref())),
        suspect: new.suspect,
        method: contact.method,
        times: contact.times.clone(),
        voicemail: new.voicemail,
        name: contact.name.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        concern: new.concern,
        needs: new.needs,
        token_hash: token_hash(&token),
        about: library.sheet(&new.about).map(|sheet| sheet.slug.clone()).unwrap_or_default(),
    };
    let letters = if request.suspect { Vec::new() } else { letters::of(&app.site, &request, &token)? };
    let key_hash = token_hash(key.as_str());
    let parts = app.clone();
    let reference = app
        .database
        .accept(move |connection| {
            Box::pin(async move {
                if let Some(reference) = store::submitted(connection, &key_hash).await? {
                    return Ok(reference);
                }
                let since = seconds(now) - SAME_REQUEST_SECONDS;
                if let Some(reference) = store::same_content(connection, &content_mark, since).await? {
                    store::remember_key(connection, &key_hash, &reference, now).await?;
                    if let Some(summary) = &shared {
                        summaries::store::share(connection, &parts.sealer, &reference, summary).await?;
                    }
                    return Ok(reference);
                }
                store::insert(connection, &parts.sealer, &request, &content_mark).await?;
                if let Some(summary) = &shared {
                    summaries::store::share(connection, &parts.sealer, &request.reference, summary).await?;
                }
                store::add_event(connection, &request.reference, now, "patient", "asked").await?;
                store::remember_key(connection, &key_hash, &request.reference, now).await?;
                for letter in letters {
                    mail::enqueue(connection, &parts.sealer, &parts.sender, letter, now, now).await?;
                }
                Ok(request.reference)
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(reference)
}

/// All that a person wrote in their own words: the main concern, and what stands so in the summary they share.
pub fn words_typed(concern: &str, shared: Option<&Summary>) -> String {
    let own = shared.into_iter().flat_map(Summary::own_words);
    std::iter::once(concern).filter(|words| !words.is_empty()).chain(own).collect::<Vec<_>>().join("\n")
}

/// Replaces how to reach the patient. Nothing when the request is over.
pub async fn change_contact(app: &App, request: Request, contact: Contact) -> sqlx::Result<bool> {
    let now = app.clock.now();
    let parts = app.clone();
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let changed =
                    store::change_contact(connection, &parts.sealer, &request.reference, &contact, now)
                        .await?;
                if changed {
                    store::add_event(
                        connection,
                        &request.reference,
                        now,
                        "patient",
                        "changed contact details",
                    )
                    .await?;
                }
                Ok(changed)
            })
        })
        .await
}

/// Erases what the patient said and who they are; the reference stays, to say that it was withdrawn.
pub async fn withdraw(app: &App, reference: String) -> sqlx::Result<()> {
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move {
                if store::withdraw(connection, &reference, now).await? {
                    mail::forget(connection, &reference).await?;
                    summaries::store::unshare(connection, &reference).await?;
                    store::add_event(connection, &reference, now, "patient", "withdrew").await?;
                }
                Ok(())
            })
        })
        .await?;
    app.database.truncate_log().await
}

/// What came of a staff member's move.
#[derive(Debug, PartialEq)]
pub enum Moved {
    Yes,
    /// Someone changed the request after this page was shown.
    Stale,
    /// From this state there is no such move.
    Impossible,
}

/// Moves a request on for a member of staff, who saw it as it was at `seen_at`.
pub async fn advance(
    app: &App,
    staff: i64,
    reference: String,
    next: State,
    seen_at: i64,
) -> sqlx::Result<Moved> {
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let (state, changed_at) = store::state(connection, &reference).await?;
                if changed_at != seen_at {
                    return Ok(Moved::Stale);
                }
                if !state.may_become(next) {
                    return Ok(Moved::Impossible);
                }
                store::set_state(connection, &reference, next, now).await?;
                store::add_event(connection, &reference, now, &format!("staff:{staff}"), next.word()).await?;
                Ok(Moved::Yes)
            })
        })
        .await
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
    }

    #[test]
    fn every_state_is_known_by_its_word() {
        for state in State::ALL {
            assert_eq!(State::from_word(state.word()), Some(state));
        }
    }
}
