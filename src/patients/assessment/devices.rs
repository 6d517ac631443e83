//! A short code takes the answers to another device: made on one, typed on the other, good once.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;

use crate::patients::assessment::state::AssessmentState;
use crate::patients::drafts;
use crate::storage::reference::{in_fours, parse_code};
use crate::web::error::{Error, Result};
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/assessment/code.html")]
struct CodePage<'a> {
    context: PageContext<'a>,
    /// Such as `7K3M-9QX4`; nothing before it was asked for.
    code: Option<String>,
}

#[derive(Template)]
#[template(path = "patients/assessment/resume.html")]
struct ResumePage<'a> {
    context: PageContext<'a>,
    typed: &'a str,
    errors: &'a FieldErrors,
}

pub async fn code(State(given): State<AssessmentState>, jar: CookieJar) -> Result<Response> {
    match drafts::open(&given.app, &jar).await? {
        Some(_) => Ok(given.show_code(None)),
        None => Ok(given.lost("")),
    }
}

pub async fn new_code(
    State(given): State<AssessmentState>,
    Network(from): Network,
    jar: CookieJar,
) -> Result<Response> {
    if !given.app.limits.may_save(from) {
        return Err(Error::TooManyRequests);
    }
    let Some(draft) = drafts::open(&given.app, &jar).await? else { return Ok(given.lost("")) };
    match drafts::new_code(&given.app, draft).await? {
        Some(code) => Ok(given.show_code(Some(in_fours(&code)))),
        None => Ok(given.lost("")),
    }
}

pub async fn resume(State(given): State<AssessmentState>) -> Response {
    given.show_resume(StatusCode::OK, "", &FieldErrors::default())
}

pub async fn open(
    State(given): State<AssessmentState>,
    Network(from): Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let typed = fields.text("code");
    let mut errors = FieldErrors::default();
    let Some(code) = parse_code(&typed) else {
        errors.add("code", "Enter the 8 letters and numbers of your code, like 7K3M-9QX4");
        return Ok(given.show_resume(StatusCode::UNPROCESSABLE_ENTITY, &typed, &errors));
    };
    if !given.app.limits.may_guess(from) {
        errors.add("code", "Too many codes were tried. Wait a few minutes, then try again");
        return Ok(given.show_resume(StatusCode::TOO_MANY_REQUESTS, &typed, &errors));
    }
    match drafts::resume(&given.app, &code).await? {
        Some(cookie) => {
            Ok((jar.add(cookie), Redirect::to(crate::patients::assessment::CHECK)).into_response())
        }
        None => {
            errors.add("code", "Enter a code that you got in the last 24 hours and have not used yet");
            Ok(given.show_resume(StatusCode::UNPROCESSABLE_ENTITY, &typed, &errors))
        }
    }
}

impl AssessmentState {
    fn show_code(&self, code: Option<String>) -> Response {
        let title = if code.is_some() { "Your code for another device" } else { "Finish on another device" };
        page::private(StatusCode::OK, &CodePage { context: self.app.site.private(title), code })
    }

    fn show_resume(&self, status: StatusCode, typed: &str, errors: &FieldErrors) -> Response {
        let context = self.app.site.private("Enter your code").with_errors(!errors.is_empty());
        page::private(status, &ResumePage { context, typed, errors })
    }
}
