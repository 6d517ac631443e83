//! A reader says what is wrong on a page: the form and the confirmation.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::library::{Library, PlainPage, Sheet};
use crate::patients::corrections::request::{LONGEST_WORDS, MistakeForm};
use crate::patients::corrections::{Told, store};
use crate::storage::encryption::token_hash;
use crate::storage::reference::SubmissionKey;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form::contact::Choice;
use crate::web::form::email;
use crate::web::form::email::DID_YOU_MEAN;
use crate::web::form::{About, FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Clone)]
struct Given {
    app: App,
    library: Arc<Library>,
}

/// A page that may have a mistake.
#[derive(Clone, Copy)]
enum Spoken<'a> {
    Sheet(&'a Sheet),
    Plain(&'a PlainPage),
}

#[derive(Template)]
#[template(path = "mistakes/new.html")]
struct NewPage<'a> {
    context: PageContext<'a>,
    form: &'a MistakeForm,
    errors: &'a FieldErrors,
    /// Nothing when the reader has yet to choose.
    about: Option<Spoken<'a>>,
    choices: Vec<Choice<'a>>,
    key: &'a str,
    trouble: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "mistakes/confirmation.html")]
struct ConfirmationPage<'a> {
    context: PageContext<'a>,
    reference: &'a str,
    about: Option<Spoken<'a>>,
}

/// Why the form is shown again.
#[derive(Default)]
struct Again<'a> {
    errors: FieldErrors,
    trouble: Option<(StatusCode, &'a str)>,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/mistakes/new", get(new).post(create))
        .route("/mistakes/confirmation/{key}", get(confirmation))
        .with_state(Given { app, library })
}

async fn new(State(given): State<Given>, About(about): About) -> Response {
    given.show(&MistakeForm { about, ..MistakeForm::default() }, None, Again::default())
}

async fn create(State(given): State<Given>, Network(from): Network, fields: Fields) -> Result<Response> {
    let app = &given.app;
    let form = MistakeForm::read(&fields);
    let key = SubmissionKey::parse(&app.cipher, &fields.text("key"));
    let about = given.find(&form.about);
    let checked = email::ask(form.check(about.is_some()), &form.email, &form.email_queried, DID_YOU_MEAN);
    let (mut new, about) = match (checked, about) {
        (Ok(new), Some(about)) => (new, about),
        (checked, _) => {
            let again = Again { errors: checked.err().unwrap_or_default(), ..Again::default() };
            return Ok(given.show(&form, key, again));
        }
    };
    let Some(key) = key else { return Ok(given.show(&form, None, Again::trouble(Trouble::NoKey))) };
    if !app.limits.may_send(from) {
        return Ok(given.show(&form, Some(key), Again::trouble(Trouble::TooMany)));
    }
    new.suspect |= key.was_too_quick(&app.clock);
    match crate::patients::corrections::submit(app, about.told(), new, &key).await {
        Ok(()) => Ok(Redirect::to(&format!("/mistakes/confirmation/{}", key.as_str())).into_response()),
        Err(Error::Unavailable) => Ok(given.show(&form, Some(key), Again::trouble(Trouble::NotSaved))),
        Err(error) => Err(error),
    }
}

async fn confirmation(State(given): State<Given>, Path(key): Path<String>) -> Result<Response> {
    let found = store::find_by_key(given.app.database.readers(), &token_hash(&key)).await?;
    let (reference, about) = found;
    let context = given.app.site.private("Thank you: we have your report");
    let shown = ConfirmationPage { context, reference: &reference, about: given.find(&about) };
    Ok(page::private(StatusCode::OK, &shown))
}

enum Trouble {
    NoKey,
    TooMany,
    NotSaved,
}

impl Again<'_> {
    fn trouble(trouble: Trouble) -> Again<'static> {
        let said = match trouble {
            Trouble::NoKey => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "This form was open too long or came from elsewhere. What you typed is kept below. Send it again.",
            ),
            Trouble::TooMany => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many forms came from your network. What you typed is kept below. Wait a few minutes, then send again.",
            ),
            Trouble::NotSaved => (
                StatusCode::SERVICE_UNAVAILABLE,
                "We could not confirm that this was saved. What you typed is kept below. Wait a few minutes, then send again: sending twice does no harm.",
            ),
        };
        Again { trouble: Some(said), ..Again::default() }
    }
}

impl Given {
    fn find(&self, slug: &str) -> Option<Spoken<'_>> {
        let plain = || self.library.pages.iter().find(|page| page.slug == slug).map(Spoken::Plain);
        self.library.sheet(slug).map(Spoken::Sheet).or_else(plain)
    }

    fn show(&self, form: &MistakeForm, key: Option<SubmissionKey>, again: Again<'_>) -> Response {
        let app = &self.app;
        let key = key.unwrap_or_else(|| SubmissionKey::new(&app.cipher, &app.clock));
        let Again { errors, trouble } = again;
        let status = match trouble {
            Some((status, _)) => status,
            None if !errors.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
            None => StatusCode::OK,
        };
        let about = self.find(&form.about);
        let title =
            if about.is_some() { "Report a mistake on this page" } else { "Report a mistake on a page" };
        let sheets = self.library.sheets.iter().map(Spoken::Sheet);
        let all = sheets.chain(self.library.pages.iter().map(Spoken::Plain));
        let shown = NewPage {
            context: app.site.private(title).with_errors(status != StatusCode::OK),
            form,
            errors: &errors,
            about,
            choices: all.map(|one| Choice { value: one.slug(), label: one.title(), chosen: false }).collect(),
            key: key.as_str(),
            trouble: trouble.map(|(_, words)| words),
        };
        page::private(status, &shown)
    }
}

impl<'a> Spoken<'a> {
    fn slug(self) -> &'a str {
        match self {
            Spoken::Sheet(sheet) => &sheet.slug,
            Spoken::Plain(page) => &page.slug,
        }
    }

    fn title(self) -> &'a str {
        match self {
            Spoken::Sheet(sheet) => &sheet.front.title,
            Spoken::Plain(page) => &page.front.title,
        }
    }

    fn path(self) -> String {
        match self {
            Spoken::Sheet(sheet) => sheet.path(),
            Spoken::Plain(page) => page.path(),
        }
    }

    fn told(self) -> Told {
        let version = match self {
            Spoken::Sheet(sheet) => sheet.front.version.clone(),
            Spoken::Plain(_) => String::new(),
        };
        Told { about: self.slug().to_owned(), version }
    }
}
