//! Corrects how to reach a patient, on the desk, when they told the staff.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::consultations::contact_change::differences;
use crate::consultations::handling::{Act, ActOutcome};
use crate::consultations::request_form::RequestForm;
use crate::consultations::transitions::act;
use crate::consultations::{Request, RequestState};
use crate::desk::phone_requests::DID_THEY_MEAN;
use crate::desk::request::path_of;
use crate::desk::state::DeskState;
use crate::staff::Account;
use crate::staff::session::MessageWriter;
use crate::storage::clock::seconds;
use crate::web::error::Result;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/contact_details.html")]
struct ContactDetailsPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    form: &'a RequestForm,
    errors: &'a FieldErrors,
    /// Why the details of a request that is over are not corrected.
    over: Option<String>,
    /// What others did since the page was opened, so that nothing was saved.
    news: Option<Vec<String>>,
    now: i64,
}

pub fn routes() -> Router<DeskState> {
    Router::new().route("/staff/consultations/{reference}/details", get(edit).post(update))
}

async fn edit(
    State(desk): State<DeskState>,
    MessageWriter(me): MessageWriter,
    Path(reference): Path<String>,
) -> Result<Response> {
    let (request, _) = desk.find(&me, &reference).await?;
    let form = RequestForm {
        name: request.name.clone(),
        email: request.email.clone(),
        phone: request.phone.clone(),
        times: request.times.iter().map(|time| time.word().to_owned()).collect(),
        method: request.method.word().to_owned(),
        ..RequestForm::default()
    };
    desk.show_details(&me, &request, &form, StatusCode::OK, &FieldErrors::default(), None).await
}

async fn update(
    State(desk): State<DeskState>,
    MessageWriter(me): MessageWriter,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let (request, _) = desk.find(&me, &reference).await?;
    let form = RequestForm::read(&fields);
    let none = FieldErrors::default();
    if over(&request).is_some() {
        return desk.show_details(&me, &request, &form, StatusCode::CONFLICT, &none, None).await;
    }
    let contact = match form.check_change(&request.email, DID_THEY_MEAN) {
        Ok(contact) => contact,
        Err(errors) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return desk.show_details(&me, &request, &form, status, &errors, None).await;
        }
    };
    let path = path_of(&reference);
    // A second press finds what the first one saved.
    if differences(&request, &contact).is_empty() {
        return Ok(Redirect::to(&path).into_response());
    }
    let seen_at = fields.seen_at("seen_at");
    if act(&desk.app, &me, reference.clone(), seen_at, Act::Correct(contact)).await? == ActOutcome::Done {
        return Ok(Redirect::to(&path).into_response());
    }
    let opened_at = fields.text("opened_at").parse().unwrap_or(0);
    let news = desk.news_since(&reference, opened_at).await?;
    let (request, _) = desk.find(&me, &reference).await?;
    desk.show_details(&me, &request, &form, StatusCode::CONFLICT, &none, Some(news)).await
}

/// Why it cannot be corrected; nothing while the request is open.
fn over(request: &Request) -> Option<String> {
    match (request.state, &request.merged_into) {
        (RequestState::Withdrawn, _) => {
            Some("The patient withdrew this request, and how to reach them was erased.".to_owned())
        }
        (RequestState::Closed, Some(into)) => Some(format!(
            "This request was merged into {into}. Correct how to reach them there, or separate them first."
        )),
        (RequestState::Closed, None) => {
            Some("This request is closed. Open it again before you correct how to reach them.".to_owned())
        }
        _ => None,
    }
}

impl DeskState {
    async fn show_details(
        &self,
        me: &Account,
        request: &Request,
        form: &RequestForm,
        status: StatusCode,
        errors: &FieldErrors,
        news: Option<Vec<String>>,
    ) -> Result<Response> {
        self.note_opening(me, &request.reference).await?;
        let context = self.app.site.private("Correct how to reach them").for_desk(&me.name, me.role);
        let shown = ContactDetailsPage {
            context: context.with_errors(status != StatusCode::OK),
            over: over(request),
            request,
            form,
            errors,
            news,
            now: seconds(self.app.clock.now()),
        };
        Ok(page::private(status, &shown))
    }
}

impl ContactDetailsPage<'_> {
    fn path(&self) -> String {
        path_of(&self.request.reference)
    }
}
