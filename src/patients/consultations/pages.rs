//! The patient asks: the form, the check page, the confirmation.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::consultations::request::{LONGEST_CONCERN, NewRequest, RequestForm};
use crate::consultations::submission::KIND;
use crate::consultations::{Request, State as RequestState, store};
use crate::library::Library;
use crate::library::summary::Summary;
use crate::patients::assessment;
use crate::patients::consultations::private_page;
use crate::storage::encryption::token_hash;
use crate::storage::reference::{SubmissionKey, key_hash};
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form::email;
use crate::web::form::email::DID_YOU_MEAN;
use crate::web::form::{FieldErrors, Fields, Query};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

/// What these pages are given.
#[derive(Clone)]
pub struct Given {
    pub app: App,
    pub library: Arc<Library>,
}

/// The form as it stands at the foot of a sheet.
#[derive(Template)]
#[template(path = "consultations/offer.html")]
struct Offer {
    form: RequestForm,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "consultations/new.html")]
struct NewPage<'a> {
    context: PageContext<'a>,
    form: &'a RequestForm,
    errors: &'a FieldErrors,
    due: String,
    back: String,
    step: Step,
}

#[derive(Template)]
#[template(path = "consultations/check.html")]
struct CheckPage<'a> {
    context: PageContext<'a>,
    form: &'a RequestForm,
    new: &'a NewRequest,
    key: &'a str,
    /// The text in pieces, safety words marked; empty when there is none.
    marked: Vec<(bool, &'a str)>,
    due: String,
    /// Why it was not sent just now.
    trouble: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "consultations/confirmation.html")]
struct ConfirmationPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    due: String,
    opens: Option<String>,
    private_page: Option<String>,
}

const DESCRIPTION: &str =
    "Tell us how to reach you, by phone, video call or email, and see by when you will hear from the clinic.";

/// What the person pressed.
#[derive(Clone, Copy, PartialEq)]
pub enum Step {
    Ask,
    Change,
    Check,
    Send,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    let given = Given { app, library };
    Router::new()
        .route("/consultations/new", get(new).post(create))
        .route("/consultations/confirmation/{key}", get(confirmation))
        .merge(private_page::routes())
        .with_state(given)
}

/// The form for the foot of a sheet.
pub fn offer(about: &str) -> std::result::Result<String, askama::Error> {
    let form = RequestForm { about: about.to_owned(), ..RequestForm::default() };
    Offer { form, errors: FieldErrors::default() }.render()
}

async fn new(State(given): State<Given>, Query(asked): Query, jar: CookieJar) -> Result<Response> {
    // Only a summary that is there is offered to be shared.
    let questions = &given.library.questions;
    let from_summary =
        asked.has("summary") && assessment::summary_now(&given.app, questions, &jar).await?.is_some();
    let form = RequestForm { about: asked.text("about"), from_summary, ..RequestForm::default() };
    Ok(given.show_form(&form, &FieldErrors::default(), Step::Ask))
}

async fn create(
    State(given): State<Given>,
    Network(from): Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let form = RequestForm::read(&fields);
    let step = Step::of(&fields);
    if step == Step::Change {
        return Ok(given.show_form(&form, &FieldErrors::default(), step));
    }
    let shared = given.to_share(&form, &jar).await?;
    let mut new = match email::ask(form.check(), &form.email, &form.email_queried, DID_YOU_MEAN) {
        Ok(_) if form.share && shared.is_none() => {
            return Ok(given.show_form(&form, &summary_is_gone(), step));
        }
        Ok(new) => new,
        Err(errors) => return Ok(given.show_form(&form, &errors, step)),
    };
    let app = &given.app;
    let Some(key) = SubmissionKey::parse(&app.cipher, &fields.text("key")).filter(|_| step == Step::Send)
    else {
        return Ok(given.show_check(&form, &new, shared.as_ref(), None, None));
    };
    if !app.limits.may_send(from) {
        return Ok(given.show_check(&form, &new, shared.as_ref(), Some(&key), Some(Error::TooManyRequests)));
    }
    new.suspect |= key.was_too_quick(&app.clock);
    match crate::consultations::submit(app, &given.library, new.clone(), shared.clone(), &key).await {
        Ok(taken) => {
            let confirmation = format!("/consultations/confirmation/{}", taken.key.as_str());
            Ok(Redirect::to(&confirmation).into_response())
        }
        Err(error @ Error::Unavailable) => {
            Ok(given.show_check(&form, &new, shared.as_ref(), Some(&key), Some(error)))
        }
        Err(error) => Err(error),
    }
}

