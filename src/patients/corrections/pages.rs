//! The reader's side of a correction: the form and the confirmation.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::library::{Library, PlainPage, Sheet};
use crate::patients::corrections::correction::PageVersion;
use crate::patients::corrections::request::{CorrectionForm, LONGEST_WORDS};
use crate::patients::corrections::{handling, store};
use crate::patients::form_step::{SendProblem, ask_about_email, check_status, press};
use crate::signs::Help;
use crate::storage::encryption::token_hash;
use crate::storage::reference::SubmissionKey;
use crate::web::app::App;
use crate::web::counts;
use crate::web::error::{Error, Result};
use crate::web::form::contact::Choice;
use crate::web::form::{About, FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Clone)]
struct CorrectionsState {
    app: App,
    library: Arc<Library>,
}

/// A page that may have a correction.
#[derive(Clone, Copy)]
enum PageInQuestion<'a> {
    Sheet(&'a Sheet),
    Plain(&'a PlainPage),
}

#[derive(Template)]
#[template(path = "patients/corrections/new.html")]
struct NewPage<'a> {
    context: PageContext<'a>,
    form: &'a CorrectionForm,
    errors: &'a FieldErrors,
    /// Nothing when the reader has yet to choose.
    about: Option<PageInQuestion<'a>>,
    choices: Vec<Choice<'a>>,
    key: &'a str,
    /// What was typed in pieces, safety words marked; empty when there is none.
    marked: Vec<(bool, &'a str)>,
    /// Which help the marked words call for, the most urgent first.
    help: Vec<Help>,
    trouble: Option<String>,
}

#[derive(Template)]
#[template(path = "patients/corrections/confirmation.html")]
struct ConfirmationPage<'a> {
    context: PageContext<'a>,
    reference: &'a str,
    about: Option<PageInQuestion<'a>>,
    /// Which help what they wrote calls for, the most urgent first, and the words that say so.
    help: Vec<Help>,
    words: String,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/corrections/new", get(new).post(create))
        .route("/corrections/confirmation/{key}", get(confirmation))
        .with_state(CorrectionsState { app, library })
}

async fn new(State(given): State<CorrectionsState>, About(about): About) -> Response {
    given.show(&CorrectionForm { about, ..CorrectionForm::default() }, None, FieldErrors::default(), None)
}

async fn create(State(given): State<CorrectionsState>, from: Network, fields: Fields) -> Result<Response> {
    let app = &given.app;
    let form = CorrectionForm::read(&fields);
    let key = SubmissionKey::parse(&app.cipher, &fields.text("key"));
    let about = given.find(&form.about);
    let checked = ask_about_email(&fields, form.check(about.is_some()));
    let (new, about) = match (checked, about) {
        (Ok(new), Some(about)) => (new, about),
        (checked, _) => return Ok(given.show(&form, key, checked.err().unwrap_or_default(), None)),
    };
    let problem = |key, problem| Ok(given.show(&form, key, FieldErrors::default(), Some(problem)));
    let Some(key) = key else {
        let key = SubmissionKey::new(&app.cipher, &app.clock).for_second_press(&app.cipher);
        return problem(Some(key), SendProblem::UnknownKey);
    };
    let key = match press(app, &from, &fields, key) {
        Ok(key) => key,
        Err((key, why)) => return problem(Some(key), why),
    };
    match handling::submit(app, about.version(), new, &key).await {
        Ok(()) => Ok(Redirect::to(&format!("/corrections/confirmation/{}", key.as_str())).into_response()),
        Err(Error::Unavailable) => problem(Some(key), SendProblem::NotSaved),
        Err(error) => Err(error),
    }
}

async fn confirmation(State(given): State<CorrectionsState>, Path(key): Path<String>) -> Result<Response> {
    let app = &given.app;
    let told = store::find_by_key(app.database.readers(), &app.cipher, &token_hash(&key)).await?;
    let finding = app.site.signs.read(&told.words);
    let title = if finding.is_calm() { "Thank you: we have your report" } else { "Do not wait for us" };
    let shown = ConfirmationPage {
        context: app.site.private(title),
        reference: &told.reference,
        about: given.find(&told.about),
        help: finding.help(),
        words: finding.in_quotes(&told.words),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

impl CorrectionsState {
    fn find(&self, slug: &str) -> Option<PageInQuestion<'_>> {
        let plain = || self.library.pages.iter().find(|page| page.slug == slug).map(PageInQuestion::Plain);
        self.library.sheet(slug).map(PageInQuestion::Sheet).or_else(plain)
    }

    fn show(
        &self,
        form: &CorrectionForm,
        key: Option<SubmissionKey>,
        errors: FieldErrors,
        problem: Option<SendProblem>,
    ) -> Response {
        let app = &self.app;
        let key = key.unwrap_or_else(|| SubmissionKey::new(&app.cipher, &app.clock));
        let status = match problem {
            None if !errors.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
            problem => check_status(problem),
        };
        let about = self.find(&form.about);
        let title =
            if about.is_some() { "Report a mistake on this page" } else { "Report a mistake on a page" };
        let finding = app.site.signs.read(&form.words);
        let sheets = self.library.sheets.iter().map(PageInQuestion::Sheet);
        let all = sheets.chain(self.library.pages.iter().map(PageInQuestion::Plain));
        let shown = NewPage {
            context: app.site.private(title).with_errors(status != StatusCode::OK),
            form,
            errors: &errors,
            about,
            choices: all.map(|one| Choice { value: one.slug(), label: one.title(), chosen: false }).collect(),
            key: key.as_str(),
            marked: finding.marked_if_any(&form.words),
            help: finding.help(),
            trouble: problem.map(|problem| problem.words("report", "Send")),
        };
        counts::mark_errors(page::private(status, &shown), "correction", &errors)
    }
}

impl<'a> PageInQuestion<'a> {
    fn slug(self) -> &'a str {
        match self {
            PageInQuestion::Sheet(sheet) => &sheet.slug,
            PageInQuestion::Plain(page) => &page.slug,
        }
    }

    fn title(self) -> &'a str {
        match self {
            PageInQuestion::Sheet(sheet) => &sheet.front.title,
            PageInQuestion::Plain(page) => &page.front.title,
        }
    }

    fn path(self) -> String {
        match self {
            PageInQuestion::Sheet(sheet) => sheet.path(),
            PageInQuestion::Plain(page) => page.path(),
        }
    }

    fn version(self) -> PageVersion {
        let version = match self {
            PageInQuestion::Sheet(sheet) => sheet.front.version.clone(),
            PageInQuestion::Plain(_) => String::new(),
        };
        PageVersion { about: self.slug().to_owned(), version }
    }
}
