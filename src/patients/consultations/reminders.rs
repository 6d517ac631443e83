//! The patient stops reminders of their booking, or has them sent again, on the private page.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::consultations::reminders::wishes;
use crate::patients::consultations::state::{ConsultationsState, ask_before, path};
use crate::patients::consultations::visit;
use crate::web::error::Result;
use crate::web::form::Fields;
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/consultations/reminders.html")]
struct RemindersPage<'a> {
    context: PageContext<'a>,
    wanted: bool,
    before: String,
    path: String,
}

pub fn routes() -> Router<ConsultationsState> {
    Router::new().route("/consultations/{token}/reminders", get(show).post(change))
}

async fn show(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    jar: CookieJar,
) -> Result<Response> {
    let Some(request) = visit::known_request(&given, &jar, &token).await? else {
        return Ok(ask_before(&token, "reminders").into_response());
    };
    if request.email.is_empty() {
        return Ok(Redirect::to(&path(&token)).into_response());
    }
    let app = &given.app;
    let wanted = wishes::are_wanted(app, &request.reference).await?;
    let title = if wanted { "Do you want to stop reminders?" } else { "Do you want reminders again?" };
    let shown = RemindersPage {
        context: app.site.private(title),
        wanted,
        before: app.site.clinic.reminders_in_words(),
        path: path(&token),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

/// Who has not answered the question is asked first, and changes nothing.
async fn change(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let known = visit::known_request(&given, &jar, &token).await?;
    let wanted = match fields.text("reminders").as_str() {
        "on" => Some(true),
        "off" => Some(false),
        _ => None,
    };
    if let (Some(request), Some(wanted)) = (known, wanted) {
        wishes::set(&given.app, request.reference, wanted).await?;
    }
    Ok(Redirect::to(&path(&token)).into_response())
}
