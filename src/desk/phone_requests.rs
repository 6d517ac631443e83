//! A request that comes by phone: the same form, checks and promise, typed in by staff.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::consultations;
use crate::consultations::answers::LONGEST_CONCERN;
use crate::consultations::request_form::RequestForm;
use crate::desk::state::DeskState;
use crate::signs::Help;
use crate::staff::Account;
use crate::staff::session::SignedIn;
use crate::storage::reference::SubmissionKey;
use crate::web::error::{Error, Result};
use crate::web::form::{FieldErrors, Fields, email};
use crate::web::page;
use crate::web::site::PageContext;

/// The question to whoever has the patient at the phone.
pub const DID_THEY_MEAN: &str = "Check the email address: did they mean";

#[derive(Template)]
#[template(path = "desk/phone_requests.html")]
struct PhonePage<'a> {
    context: PageContext<'a>,
    form: &'a RequestForm,
    errors: &'a FieldErrors,
    /// The text in pieces, when it holds safety words.
    marked: Vec<(bool, &'a str)>,
    /// Which help the marked words call for, the most urgent first.
    help: Vec<Help>,
    key: &'a str,
    due: String,
    /// What is said of closures that come before that.
    closed: String,
    trouble: bool,
}

/// What the page asks for again.
#[derive(Default)]
struct Again {
    errors: FieldErrors,
    trouble: bool,
}

pub async fn new(State(desk): State<DeskState>, SignedIn(me): SignedIn) -> Response {
    desk.show_phone(&me, &RequestForm::default(), None, Again::default())
}

pub async fn create(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    fields: Fields,
) -> Result<Response> {
    let app = &desk.app;
    let form = RequestForm::read(&fields);
    let key = SubmissionKey::parse(&app.cipher, &fields.text("key"));
    let new = match email::ask(form.check(), &form.email, &form.email_queried, DID_THEY_MEAN) {
        Ok(new) => new,
        Err(errors) => return Ok(desk.show_phone(&me, &form, key, Again { errors, ..Again::default() })),
    };
    let unread = !app.site.signs.read(&new.words(None)).is_calm() && !fields.has("read_out");
    let Some(key) = key.filter(|_| !unread) else {
        return Ok(desk.show_phone(&me, &form, None, Again::default()));
    };
    match consultations::submit_by_phone(app, &desk.library, new, &key, me.id).await {
        Ok(reference) => Ok(Redirect::to(&format!("/staff/consultations/{reference}")).into_response()),
        Err(Error::Unavailable) => {
            Ok(desk.show_phone(&me, &form, Some(key), Again { trouble: true, ..Again::default() }))
        }
        Err(error) => Err(error),
    }
}

impl DeskState {
    fn show_phone(
        &self,
        me: &Account,
        form: &RequestForm,
        key: Option<SubmissionKey>,
        again: Again,
    ) -> Response {
        let app = &self.app;
        let (calendar, now) = (app.site.clinic.calendar(), app.clock.now());
        let due = calendar.promise(now).due.timestamp();
        let Again { errors, trouble } = again;
        let wrong = !errors.is_empty();
        let status = match (trouble, wrong) {
            (true, _) => StatusCode::SERVICE_UNAVAILABLE,
            (false, true) => StatusCode::UNPROCESSABLE_ENTITY,
            (false, false) => StatusCode::OK,
        };
        let typed = form.words(None);
        let finding = app.site.signs.read(&typed);
        let key = key.unwrap_or_else(|| SubmissionKey::new(&app.cipher, &app.clock));
        let context = app.site.private("Type in a phone call").for_desk(&me.name, me.role);
        let shown = PhonePage {
            context: context.with_errors(wrong || trouble),
            form,
            errors: &errors,
            marked: finding.marked_if_any(&typed),
            help: finding.help(),
            key: key.as_str(),
            due: calendar.say(due),
            closed: calendar.closures_until(now, due).join(" "),
            trouble,
        };
        page::private(status, &shown)
    }
}
