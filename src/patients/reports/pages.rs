//! A person asks for a page by email: the form, the check page, the confirmation, and the link that stops them.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::library::summary::Summary;
use crate::library::{Library, Sheet};
use crate::mail::Purpose;
use crate::mail::limits::open_stop_token;
use crate::patients::assessment;
use crate::patients::confirmation_mail::ConfirmationMail;
use crate::patients::form_step::{FormStep, SendProblem};
use crate::patients::reports::check_page::{Problem, ReportCheck};
use crate::patients::reports::request::ReportForm;
use crate::patients::reports::submission::KIND;
use crate::patients::reports::{store, submission};
use crate::storage::reference::key_hash;
use crate::web::app::App;
use crate::web::counts;
use crate::web::error::{Error, Result};
use crate::web::form::contact::Choice;
use crate::web::form::{FieldErrors, Fields, Query};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Clone)]
struct ReportsState {
    app: App,
    library: Arc<Library>,
}

/// The form as it stands at the foot of a sheet.
#[derive(Template)]
#[template(path = "patients/reports/offer.html")]
struct Offer<'a> {
    about: &'a str,
}

#[derive(Template)]
#[template(path = "patients/reports/new.html")]
struct NewPage<'a> {
    context: PageContext<'a>,
    form: &'a ReportForm,
    errors: &'a FieldErrors,
    /// The page that will be sent; nothing when the person has yet to choose.
    sheet: Option<&'a Sheet>,
    sheets: Vec<&'a Sheet>,
}

#[derive(Template)]
#[template(path = "patients/reports/confirmation.html")]
struct ConfirmationPage<'a> {
    context: PageContext<'a>,
    sheets: Vec<&'a Sheet>,
    mail: ConfirmationMail,
    /// When it goes, when that is not now.
    at: String,
}

#[derive(Template)]
#[template(path = "patients/reports/stop.html")]
struct StopPage<'a> {
    context: PageContext<'a>,
    token: Option<&'a str>,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/reports/new", get(new).post(create))
        .route("/reports/confirmation/{key}", get(confirmation))
        .route("/reports/stop/{token}", get(ask_to_stop).post(stop))
        .with_state(ReportsState { app, library })
}

/// The form for the foot of a sheet.
pub fn offer(about: &str) -> std::result::Result<String, askama::Error> {
    Offer { about }.render()
}

async fn new(State(given): State<ReportsState>, Query(asked): Query, jar: CookieJar) -> Result<Response> {
    let about = Some(asked.text("about")).filter(|slug| !slug.is_empty());
    let form = ReportForm {
        about: about.into_iter().collect(),
        from_summary: asked.has("summary"),
        ..ReportForm::default()
    };
    let summary = if form.from_summary { given.summary(&jar).await? } else { None };
    if form.from_summary && summary.is_none() {
        // That page says what became of the answers, or asks for the one that is missing.
        return Ok(Redirect::to(assessment::SUMMARY).into_response());
    }
    Ok(given.show_form(&form, summary.as_ref(), &FieldErrors::default()))
}

async fn create(
    State(given): State<ReportsState>,
    from: Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let form = ReportForm::read(&fields);
    let summary = given.summary(&jar).await?;
    let sheets = given.chosen(&form);
    let checked = form.check(sheets.len(), summary.is_some());
    let step = FormStep::of(&given.app, &from, &fields, checked);
    let own_pages = summary.as_ref().filter(|_| form.from_summary);
    let check = ReportCheck { form: &form, sheets: &sheets, has_summary: summary.is_some() };
    let (new, key) = match step {
        FormStep::Form(errors) => return Ok(given.show_form(&form, own_pages, &errors)),
        FormStep::Check { new, key, problem } => {
            // One press asks for all that it needs.
            let problem = problem.map(|problem| check.unsettled().unwrap_or(Problem::Send(problem)));
            return Ok(check.show(&given.app, &new, &key, problem));
        }
        FormStep::Send { new, key } => (new, key),
    };
    if let Some(problem) = check.unsettled() {
        return Ok(check.show(&given.app, &new, &key, Some(problem)));
    }
    let link_to = summary.clone().filter(|_| form.wants_link());
    match submission::submit(&given.app, &sheets, link_to, new.clone(), &key).await {
        Ok(()) => Ok(Redirect::to(&format!("/reports/confirmation/{}", key.as_str())).into_response()),
        Err(Error::Unavailable) => {
            Ok(check.show(&given.app, &new, &key, Some(Problem::Send(SendProblem::NotSaved))))
        }
        Err(error) => Err(error),
    }
}

