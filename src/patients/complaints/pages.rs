//! The public's side of complaints about personal data: the form, the check page, the confirmation.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::patients::complaints::request::{ComplaintForm, LONGEST, NewComplaint};
use crate::patients::complaints::store;
use crate::storage::clock::moment;
use crate::storage::encryption::token_hash;
use crate::storage::reference::SubmissionKey;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form::email;
use crate::web::form::email::DID_YOU_MEAN;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "complaints/new.html")]
struct NewPage<'a> {
    context: PageContext<'a>,
    form: &'a ComplaintForm,
    errors: &'a FieldErrors,
}

#[derive(Template)]
#[template(path = "complaints/check.html")]
struct CheckPage<'a> {
    context: PageContext<'a>,
    form: &'a ComplaintForm,
    new: &'a NewComplaint,
    key: &'a str,
    /// Why it was not sent just now.
    trouble: &'a str,
}

#[derive(Template)]
#[template(path = "complaints/confirmation.html")]
struct ConfirmationPage<'a> {
    context: PageContext<'a>,
    reference: &'a str,
    due: String,
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

async fn create(State(app): State<App>, Network(from): Network, fields: Fields) -> Result<Response> {
    let form = ComplaintForm::read(&fields);
    if fields.has("change") {
        return Ok(show_form(&app, &form, &FieldErrors::default()));
    }
    let mut new = match email::ask(form.check(), &form.email, &form.email_queried, DID_YOU_MEAN) {
        Ok(new) => new,
        Err(errors) => return Ok(show_form(&app, &form, &errors)),
    };
    let sending = fields.text("step") == "send";
    let Some(key) = SubmissionKey::parse(&app.cipher, &fields.text("key")).filter(|_| sending) else {
        return Ok(show_check(&app, &form, &new, None, None));
    };
    if !app.limits.may_send(from) {
        return Ok(show_check(&app, &form, &new, Some(&key), Some(Error::TooManyRequests)));
    }
    new.suspect |= key.was_too_quick(&app.clock);
    match crate::patients::complaints::submit(&app, new.clone(), &key).await {
        Ok(()) => Ok(Redirect::to(&format!("/complaints/confirmation/{}", key.as_str())).into_response()),
        Err(error @ Error::Unavailable) => Ok(show_check(&app, &form, &new, Some(&key), Some(error))),
        Err(error) => Err(error),
    }
}

async fn confirmation(State(app): State<App>, Path(key): Path<String>) -> Result<Response> {
    let (reference, due_at) = store::confirmed(app.database.readers(), &token_hash(&key)).await?;
    let shown = ConfirmationPage {
        context: app.site.private("We have your complaint"),
        reference: &reference,
        due: app.site.clinic.calendar().local(moment(due_at)).strftime("%-d %B %Y").to_string(),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

fn show_form(app: &App, form: &ComplaintForm, errors: &FieldErrors) -> Response {
    let wrong = !errors.is_empty();
    let shown = NewPage {
        context: app.site.private("Complain about how we use your details").with_errors(wrong),
        form,
        errors,
    };
    page::private(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &shown)
}

/// Plays the answers back. With `trouble` it says why they were not sent, and keeps their key.
fn show_check(
    app: &App,
    form: &ComplaintForm,
    new: &NewComplaint,
    key: Option<&SubmissionKey>,
    trouble: Option<Error>,
) -> Response {
    let key = key.cloned().unwrap_or_else(|| SubmissionKey::new(&app.cipher, &app.clock));
    let (status, trouble) = match trouble {
        None => (StatusCode::OK, ""),
        Some(Error::TooManyRequests) => (
            StatusCode::TOO_MANY_REQUESTS,
            "Too many forms came from your network. Your answers are kept below. Wait a few minutes, then send again.",
        ),
        Some(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "We could not confirm that your complaint was saved. Your answers are kept below. Wait a few minutes, then send again: sending twice makes one complaint.",
        ),
    };
    let context =
        app.site.private("Check your complaint before you send it").with_errors(!trouble.is_empty());
    page::private(status, &CheckPage { context, form, new, key: key.as_str(), trouble })
}
