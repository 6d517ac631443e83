//! The posts with which staff act on one request: each is done, or the page says why not.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::consultations::calls::CallOutcome;
use crate::consultations::handling::{Act, ActOutcome, CloseReason};
use crate::consultations::transitions::act;
use crate::desk::absences;
use crate::desk::request::{LONGEST_NOTE, Refusal, Typed};
use crate::desk::state::DeskState;
use crate::staff::session::SignedIn;
use crate::web::error::Result;
use crate::web::form;
use crate::web::form::{FieldErrors, Fields};

const LONGEST_HOLD: usize = 200;

type Target = (State<DeskState>, SignedIn, Path<String>);

pub async fn contact(
    desk: State<DeskState>,
    me: SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    perform((desk, me, of), fields, Act::Contact, "Mark as contacted", Typed::default()).await
}

pub async fn call(
    desk: State<DeskState>,
    me: SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    match fields.text("outcome").parse::<CallOutcome>() {
        Ok(outcome) => {
            let wanted = format!("Rang: {}", outcome.label().to_lowercase());
            perform((desk, me, of), fields, Act::Call(outcome), &wanted, Typed::default()).await
        }
        Err(_) => complain((desk, me, of), Typed::default(), "outcome", "Select what came of the call").await,
    }
}

pub async fn owner(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    let typed = Typed { owner: fields.text("owner"), ..Typed::default() };
    let (owner, wanted) = match typed.owner.as_str() {
        "me" => (Some((me.id, me.name.clone())), "Take it".to_owned()),
        "nobody" => (None, "Hand it back".to_owned()),
        other => {
            let (here, away) = absences::here_and_away(&desk.app).await?;
            let Some(colleague) = here.into_iter().find(|(id, _)| id.to_string() == other) else {
                let place = (State(desk), SignedIn(me), of);
                let message = match away.join(" ") {
                    away if away.is_empty() => "Select who takes it".to_owned(),
                    away => format!("Select who takes it. {away}"),
                };
                return complain(place, typed, "owner", &message).await;
            };
            let wanted = format!("Give it to {}", colleague.1);
            (Some(colleague), wanted)
        }
    };
    perform((State(desk), SignedIn(me), of), fields, Act::Own(owner), &wanted, typed).await
}

pub async fn note(
    desk: State<DeskState>,
    me: SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
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

pub async fn closure(
    desk: State<DeskState>,
    me: SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    let typed = Typed { reason: fields.text("reason"), ..Typed::default() };
    match typed.reason.parse::<CloseReason>() {
        Ok(reason) => {
            let wanted = format!("Close it: {}", reason.label().to_lowercase());
            perform((desk, me, of), fields, Act::Close(reason), &wanted, typed).await
        }
        Err(_) => complain((desk, me, of), typed, "reason", "Select why you close it").await,
    }
}

pub async fn reopening(
    desk: State<DeskState>,
    me: SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    perform((desk, me, of), fields, Act::Reopen, "Open it again", Typed::default()).await
}

pub async fn attention(
    desk: State<DeskState>,
    me: SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    perform((desk, me, of), fields, Act::Attend, "I have seen to it", Typed::default()).await
}

pub async fn spam(
    desk: State<DeskState>,
    me: SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    perform((desk, me, of), fields, Act::MarkSpam, "Mark it as spam", Typed::default()).await
}

pub async fn clearance(
    desk: State<DeskState>,
    me: SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    perform((desk, me, of), fields, Act::UnmarkSpam, "Not spam", Typed::default()).await
}

pub async fn hold(
    desk: State<DeskState>,
    me: SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    let typed = Typed { hold: fields.text("hold"), ..Typed::default() };
    match form::words(&typed.hold, LONGEST_HOLD, "Why it must be kept") {
        Ok(reason) if !reason.is_empty() => {
            perform((desk, me, of), fields, Act::Hold(reason), "Keep it", typed).await
        }
        Ok(_) => complain((desk, me, of), typed, "hold", "Enter why it must be kept").await,
        Err(message) => complain((desk, me, of), typed, "hold", &message).await,
    }
}

pub async fn release(
    desk: State<DeskState>,
    me: SignedIn,
    of: Path<String>,
    fields: Fields,
) -> Result<Response> {
    perform((desk, me, of), fields, Act::Release, "No longer keep it", Typed::default()).await
}

async fn perform(
    (State(desk), SignedIn(me), Path(reference)): Target,
    fields: Fields,
    what: Act,
    wanted: &str,
    typed: Typed,
) -> Result<Response> {
    let seen_at = fields.seen_at("seen_at");
    let wanted = wanted.to_owned();
    let refusal = match act(&desk.app, &me, reference.clone(), seen_at, what).await? {
        ActOutcome::Done => return Ok(Redirect::to(&back(&fields, &reference)).into_response()),
        ActOutcome::Stale => {
            let opened_at = fields.text("opened_at").parse().unwrap_or(0);
            Refusal::Stale { wanted, news: desk.news_since(&reference, opened_at).await? }
        }
        ActOutcome::Impossible => Refusal::Impossible { wanted },
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
    (State(desk), SignedIn(me), Path(reference)): Target,
    typed: Typed,
    field: &'static str,
    message: &str,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    errors.add(field, message);
    desk.refuse(&me, &reference, typed, errors, None).await
}