async fn confirmation(State(given): State<ReportsState>, Path(key): Path<String>) -> Result<Response> {
    let app = &given.app;
    let (reference, about) = store::find_by_key(app.database.readers(), &key_hash(KIND, &key)).await?;
    let mail = ConfirmationMail::find(app, &reference, Purpose::Report).await?;
    let at = mail.at().map_or_else(String::new, |at| app.site.clinic.calendar().say(at));
    let sheets = about.split(',').filter_map(|slug| given.library.sheet(slug)).collect();
    let context = app.site.private(match mail {
        ConfirmationMail::Queued => "Your report is on its way",
        ConfirmationMail::Held(_) => "We will send your report soon",
        ConfirmationMail::Retrying(_) => "We are still trying to send your report",
        ConfirmationMail::Sent => "Your report has been sent",
        ConfirmationMail::NotSent => "We have not sent your report",
    });
    Ok(page::private(StatusCode::OK, &ConfirmationPage { context, sheets, mail, at }))
}

async fn ask_to_stop(State(given): State<ReportsState>, Path(token): Path<String>) -> Result<Response> {
    open_stop_token(&given.app.cipher, &token).ok_or(Error::NotFound)?;
    let context = given.app.site.private("Stop emails to this address?");
    Ok(page::private(StatusCode::OK, &StopPage { context, token: Some(&token) }))
}

async fn stop(State(given): State<ReportsState>, Path(token): Path<String>) -> Result<Response> {
    let hash = open_stop_token(&given.app.cipher, &token).ok_or(Error::NotFound)?;
    submission::stop(&given.app, hash).await?;
    let context = given.app.site.private("We will send no more emails to this address");
    Ok(page::private(StatusCode::OK, &StopPage { context, token: None }))
}

impl ReportsState {
    /// The visitor's own summary, when they have one.
    async fn summary(&self, jar: &CookieJar) -> Result<Option<Summary>> {
        assessment::summary_now(&self.app, &self.library.questions, jar).await
    }

    /// The pages that were chosen and that exist, each once.
    fn chosen(&self, form: &ReportForm) -> Vec<&Sheet> {
        let mut sheets: Vec<&Sheet> = Vec::new();
        for sheet in form.about.iter().filter_map(|slug| self.library.sheet(slug)) {
            if !sheets.iter().any(|other| other.slug == sheet.slug) {
                sheets.push(sheet);
            }
        }
        sheets
    }

    fn show_form(&self, form: &ReportForm, summary: Option<&Summary>, errors: &FieldErrors) -> Response {
        let wrong = !errors.is_empty();
        let chosen = self.chosen(form);
        let sheets = match summary {
            Some(summary) => summary.sheets(&self.library).into_iter().map(|(sheet, _)| sheet).collect(),
            None if form.from_summary => chosen.clone(),
            None => self.library.sheets.iter().collect(),
        };
        let sheet = chosen.first().copied().filter(|_| !form.from_summary);
        let title = match sheet {
            Some(_) => "Get this report by email",
            None if form.from_summary => "Get your pages by email",
            None => "Get a page by email",
        };
        let context = self.app.site.private(title).with_errors(wrong);
        let shown = NewPage { context, form, errors, sheet, sheets };
        let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        counts::mark_errors(page::private(status, &shown), "report", errors)
    }
}

impl<'a> NewPage<'a> {
    fn sheet_choices(&self) -> Vec<Choice<'a>> {
        let chosen = |sheet: &Sheet| self.form.about.contains(&sheet.slug);
        let choice = |sheet: &&'a Sheet| Choice {
            value: &sheet.slug,
            label: &sheet.front.title,
            chosen: chosen(sheet),
        };
        self.sheets.iter().map(choice).collect()
    }

    fn link_choice(&self) -> Vec<Choice<'static>> {
        let label = "Add a private link to my summary";
        vec![Choice { value: "yes", label, chosen: self.form.wants_link() }]
    }
}
