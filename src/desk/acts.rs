//! The posts of the desk: each does one thing to one request, or says why it was not done.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::consultations::calls::Outcome;
use crate::consultations::handling::{Act, Moved, Reason, act, store};
use crate::desk::Desk;
use crate::desk::request::{LONGEST_NOTE, Refusal, Typed};
use crate::staff::session::SignedIn;
use crate::web::error::Result;
use crate::web::form;
use crate::web::form::{FieldErrors, Fields};

const LONGEST_HOLD: usize = 200;

type Place = (State<Desk>, SignedIn, Path<String>);

pub async fn contact(desk: State<Desk>, me: SignedIn, of: Path<String>, fields: Fields) -> Result<Response> {
    perform((desk, me, of), fields, Act::Contact, "Mark as contacted", Typed::default()).await
}

pub async fn call(desk: State<Desk>, me: SignedIn, of: Path<String>, fields: Fields) -> Result<Response> {
    match Outcome::from_word(&fields.text("outcome")) {
        Some(outcome) => {
            let wanted = format!("Rang: {}", outcome.label().to_lowercase());
            perform((desk, me, of), fields, Act::Call(outcome), &wanted, Typed::default()).await
        }
        None => complain((desk, me, of), Typed::default(), "outcome", "Select what came of the call").await,
    }
}

pub async fn own(
    State(desk): State<Desk>,
    SignedIn(me): SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    let typed = Typed { owner: fields.text("owner"), ..Typed::default() };
    let (owner, wanted) = match typed.owner.as_str() {
        "me" => (Some((me.id, me.name.clone())), "Take it".to_owned()),
        "nobody" => (None, "Let it go".to_owned()),
        other => {
            let known = store::colleagues(desk.app.database.readers()).await?;
            let Some(colleague) = known.into_iter().find(|(id, _)| id.to_string() == other) else {
                let place = (State(desk), SignedIn(me), of);
                return complain(place, typed, "owner", "Select who takes it").await;
            };
            let wanted = format!("Give it to {}", colleague.1);
            (Some(colleague), wanted)
        }
    };
    perform((State(desk), SignedIn(me), of), fields, Act::Own(owner), &wanted, typed).await
}

pub async fn note(desk: State<Desk>, me: SignedIn, of: Path<String>, fields: Fields) -> Result<Response> {
    // Only who may read a clinical note can have written one.
    let clinical = me.0.role.sees_words() && fields.has("clinical");
    let typed = Typed { note: fields.text("note"), clinical, ..Typed::default() };
    match form::words(&typed.note, LONGEST_NOTE, "Note") {
        Ok(words) if !words.is_empty() => {
            perform((desk, me, of), fields, Act::Note { words, clinical }, "Add this note", typed).await
        }
        Ok(_) => complain((desk, me, of), typed, "note", "Enter a note").await,
        Err(message) => complain((desk, me, of), typed, "note", &message).await,
    }
}

pub async fn close(desk: State<Desk>, me: SignedIn, of: Path<String>, fields: Fields) -> Result<Response> {
    let typed = Typed { reason: fields.text("reason"), ..Typed::default() };
    match Reason::from_word(&typed.reason) {
        Some(reason) => {
            let wanted = format!("Close it: {}", reason.label().to_lowercase());
            perform((desk, me, of), fields, Act::Close(reason), &wanted, typed).await
        }
        None => complain((desk, me, of), typed, "reason", "Select why you close it").await,
    }
}

pub async fn attend(desk: State<Desk>, me: SignedIn, of: Path<String>, fields: Fields) -> Result<Response> {
    perform((desk, me, of), fields, Act::Attend, "I have seen to it", Typed::default()).await
}

pub async fn clear(desk: State<Desk>, me: SignedIn, of: Path<String>, fields: Fields) -> Result<Response> {
    perform((desk, me, of), fields, Act::Clear, "Not spam", Typed::default()).await
}

pub async fn hold(desk: State<Desk>, me: SignedIn, of: Path<String>, fields: Fields) -> Result<Response> {
    let typed = Typed { hold: fields.text("hold"), ..Typed::default() };
    match form::words(&typed.hold, LONGEST_HOLD, "Why it must be kept") {
        Ok(reason) if !reason.is_empty() => {
            perform((desk, me, of), fields, Act::Hold(reason), "Keep it", typed).await
        }
        Ok(_) => complain((desk, me, of), typed, "hold", "Enter why it must be kept").await,
        Err(message) => complain((desk, me, of), typed, "hold", &message).await,
    }
}

pub async fn release(desk: State<Desk>, me: SignedIn, of: Path<String>, fields: Fields) -> Result<Response> {
    perform((desk, me, of), fields, Act::Release, "No longer keep it", Typed::default()).await
}

async fn perform(
    (State(desk), SignedIn(me), Path(reference)): Place,
    fields: Fields,
    what: Act,
    wanted: &str,
    typed: Typed,
) -> Result<Response> {
    let seen_at = fields.text("seen_at").parse().unwrap_or(-1);
    let wanted = wanted.to_owned();
    let refusal = match act(&desk.app, &me, reference.clone(), seen_at, what).await? {
        Moved::Yes => return Ok(Redirect::to(&back(&fields, &reference)).into_response()),
        Moved::Stale => {
            let opened_at = fields.text("opened_at").parse().unwrap_or(0);
            Refusal::Stale { wanted, news: desk.news_since(&reference, opened_at).await? }
        }
        Moved::Impossible => Refusal::Impossible { wanted },
    };
    desk.refuse(&me, &reference, typed, FieldErrors::default(), Some(refusal)).await
}

/// Where a list sent its buttons' presses from, or the request's own page.
fn back(fields: &Fields, reference: &str) -> String {
    match fields.text("from").as_str() {
        "calls" => "/staff/calls".to_owned(),
        "queue" => "/staff".to_owned(),
        "spam" => "/staff?show=spam".to_owned(),
        _ => format!("/staff/consultations/{reference}"),
    }
}

async fn complain(
    (State(desk), SignedIn(me), Path(reference)): Place,
    typed: Typed,
    field: &'static str,
    message: &str,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    errors.add(field, message);
    desk.refuse(&me, &reference, typed, errors, None).await
}
