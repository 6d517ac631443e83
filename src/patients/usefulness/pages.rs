//! "Was this page useful?": yes or no, counted, nothing else kept.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::library::{Library, Sheet};
use crate::patients::usefulness::store;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form::{About, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/usefulness/thanks.html")]
struct ThanksPage<'a> {
    context: PageContext<'a>,
    sheet: Option<&'a Sheet>,
}

#[derive(Clone)]
struct UsefulnessState {
    app: App,
    library: Arc<Library>,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new().route("/usefulness", get(thanks).post(count)).with_state(UsefulnessState { app, library })
}

async fn count(
    State(given): State<UsefulnessState>,
    Network(from): Network,
    fields: Fields,
) -> Result<Response> {
    let app = &given.app;
    let sheet = given.library.sheet(&fields.text("about")).ok_or(Error::NotFound)?;
    let useful = match fields.text("useful").as_str() {
        "yes" => true,
        "no" => false,
        _ => return Ok(Redirect::to(&sheet.path()).into_response()),
    };
    let slug = sheet.slug.clone();
    // A network that answers again and again is thanked all the same, and not counted.
    if app.limits.may_answer(from) {
        let day = app.site.clinic.calendar().local(app.clock.now()).date().to_string();
        app.database
            .write(move |connection| {
                Box::pin(async move { store::count_usefulness(connection, &slug, &day, useful).await })
            })
            .await?;
    }
    Ok(Redirect::to(&format!("/usefulness?about={}", sheet.slug)).into_response())
}

async fn thanks(State(given): State<UsefulnessState>, About(about): About) -> Response {
    let context = given.app.site.private("Thank you");
    page::private(StatusCode::OK, &ThanksPage { context, sheet: given.library.sheet(&about) })
}