async fn confirmation(State(given): State<Given>, Path(key): Path<String>) -> Result<Response> {
    let app = &given.app;
    let request = store::find_by_key(app.database.readers(), &app.cipher, &key_hash(KIND, &key)).await?;
    let calendar = app.site.clinic.calendar();
    let token = SubmissionKey::parse(&app.cipher, &key).map(|key| key.private_token(&app.cipher));
    let shown = ConfirmationPage {
        context: app
            .site
            .private(if request.state == RequestState::Withdrawn {
                "Your request is withdrawn"
            } else {
                "We have your request"
            })
            .described("What happens next with a request to the clinic, and by when."),
        due: calendar.say_with_year(request.due_at),
        opens: calendar.promise(request.created_at).opens.map(|opens| calendar.say(opens.timestamp())),
        private_page: token
            .filter(|token| token_hash(token) == request.token_hash)
            .map(|token| format!("/consultations/{token}")),
        request: &request,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

/// Nothing is sent without what a person meant to send with it.
fn summary_is_gone() -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("share", "Select no summary to share: your answers have been erased");
    errors
}

impl Given {
    /// The visitor's own summary, when they ticked that it is to be shared.
    async fn to_share(&self, form: &RequestForm, jar: &CookieJar) -> Result<Option<Summary>> {
        if !form.share {
            return Ok(None);
        }
        assessment::summary_now(&self.app, &self.library.questions, jar).await
    }

    fn show_form(&self, form: &RequestForm, errors: &FieldErrors, step: Step) -> Response {
        let site = &self.app.site;
        let wrong = !errors.is_empty();
        let now = self.app.clock.now();
        let title = "Ask the clinic to contact you";
        // Search engines may list the form; as soon as it holds somebody's answers it is theirs alone.
        let context = match step {
            Step::Ask => site.public(title, DESCRIPTION, "/consultations/new"),
            _ => site.private(title).with_errors(wrong),
        };
        let shown = NewPage {
            context,
            form,
            errors,
            due: site.clinic.calendar().say(site.clinic.calendar().promise(now).due.timestamp()),
            back: match self.library.sheet(&form.about) {
                _ if form.from_summary => assessment::SUMMARY.to_owned(),
                Some(sheet) => sheet.path(),
                None => "/".to_owned(),
            },
            step,
        };
        match step {
            Step::Ask => page::fresh(StatusCode::OK, &shown),
            _ if wrong => page::private(StatusCode::UNPROCESSABLE_ENTITY, &shown),
            _ => page::private(StatusCode::OK, &shown),
        }
    }

    /// Plays the answers back. With `trouble` it says why they were not sent, and keeps their key.
    fn show_check(
        &self,
        form: &RequestForm,
        new: &NewRequest,
        shared: Option<&Summary>,
        key: Option<&SubmissionKey>,
        trouble: Option<Error>,
    ) -> Response {
        let app = &self.app;
        let calendar = app.site.clinic.calendar();
        let key = key.cloned().unwrap_or_else(|| SubmissionKey::new(&app.cipher, &app.clock));
        let typed = crate::consultations::words_typed(&new.concern, shared);
        let marked = app.site.clinic.safety.marked(&typed);
        let (status, words) = match trouble {
            None => (StatusCode::OK, None),
            Some(Error::TooManyRequests) => (
                StatusCode::TOO_MANY_REQUESTS,
                Some(
                    "Too many forms came from your network. Your answers are kept below. Wait a few minutes, then send again.",
                ),
            ),
            Some(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                Some(
                    "We could not confirm that your request was saved. Your answers are kept below. Wait a few minutes, then send again: sending twice makes one request.",
                ),
            ),
        };
        let shown = CheckPage {
            context: app.site.private("Check your answers before you send them").with_errors(words.is_some()),
            form,
            new,
            key: key.as_str(),
            marked: if marked.iter().any(|(safety, _)| *safety) { marked } else { Vec::new() },
            due: calendar.say(calendar.promise(app.clock.now()).due.timestamp()),
            trouble: words,
        };
        page::private(status, &shown)
    }
}

impl Step {
    fn of(fields: &Fields) -> Step {
        match fields.text("step").as_str() {
            _ if fields.has("change") => Step::Change,
            "send" => Step::Send,
            _ => Step::Check,
        }
    }
}

impl CheckPage<'_> {
    fn shares(&self) -> &'static str {
        if self.form.share { "Shared with the clinic" } else { "Not shared" }
    }
}
