//! The private page of a summary, and erasing it. Unknown, erased and expired ones are answered alike.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::library::summary::Summary;
use crate::library::{Library, Sheet};
use crate::storage::clock::moment;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Clone)]
struct SummariesState {
    app: App,
    library: Arc<Library>,
}

#[derive(Template)]
#[template(path = "patients/summaries/show.html")]
struct ShowPage<'a> {
    context: PageContext<'a>,
    summary: &'a Summary,
    sheets: Vec<(&'a Sheet, String)>,
    last_day: String,
    /// Address of this page.
    path: String,
}

#[derive(Template)]
#[template(path = "patients/summaries/withdrawal.html")]
struct WithdrawalPage<'a> {
    context: PageContext<'a>,
    /// Nothing once it is erased.
    path: Option<String>,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/summaries/{token}", get(show))
        .route("/summaries/{token}/withdrawal", get(ask_to_withdraw).post(withdraw))
        .with_state(SummariesState { app, library })
}

async fn show(State(given): State<SummariesState>, Path(token): Path<String>) -> Result<Response> {
    let (summary, expires_at) =
        crate::consultations::summaries::open(&given.app, &token).await?.ok_or(Error::NotFound)?;
    let last = given.app.site.clinic.calendar().local(moment(expires_at)).date();
    let shown = ShowPage {
        context: given.app.site.private("Your private summary"),
        sheets: summary.sheets(&given.library),
        last_day: crate::library::pages::day(&last),
        path: path(&token),
        summary: &summary,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn ask_to_withdraw(State(given): State<SummariesState>, Path(token): Path<String>) -> Result<Response> {
    crate::consultations::summaries::open(&given.app, &token).await?.ok_or(Error::NotFound)?;
    let context = given.app.site.private("Do you want to erase this summary?");
    Ok(page::private(StatusCode::OK, &WithdrawalPage { context, path: Some(path(&token)) }))
}

async fn withdraw(State(given): State<SummariesState>, Path(token): Path<String>) -> Result<Response> {
    crate::consultations::summaries::open(&given.app, &token).await?.ok_or(Error::NotFound)?;
    crate::consultations::summaries::withdraw(&given.app, &token).await?;
    let context = given.app.site.private("This summary has been erased");
    Ok(page::private(StatusCode::OK, &WithdrawalPage { context, path: None }))
}

fn path(token: &str) -> String {
    format!("/summaries/{token}")
}
