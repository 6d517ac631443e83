//! The patient asks: the form, the check page, the confirmation.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::consultations;
use crate::consultations::answers::LONGEST_CONCERN;
use crate::consultations::request_form::{NewRequest, RequestForm};
use crate::consultations::submission::KIND;
use crate::consultations::{Request, RequestState, store};
use crate::library::Library;
use crate::library::summary::Summary;
use crate::mail::Purpose;
use crate::patients::assessment;
use crate::patients::confirmation_mail::ConfirmationMail;
use crate::patients::consultations::private_page;
use crate::patients::consultations::state::ConsultationsState;
use crate::patients::form_step::{FormStep, SendProblem, check_status, send_button};
use crate::signs::Help;
use crate::storage::encryption::token_hash;
use crate::storage::reference::{SubmissionKey, key_hash};
use crate::web::app::App;
use crate::web::counts;
use crate::web::error::{Error, Result};
use crate::web::form::{FieldErrors, Fields, Query};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

/// The form as it stands at the foot of a sheet.
#[derive(Template)]
#[template(path = "patients/consultations/offer.html")]
struct Offer {
    form: RequestForm,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "patients/consultations/new.html")]
struct NewPage<'a> {
    context: PageContext<'a>,
    form: &'a RequestForm,
    errors: &'a FieldErrors,
    due: String,
    /// What is said of closures that come before that.
    closed: String,
    back: String,
    /// They came back to change an answer.
    changes: bool,
    /// What was typed in pieces, signs marked; empty when there is none.
    marked: Vec<(bool, &'a str)>,
    /// Which help the marked words call for, the most urgent first.
    help: Vec<Help>,
}

#[derive(Template)]
#[template(path = "patients/consultations/check.html")]
struct CheckPage<'a> {
    context: PageContext<'a>,
    form: &'a RequestForm,
    new: &'a NewRequest,
    key: &'a str,
    /// The text in pieces, safety words marked; empty when there is none.
    marked: Vec<(bool, &'a str)>,
    /// Which help the marked words call for, the most urgent first.
    help: Vec<Help>,
    button: &'a str,
    due: String,
    /// What is said of closures that come before that.
    closed: String,
    /// Why it was not sent just now.
    trouble: Option<String>,
}

#[derive(Template)]
#[template(path = "patients/consultations/confirmation.html")]
struct ConfirmationPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    due: String,
    /// What is said of closures that come before that.
    closed: String,
    opens: Option<String>,
    private_page: Option<String>,
    mail: ConfirmationMail,
    /// When the mail goes, when that is not now.
    mail_at: String,
    /// Which help what they wrote calls for, the most urgent first, and the words that say so.
    help: Vec<Help>,
    words: String,
}

const TITLE: &str = "Ask the clinic to contact you";
const DESCRIPTION: &str =
    "Tell us how to reach you, by phone, video call or email, and see when you will hear from the clinic.";

