//! The patient's private page: the state of a request, how to reach them, and withdrawing it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::consultations::bookings;
use crate::consultations::bookings::{Booking, Setting};
use crate::consultations::request_form::RequestForm;
use crate::consultations::{Request, RequestState, handling, store};
use crate::patients::consultations::state::ConsultationsState;
use crate::storage::encryption::token_hash;
use crate::web::error::{Error, Result};
use crate::web::form::email;
use crate::web::form::email::DID_YOU_MEAN;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/consultations/private_page.html")]
struct ShowPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    due: String,
    asked: String,
    booked: Option<(Booking, String)>,
    /// Address of this page.
    path: String,
}

#[derive(Template)]
#[template(path = "patients/consultations/contact.html")]
struct ContactPage<'a> {
    context: PageContext<'a>,
    form: &'a RequestForm,
    errors: &'a FieldErrors,
    path: String,
}

#[derive(Template)]
#[template(path = "patients/consultations/withdrawal.html")]
struct WithdrawalPage<'a> {
    context: PageContext<'a>,
    /// The clinic keeps it for a reason for now.
    held: bool,
    booked: bool,
    path: String,
}

pub fn routes() -> Router<ConsultationsState> {
    Router::new()
        .route("/consultations/{token}", get(show))
        .route("/consultations/{token}/contact", get(contact).post(change_contact))
        .route("/consultations/{token}/withdrawal", get(withdrawal).post(withdraw))
}

async fn show(State(given): State<ConsultationsState>, Path(token): Path<String>) -> Result<Response> {
    let request = given.find(&token).await?;
    let app = &given.app;
    let calendar = app.site.clinic.calendar();
    let booking = bookings::store::read(app.database.readers(), &app.cipher, &request.reference).await?;
    let booked = booking.filter(|_| request.state == RequestState::Booked);
    let shown = ShowPage {
        booked: booked.map(|booking| {
            let when = calendar.say_with_year(booking.starts_at);
            (booking, when)
        }),
        context: given.app.site.private("Your request"),
        due: calendar.say_with_year(request.due_at),
        asked: calendar.say_with_year(request.created_at),
        request: &request,
        path: path(&token),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn contact(State(given): State<ConsultationsState>, Path(token): Path<String>) -> Result<Response> {
    let request = given.find_open(&token).await?;
    let form = RequestForm {
        times: request.times.iter().map(|time| time.word().to_owned()).collect(),
        method: request.method.word().to_owned(),
        name: request.name,
        email: request.email,
        phone: request.phone,
        ..RequestForm::default()
    };
    Ok(given.show_contact(&form, &FieldErrors::default(), &token))
}

async fn change_contact(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let request = given.find_open(&token).await?;
    let form = RequestForm::read(&fields);
    let mut errors = FieldErrors::default();
    let checked = form.check_contact(&mut errors).filter(|_| errors.is_empty()).ok_or(errors);
    // An address that was ours already was meant.
    let is_ours = checked.as_ref().is_ok_and(|contact| contact.email == request.email);
    let queried = if is_ours { &form.email } else { &form.email_queried };
    let contact = match email::ask(checked, &form.email, queried, DID_YOU_MEAN) {
        Ok(contact) => contact,
        Err(errors) => return Ok(given.show_contact(&form, &errors, &token)),
    };
    if crate::consultations::change_contact(&given.app, request, contact).await? {
        Ok(Redirect::to(&path(&token)).into_response())
    } else {
        Err(Error::NotFound)
    }
}

async fn withdrawal(State(given): State<ConsultationsState>, Path(token): Path<String>) -> Result<Response> {
    let request = given.find_open(&token).await?;
    let app = &given.app;
    let shown = WithdrawalPage {
        context: app.site.private("Do you want to withdraw your request?"),
        held: handling::store::is_held(app.database.readers(), &request.reference).await?,
        booked: request.state == RequestState::Booked,
        path: path(&token),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn withdraw(State(given): State<ConsultationsState>, Path(token): Path<String>) -> Result<Response> {
    let request = given.find(&token).await?;
    crate::consultations::withdraw(&given.app, request.reference).await?;
    Ok(Redirect::to(&path(&token)).into_response())
}

fn path(token: &str) -> String {
    format!("/consultations/{token}")
}

impl ConsultationsState {
    /// Unknown and erased look the same: not found.
    async fn find(&self, token: &str) -> Result<Request> {
        let app = &self.app;
        Ok(store::find_by_token(app.database.readers(), &app.cipher, &token_hash(token)).await?)
    }

    async fn find_open(&self, token: &str) -> Result<Request> {
        let request = self.find(token).await?;
        if request.state.is_over() { Err(Error::NotFound) } else { Ok(request) }
    }

    fn show_contact(&self, form: &RequestForm, errors: &FieldErrors, token: &str) -> Response {
        let wrong = !errors.is_empty();
        let context = self.app.site.private("Change how we reach you").with_errors(wrong);
        let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        page::private(status, &ContactPage { context, form, errors, path: path(token) })
    }
}
