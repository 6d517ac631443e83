//! The staff's side of a correction: what the reader said, and what was done about it.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::library::{Library, Sheet};
use crate::patients::corrections::{Correction, store};
use crate::staff;
use crate::staff::Account;
use crate::staff::session::SignedIn;
use crate::storage::clock::moment;
use crate::storage::readable::UNREADABLE;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

pub const LONGEST_ANSWER: usize = 500;

#[derive(Clone)]
struct CorrectionReviewState {
    app: App,
    library: Arc<Library>,
}

impl FromRef<CorrectionReviewState> for App {
    fn from_ref(given: &CorrectionReviewState) -> App {
        given.app.clone()
    }
}

#[derive(Template)]
#[template(path = "desk/corrections.html")]
struct ReviewPage<'a> {
    context: PageContext<'a>,
    correction: &'a Correction,
    sheet: Option<&'a Sheet>,
    asked: String,
    erased: Option<String>,
    addresses: bool,
    answer: &'a str,
    errors: &'a FieldErrors,
    stale: bool,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/staff/corrections/{reference}", get(show))
        .route("/staff/corrections/{reference}/answer", post(answer))
        .with_state(CorrectionReviewState { app, library })
}

async fn show(
    State(given): State<CorrectionReviewState>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
) -> Result<Response> {
    let correction = given.find(&reference).await?;
    let answer = Some(&correction.answer).filter(|answer| *answer != UNREADABLE).cloned().unwrap_or_default();
    given.show(&me, &correction, &answer, &FieldErrors::default(), false).await
}

async fn answer(
    State(given): State<CorrectionReviewState>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let correction = given.find(&reference).await?;
    let typed = fields.text("answer");
    let mut errors = FieldErrors::default();
    let words = errors.take("answer", form::words(&typed, LONGEST_ANSWER, "What you did"));
    if words.as_deref() == Some("") {
        errors.add("answer", "Enter what you did about it");
    }
    let Some(words) = words.filter(|_| errors.is_empty()) else {
        return given.show(&me, &correction, &typed, &errors, false).await;
    };
    let seen_at = fields.seen_at("seen_at");
    if crate::patients::corrections::answer(&given.app, me.id, reference.clone(), words, seen_at).await? {
        return Ok(Redirect::to(&format!("/staff/corrections/{reference}")).into_response());
    }
    let now = given.find(&reference).await?;
    given.show(&me, &now, &typed, &errors, true).await
}

impl CorrectionReviewState {
    async fn find(&self, reference: &str) -> Result<Correction> {
        Ok(store::find(self.app.database.readers(), &self.app.cipher, reference).await?)
    }

    async fn show(
        &self,
        me: &Account,
        correction: &Correction,
        answer: &str,
        errors: &FieldErrors,
        stale: bool,
    ) -> Result<Response> {
        staff::note(&self.app, me.id, "opened a mistake", correction.reference.clone()).await?;
        let site = &self.app.site;
        let calendar = site.clinic.calendar();
        let status = match (stale, errors.is_empty()) {
            (true, _) => StatusCode::CONFLICT,
            (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
            (false, true) => StatusCode::OK,
        };
        let title = format!("Correction {}", correction.reference);
        let shown = ReviewPage {
            context: site.private(&title).for_desk(&me.name, me.role).with_errors(status != StatusCode::OK),
            correction,
            sheet: self.library.sheet(&correction.about),
            asked: calendar.say_with_year(moment(correction.created_at)),
            erased: correction.erased_at().map(|at| calendar.say_with_year(at)),
            addresses: me.role.reaches_patients(),
            answer,
            errors,
            stale,
        };
        Ok(page::private(status, &shown))
    }
}