pub fn routes(app: App, library: Arc<Library>) -> Router {
    let given = ConsultationsState { app, library };
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

async fn new(
    State(given): State<ConsultationsState>,
    Query(asked): Query,
    jar: CookieJar,
) -> Result<Response> {
    // Only a summary that is there is offered to be shared.
    let questions = &given.library.questions;
    let from_summary =
        asked.has("summary") && assessment::summary_now(&given.app, questions, &jar).await?.is_some();
    let form = RequestForm { about: asked.text("about"), from_summary, ..RequestForm::default() };
    Ok(given.show_new(&form))
}

async fn create(
    State(given): State<ConsultationsState>,
    from: Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let form = RequestForm::read(&fields);
    let shared = given.to_share(&form, &jar).await?;
    let checked = form.check().and_then(|new| match (form.share, &shared) {
        (true, None) => Err(summary_is_gone()),
        _ => Ok(new),
    });
    let (new, key) = match FormStep::of(&given.app, &from, &fields, checked) {
        FormStep::Form(errors) => return Ok(given.show_answers(&form, shared.as_ref(), &errors)),
        FormStep::Check { new, key, problem } => {
            return Ok(given.show_check(&form, &new, shared.as_ref(), &key, problem));
        }
        FormStep::Send { new, key } => (new, key),
    };
    let sent = consultations::submit(&given.app, &given.library, new.clone(), shared.clone(), &key).await;
    match sent {
        Ok(taken) => {
            let confirmation = format!("/consultations/confirmation/{}", taken.key.as_str());
            Ok(Redirect::to(&confirmation).into_response())
        }
        Err(Error::Unavailable) => {
            Ok(given.show_check(&form, &new, shared.as_ref(), &key, Some(SendProblem::NotSaved)))
        }
        Err(error) => Err(error),
    }
}

async fn confirmation(State(given): State<ConsultationsState>, Path(key): Path<String>) -> Result<Response> {
    let app = &given.app;
    let request = store::find_by_key(app.database.readers(), &app.cipher, &key_hash(KIND, &key)).await?;
    let calendar = app.site.clinic.calendar();
    let token = SubmissionKey::parse(&app.cipher, &key).map(|key| key.private_token(&app.cipher));
    let typed = request.words();
    let finding = app.site.signs.read(&typed);
    let title = match request.state {
        RequestState::Withdrawn => "Your request is withdrawn",
        _ if request.sign.is_some() => "Do not wait for us",
        _ => "We have your request",
    };
    let mail = ConfirmationMail::find(app, &request.reference, Purpose::ConsultationConfirmation).await?;
    let shown = ConfirmationPage {
        context: app
            .site
            .private(title)
            .described("What happens next with a request to the clinic, and by when."),
        due: calendar.say_with_year(request.due_at),
        closed: calendar.closures_until(app.clock.now(), request.due_at).join(" "),
        opens: calendar.promise(request.created_at).opens.map(|opens| calendar.say(opens.timestamp())),
        private_page: token
            .filter(|token| token_hash(token) == request.token_hash)
            .map(|token| format!("/consultations/{token}")),
        mail,
        mail_at: mail.at().map_or_else(String::new, |at| calendar.say(at)),
        help: request.help_with(&finding),
        words: finding.in_quotes(&typed),
        request: &request,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

/// Nothing is sent without what a person meant to send with it.
fn summary_is_gone() -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("share", "Untick the summary: your answers have been erased, so there is nothing to share");
    errors
}

impl ConsultationsState {
    /// The visitor's own summary, when they ticked that it is to be shared.
    async fn to_share(&self, form: &RequestForm, jar: &CookieJar) -> Result<Option<Summary>> {
        if !form.share {
            return Ok(None);
        }
        assessment::summary_now(&self.app, &self.library.questions, jar).await
    }

    /// The empty form. Search engines may list it.
    fn show_new(&self, form: &RequestForm) -> Response {
        let context = self.app.site.public(TITLE, DESCRIPTION, "/consultations/new");
        page::fresh(StatusCode::OK, &self.form_page(context, form, "", &FieldErrors::default(), false))
    }

    /// The form with what was typed, to be changed or mended: as soon as it holds answers it is theirs alone.
    fn show_answers(&self, form: &RequestForm, shared: Option<&Summary>, errors: &FieldErrors) -> Response {
        let wrong = !errors.is_empty();
        let context = self.app.site.private(TITLE).with_errors(wrong);
        let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let typed = form.words(shared);
        let answer = page::private(status, &self.form_page(context, form, &typed, errors, !wrong));
        counts::mark_errors(answer, "consultation", errors)
    }

    fn form_page<'a>(
        &'a self,
        context: PageContext<'a>,
        form: &'a RequestForm,
        typed: &'a str,
        errors: &'a FieldErrors,
        changes: bool,
    ) -> NewPage<'a> {
        let finding = self.app.site.signs.read(typed);
        let back = match self.library.sheet(&form.about) {
            _ if form.from_summary => assessment::SUMMARY.to_owned(),
            Some(sheet) => sheet.path(),
            None => "/".to_owned(),
        };
        let (due, closed) = self.promise();
        let (marked, help) = (finding.marked_if_any(typed), finding.help());
        NewPage { context, form, errors, due, closed, back, changes, marked, help }
    }

    /// By when who asks now hears from us, and what is said of closures that come before that.
    fn promise(&self) -> (String, String) {
        let (calendar, now) = (self.app.site.clinic.calendar(), self.app.clock.now());
        let due = calendar.promise(now).due.timestamp();
        (calendar.say(due), calendar.closures_until(now, due).join(" "))
    }

    /// Plays the answers back. With a problem it says why they were not sent.
    fn show_check(
        &self,
        form: &RequestForm,
        new: &NewRequest,
        shared: Option<&Summary>,
        key: &SubmissionKey,
        problem: Option<SendProblem>,
    ) -> Response {
        let app = &self.app;
        let (due, closed) = self.promise();
        let typed = new.words(shared);
        let finding = app.site.signs.read(&typed);
        let button = send_button(&finding);
        let trouble = problem.map(|problem| problem.words("request", button));
        let title = match finding.is_calm() {
            true => "Check your answers before you send them",
            false => "Read this before you send",
        };
        let shown = CheckPage {
            context: app.site.private(title).with_errors(trouble.is_some()),
            form,
            new,
            key: key.as_str(),
            marked: finding.marked_if_any(&typed),
            help: finding.help(),
            button,
            due,
            closed,
            trouble,
        };
        page::private(check_status(problem), &shown)
    }
}

impl CheckPage<'_> {
    fn shares(&self) -> &'static str {
        if self.form.share { "Shared with the clinic" } else { "Not shared" }
    }
}
