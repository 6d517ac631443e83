//! The patient withdraws a request, on the private page.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::consultations::{RequestState, handling, merges};
use crate::patients::consultations::state::{ConsultationsState, ask_before, path};
use crate::patients::consultations::visit;
use crate::web::error::Result;
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/consultations/withdrawal.html")]
struct WithdrawalPage<'a> {
    context: PageContext<'a>,
    /// The clinic keeps it for a reason for now.
    held: bool,
    booked: bool,
    /// Their requests that we joined with this one, which stand alone again then.
    joined: Vec<String>,
    path: String,
}

pub fn routes() -> Router<ConsultationsState> {
    Router::new().route("/consultations/{token}/withdrawal", get(show).post(withdraw))
}

async fn show(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    jar: CookieJar,
) -> Result<Response> {
    let Some(request) = visit::known_request(&given, &jar, &token).await? else {
        return Ok(ask_before(&token, "withdrawal").into_response());
    };
    let app = &given.app;
    let shown = WithdrawalPage {
        context: app.site.private("Do you want to withdraw your request?"),
        held: handling::store::is_held(app.database.readers(), &request.reference).await?,
        joined: merges::store::read_merged_into(app.database.readers(), &request.reference).await?,
        booked: request.state == RequestState::Booked,
        path: path(&token),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

/// Who has not answered the question is asked first, and withdraws nothing.
async fn withdraw(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    jar: CookieJar,
) -> Result<Response> {
    let request = given.find(&token).await?;
    if visit::is_known(&given.app, &jar, &token) {
        crate::consultations::withdraw(&given.app, request.reference).await?;
    }
    Ok(Redirect::to(&path(&token)).into_response())
}
