//! The administrators' register of complaints and its 30-day clock.

use std::cmp::Reverse;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::clinic::calendar::Calendar;
use crate::patients::complaints::{Complaint, ComplaintStep, store};
use crate::patients::unread_words;
use crate::patients::unread_words::Texts;
use crate::staff;
use crate::staff::Account;
use crate::staff::session::Administrator;
use crate::storage::clock::{moment, seconds};
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

/// The longest outcome, in characters.
const LONGEST_OUTCOME: usize = 2000;
/// More complaints than a clinic has in two years.
const MOST_SHOWN: i64 = 400;

#[derive(Template)]
#[template(path = "desk/complaints/index.html")]
struct RegisterPage<'a> {
    context: PageContext<'a>,
    complaints: Vec<Complaint>,
    calendar: &'a Calendar,
    now: i64,
}

#[derive(Template)]
#[template(path = "desk/complaints/show.html")]
struct ShowPage<'a> {
    context: PageContext<'a>,
    complaint: &'a Complaint,
    outcome: &'a str,
    errors: &'a FieldErrors,
    stale: bool,
    calendar: &'a Calendar,
    now: i64,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/complaints", get(index))
        .route("/staff/complaints/{reference}", get(show))
        .route("/staff/complaints/{reference}/acknowledgement", post(acknowledge))
        .route("/staff/complaints/{reference}/closure", post(close))
        .with_state(app)
}

async fn index(State(app): State<App>, Administrator(me): Administrator) -> Result<Response> {
    unread_words::read(&app, Texts::Complaints).await?;
    let mut complaints = store::all(app.database.readers(), &app.cipher, MOST_SHOWN).await?;
    complaints.sort_by_key(|complaint| Reverse(complaint.sign.filter(|_| complaint.ended_at.is_none())));
    let shown = RegisterPage {
        context: app.site.private("Complaints").for_desk(&me.name, me.role),
        complaints,
        calendar: app.site.clinic.calendar(),
        now: seconds(app.clock.now()),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn show(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(reference): Path<String>,
) -> Result<Response> {
    let complaint = store::find(app.database.readers(), &app.cipher, &reference).await?;
    show_complaint(&app, &me, &complaint, "", &FieldErrors::default(), false).await
}

async fn acknowledge(
    app: State<App>,
    me: Administrator,
    reference: Path<String>,
    fields: Fields,
) -> Result<Response> {
    advance(app, me, reference, &fields, ComplaintStep::Acknowledge).await
}

async fn close(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let typed = fields.text("outcome");
    let mut errors = FieldErrors::default();
    match errors.take("outcome", form::words(&typed, LONGEST_OUTCOME, "What you found and did")) {
        Some(outcome) if !outcome.is_empty() => {
            return advance(
                State(app),
                Administrator(me),
                Path(reference),
                &fields,
                ComplaintStep::Close(outcome),
            )
            .await;
        }
        Some(_) => errors.add("outcome", "Enter what you found and did"),
        None => {}
    }
    let complaint = store::find(app.database.readers(), &app.cipher, &reference).await?;
    show_complaint(&app, &me, &complaint, &typed, &errors, false).await
}

async fn advance(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(reference): Path<String>,
    fields: &Fields,
    step: ComplaintStep,
) -> Result<Response> {
    let seen_at = fields.seen_at("seen_at");
    if crate::patients::complaints::advance(&app, me.id, reference.clone(), step, seen_at).await? {
        return Ok(Redirect::to(&format!("/staff/complaints/{reference}")).into_response());
    }
    let complaint = store::find(app.database.readers(), &app.cipher, &reference).await?;
    show_complaint(&app, &me, &complaint, &fields.text("outcome"), &FieldErrors::default(), true).await
}

async fn show_complaint(
    app: &App,
    me: &Account,
    complaint: &Complaint,
    outcome: &str,
    errors: &FieldErrors,
    stale: bool,
) -> Result<Response> {
    staff::note(app, me.id, "opened", complaint.reference.clone()).await?;
    let title = format!("Complaint {}", complaint.reference);
    let shown = ShowPage {
        context: app
            .site
            .private(&title)
            .for_desk(&me.name, me.role)
            .with_errors(stale || !errors.is_empty()),
        complaint,
        outcome,
        errors,
        stale,
        calendar: app.site.clinic.calendar(),
        now: seconds(app.clock.now()),
    };
    let status = match (stale, errors.is_empty()) {
        (true, _) => StatusCode::CONFLICT,
        (false, true) => StatusCode::OK,
        (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok(page::private(status, &shown))
}

impl RegisterPage<'_> {
    fn day(&self, at: &i64) -> String {
        day(self.calendar, *at)
    }
}

impl ShowPage<'_> {
    fn day(&self, at: &i64) -> String {
        day(self.calendar, *at)
    }
}

fn day(calendar: &Calendar, at: i64) -> String {
    calendar.local(moment(at)).strftime("%-d %B %Y").to_string()
}
