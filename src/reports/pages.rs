//! A person asks for a page by email: the form, the check page, the confirmation, and "stop these".

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use super::request::{NewReport, ReportForm};
use super::{open_stop_token, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::contact::Choice;
use crate::form::{About, FieldErrors, Fields};
use crate::library::{Library, Sheet};
use crate::page;
use crate::reference::SubmissionKey;
use crate::sealing::token_hash;
use crate::security::Network;
use crate::site::Frame;

#[derive(Clone)]
struct Given {
    app: App,
    library: Arc<Library>,
}

/// The form as it stands at the foot of a sheet.
#[derive(Template)]
#[template(path = "reports/offer.html")]
struct Offer<'a> {
    about: &'a str,
}

#[derive(Template)]
#[template(path = "reports/new.html")]
struct NewPage<'a> {
    frame: Frame<'a>,
    form: &'a ReportForm,
    errors: &'a FieldErrors,
    email_meant: Option<String>,
    /// The page that will be sent; nothing when the person has yet to choose.
    sheet: Option<&'a Sheet>,
    sheets: &'a [Sheet],
}

#[derive(Template)]
#[template(path = "reports/check.html")]
struct CheckPage<'a> {
    frame: Frame<'a>,
    form: &'a ReportForm,
    new: &'a NewReport,
    sheet: &'a Sheet,
    key: &'a str,
    trouble: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "reports/confirmation.html")]
struct ConfirmationPage<'a> {
    frame: Frame<'a>,
    sheet: Option<&'a Sheet>,
}

#[derive(Template)]
#[template(path = "reports/stop.html")]
struct StopPage<'a> {
    frame: Frame<'a>,
    token: Option<&'a str>,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/reports/new", get(new).post(create))
        .route("/reports/confirmation/{key}", get(confirmation))
        .route("/reports/stop/{token}", get(ask_to_stop).post(stop))
        .with_state(Given { app, library })
}

/// The form for the foot of a sheet.
pub fn offer(about: &str) -> std::result::Result<String, askama::Error> {
    Offer { about }.render()
}

async fn new(State(given): State<Given>, About(about): About) -> Response {
    given.show_form(&ReportForm { about, ..ReportForm::default() }, &FieldErrors::default(), false)
}

async fn create(State(given): State<Given>, Network(from): Network, fields: Fields) -> Result<Response> {
    let app = &given.app;
    let form = ReportForm::read(&fields);
    if fields.has("change") {
        return Ok(given.show_form(&form, &FieldErrors::default(), false));
    }
    let sheet = given.library.sheet(&form.about);
    let (mut new, sheet) = match (form.check(sheet.is_some()), sheet) {
        (Ok(new), Some(sheet)) if form.email_to_query().is_none() => (new, sheet),
        (Err(errors), _) => return Ok(given.show_form(&form, &errors, true)),
        _ => return Ok(given.show_form(&form, &FieldErrors::default(), true)),
    };
    let sending = fields.text("step") == "send";
    let Some(key) = SubmissionKey::parse(&app.sealer, &fields.text("key")).filter(|_| sending) else {
        return Ok(given.show_check(&form, &new, sheet, None, None));
    };
    if !app.limits.may_send(from) {
        return Ok(given.show_check(&form, &new, sheet, Some(&key), Some(Error::TooManyRequests)));
    }
    new.suspect |= key.was_too_quick(&app.clock);
    match super::submit(app, sheet, new.clone(), &key).await {
        Ok(()) => Ok(Redirect::to(&format!("/reports/confirmation/{}", key.as_str())).into_response()),
        Err(error @ Error::Unavailable) => Ok(given.show_check(&form, &new, sheet, Some(&key), Some(error))),
        Err(error) => Err(error),
    }
}

async fn confirmation(State(given): State<Given>, Path(key): Path<String>) -> Result<Response> {
    let about = store::about(given.app.database.readers(), &token_hash(&key)).await?;
    let frame = given.app.site.private("Your report is on its way to our mail server");
    Ok(page::private(StatusCode::OK, &ConfirmationPage { frame, sheet: given.library.sheet(&about) }))
}

async fn ask_to_stop(State(given): State<Given>, Path(token): Path<String>) -> Result<Response> {
    open_stop_token(&given.app.sealer, &token).ok_or(Error::NotFound)?;
    let frame = given.app.site.private("Stop reports to this address?");
    Ok(page::private(StatusCode::OK, &StopPage { frame, token: Some(&token) }))
}

async fn stop(State(given): State<Given>, Path(token): Path<String>) -> Result<Response> {
    let mark = open_stop_token(&given.app.sealer, &token).ok_or(Error::NotFound)?;
    super::stop(&given.app, mark).await?;
    let frame = given.app.site.private("We will send no more reports to this address");
    Ok(page::private(StatusCode::OK, &StopPage { frame, token: None }))
}

impl Given {
    fn show_form(&self, form: &ReportForm, errors: &FieldErrors, query_email: bool) -> Response {
        let email_meant = form.email_to_query().filter(|_| query_email && errors.of("email").is_empty());
        let wrong = !errors.is_empty() || email_meant.is_some();
        let sheet = self.library.sheet(&form.about);
        let shown = NewPage {
            frame: self
                .app
                .site
                .private(match sheet {
                    Some(_) => "Get this report by email",
                    None => "Get a page by email",
                })
                .with_errors(wrong),
            form,
            errors,
            email_meant,
            sheet,
            sheets: &self.library.sheets,
        };
        page::private(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &shown)
    }

    fn show_check(
        &self,
        form: &ReportForm,
        new: &NewReport,
        sheet: &Sheet,
        key: Option<&SubmissionKey>,
        trouble: Option<Error>,
    ) -> Response {
        let app = &self.app;
        let key = key.cloned().unwrap_or_else(|| SubmissionKey::new(&app.sealer, &app.clock));
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
                    "We could not confirm that this was saved. Your answers are kept below. Wait a few minutes, then send again: sending twice makes one report.",
                ),
            ),
        };
        let frame = app.site.private("Check your email address").with_errors(words.is_some());
        page::private(status, &CheckPage { frame, form, new, sheet, key: key.as_str(), trouble: words })
    }
}

impl<'a> NewPage<'a> {
    fn sheet_choices(&self) -> Vec<Choice<'a>> {
        let choice =
            |sheet: &'a Sheet| Choice { value: &sheet.slug, label: &sheet.front.title, chosen: false };
        self.sheets.iter().map(choice).collect()
    }

    /// The complaint about the address, or the question about it.
    fn email_error(&self) -> String {
        match &self.email_meant {
            Some(meant) => {
                format!("Check your email address: did you mean {meant}?")
            }
            None => self.errors.of("email").to_owned(),
        }
    }
}
