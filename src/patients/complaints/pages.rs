//! The public's side of complaints about personal data: the form, the check page, the confirmation.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::patients::complaints::request::{ComplaintForm, LONGEST, NewComplaint};
use crate::patients::complaints::{handling, store};
use crate::patients::form_step::{FormStep, SendProblem, check_status, send_button};
use crate::signs::Help;
use crate::storage::clock::moment;
use crate::storage::encryption::token_hash;
use crate::storage::reference::SubmissionKey;
use crate::web::app::App;
use crate::web::counts;
use crate::web::error::{Error, Result};
use crate::web::form::own_words::own_words;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/complaints/new.html")]
struct NewPage<'a> {
    context: PageContext<'a>,
    form: &'a ComplaintForm,
    errors: &'a FieldErrors,
    /// What was typed in pieces, signs marked; empty when there is none.
    marked: Vec<(bool, &'a str)>,
    /// Which help the marked words call for, the most urgent first.
    help: Vec<Help>,
}

#[derive(Template)]
#[template(path = "patients/complaints/check.html")]
struct CheckPage<'a> {
    context: PageContext<'a>,
    form: &'a ComplaintForm,
    new: &'a NewComplaint,
    key: &'a str,
    /// The words in pieces, signs marked; empty when there is none.
    marked: Vec<(bool, &'a str)>,
    /// Which help the marked words call for, the most urgent first.
    help: Vec<Help>,
    button: &'a str,
    /// Why it was not sent just now.
    trouble: Option<String>,
}

#[derive(Template)]
#[template(path = "patients/complaints/confirmation.html")]
struct ConfirmationPage<'a> {
    context: PageContext<'a>,
    reference: &'a str,
    due: String,
    /// Which help what they wrote calls for, the most urgent first, and the words that say so.
    help: Vec<Help>,
    words: String,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/complaints", get(new).post(create))
        .route("/complaints/confirmation/{key}", get(confirmation))
        .with_state(app)
}

async fn new(State(app): State<App>) -> Response {
    show_form(&app, &ComplaintForm::default(), &FieldErrors::default())
}

async fn create(State(app): State<App>, from: Network, fields: Fields) -> Result<Response> {
    let form = ComplaintForm::read(&fields);
    let (new, key) = match FormStep::of(&app, &from, &fields, form.check()) {
        FormStep::Form(errors) => return Ok(show_form(&app, &form, &errors)),
        FormStep::Check { new, key, problem } => return Ok(show_check(&app, &form, &new, &key, problem)),
        FormStep::Send { new, key } => (new, key),
    };
    match handling::submit(&app, new.clone(), &key).await {
        Ok(()) => Ok(Redirect::to(&format!("/complaints/confirmation/{}", key.as_str())).into_response()),
        Err(Error::Unavailable) => Ok(show_check(&app, &form, &new, &key, Some(SendProblem::NotSaved))),
        Err(error) => Err(error),
    }
}

async fn confirmation(State(app): State<App>, Path(key): Path<String>) -> Result<Response> {
    let complaint = store::find_by_key(app.database.readers(), &app.cipher, &token_hash(&key)).await?;
    let typed = complaint.own_words();
    let finding = app.site.signs.read(&typed);
    let title = if finding.is_calm() { "We have your complaint" } else { "Do not wait for us" };
    let shown = ConfirmationPage {
        context: app.site.private(title),
        reference: &complaint.reference,
        due: app.site.clinic.calendar().local(moment(complaint.due_at)).strftime("%-d %B %Y").to_string(),
        help: finding.help(),
        words: finding.in_quotes(&typed),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

fn show_form(app: &App, form: &ComplaintForm, errors: &FieldErrors) -> Response {
    let wrong = !errors.is_empty();
    let typed = own_words([form.words.as_str()], &form.name, &form.phone);
    let finding = app.site.signs.read(&typed);
    let shown = NewPage {
        context: app.site.private("Complain about how we use your details").with_errors(wrong),
        form,
        errors,
        marked: finding.marked_if_any(&typed),
        help: finding.help(),
    };
    let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    counts::mark_errors(page::private(status, &shown), "complaint", errors)
}

/// Plays the answers back. With a problem it says why they were not sent.
fn show_check(
    app: &App,
    form: &ComplaintForm,
    new: &NewComplaint,
    key: &SubmissionKey,
    problem: Option<SendProblem>,
) -> Response {
    let typed = own_words([new.words.as_str()], &new.name, &new.phone);
    let finding = app.site.signs.read(&typed);
    let button = send_button(&finding);
    let title = match finding.is_calm() {
        true => "Check your complaint before you send it",
        false => "Read this before you send your complaint",
    };
    let trouble = problem.map(|problem| problem.words("complaint", button));
    let shown = CheckPage {
        context: app.site.private(title).with_errors(trouble.is_some()),
        form,
        new,
        key: key.as_str(),
        marked: finding.marked_if_any(&typed),
        help: finding.help(),
        button,
        trouble,
    };
    page::private(check_status(problem), &shown)
}
