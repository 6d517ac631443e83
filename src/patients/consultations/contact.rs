//! The patient changes how to reach them, on the private page.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::consultations::change_contact;
use crate::consultations::request_form::RequestForm;
use crate::patients::consultations::state::{ConsultationsState, ask_before, path};
use crate::patients::consultations::visit;
use crate::patients::form_step::SendProblem;
use crate::web::counts;
use crate::web::error::{Error, Result};
use crate::web::form::email::DID_YOU_MEAN;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/consultations/contact.html")]
struct ContactPage<'a> {
    context: PageContext<'a>,
    form: &'a RequestForm,
    errors: &'a FieldErrors,
    /// Why nothing was saved, when no field is at fault.
    trouble: Option<String>,
    path: String,
}

/// The field by which a form of this page is known, though nothing else is filled in.
pub const SENT: &str = "contact";
const FIELDS: [&str; 7] = [SENT, "name", "email", "email_queried", "phone", "times", "method"];

pub fn routes() -> Router<ConsultationsState> {
    Router::new().route("/consultations/{token}/contact", get(show).post(change))
}

/// What was sent, to be carried along behind the question of the private page.
pub fn sent(fields: &Fields) -> Vec<(&str, &str)> {
    let ours = fields.pairs().filter(|(name, _)| FIELDS.contains(name) && *name != SENT);
    [(SENT, "sent")].into_iter().chain(ours).collect()
}

async fn show(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    jar: CookieJar,
) -> Result<Response> {
    let Some(request) = visit::known_request(&given, &jar, &token).await? else {
        return Ok(ask_before(&token, "contact").into_response());
    };
    let form = RequestForm {
        times: request.times.iter().map(|time| time.word().to_owned()).collect(),
        method: request.method.word().to_owned(),
        name: request.name,
        email: request.email,
        phone: request.phone,
        ..RequestForm::default()
    };
    Ok(given.show_contact(&form, &FieldErrors::default(), None, &token))
}

async fn change(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    Network(from): Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let request = given.find_open(&token).await?;
    if !visit::is_known(&given.app, &jar, &token) {
        return given.ask_first(&request, &token, &fields).await;
    }
    let form = RequestForm::read(&fields);
    let contact = match form.check_change(&request.email, DID_YOU_MEAN) {
        Ok(contact) => contact,
        Err(errors) => return Ok(given.show_contact(&form, &errors, None, &token)),
    };
    // A mail goes to another address, as for a form.
    if contact.email != request.email && !contact.email.is_empty() && !given.app.limits.may_send(from) {
        let problem = Some(SendProblem::TooManyForms);
        return Ok(given.show_contact(&form, &FieldErrors::default(), problem, &token));
    }
    let token = change_contact(&given.app, request, contact, token).await?.ok_or(Error::NotFound)?;
    Ok((jar.add(visit::cookie(&given.app, &token)), Redirect::to(&path(&token))).into_response())
}

impl ConsultationsState {
    /// A form that was sent before the question was answered: to be looked at and saved.
    pub(super) fn show_sent_contact(&self, fields: &Fields, token: &str) -> Response {
        self.show_contact(&RequestForm::read(fields), &FieldErrors::default(), None, token)
    }

    fn show_contact(
        &self,
        form: &RequestForm,
        errors: &FieldErrors,
        problem: Option<SendProblem>,
        token: &str,
    ) -> Response {
        let wrong = !errors.is_empty() || problem.is_some();
        let context = self.app.site.private("Change how we reach you").with_errors(wrong);
        let status = match problem {
            Some(problem) => problem.status(),
            None if wrong => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        let trouble = problem.map(|problem| problem.words("change", "Save"));
        let shown = ContactPage { context, form, errors, trouble, path: path(token) };
        counts::mark_errors(page::private(status, &shown), "contact details", errors)
    }
}
