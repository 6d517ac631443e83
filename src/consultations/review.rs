//! The staff's side of requests: the queue, one request, and moving it on.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::Timestamp;

use super::store::Event;
use super::{Moved, Request, State as RequestState, store};
use crate::app::App;
use crate::assessment::summary::Summary;
use crate::clock::moment;
use crate::error::{Error, Result};
use crate::form::Fields;
use crate::library::count;
use crate::page;
use crate::promise::Calendar;
use crate::site::Frame;
use crate::staff::session::SignedIn;
use crate::staff::{self, Account, store as accounts};
use crate::summaries;

/// More than a desk can answer in a week; the page says when it shows no more.
const MOST_SHOWN: i64 = 400;

#[derive(Template)]
#[template(path = "consultations/queue.html")]
struct QueuePage<'a> {
    frame: Frame<'a>,
    sections: Vec<Section<'a>>,
    ended: &'a [Request],
    calendar: &'a Calendar,
    cut: bool,
    holidays_run_out: Option<i64>,
}

/// Requests that are due in the same time.
struct Section<'a> {
    id: &'static str,
    title: &'static str,
    empty: &'static str,
    requests: Vec<&'a Request>,
}

#[derive(Template)]
#[template(path = "consultations/review.html")]
struct ReviewPage<'a> {
    frame: Frame<'a>,
    request: &'a Request,
    sees_words: bool,
    marked: Vec<(bool, &'a str)>,
    due: String,
    asked: String,
    late: bool,
    history: Vec<(String, String, String)>,
    mails: Vec<(String, String)>,
    stale: bool,
    /// The summary that the patient chose to share.
    shared: Option<Summary>,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff", get(index))
        .route("/staff/consultations/{reference}", get(show))
        .route("/staff/consultations/{reference}/contact", post(contact))
        .route("/staff/consultations/{reference}/closure", post(close))
        .with_state(app)
}

async fn index(State(app): State<App>, SignedIn(me): SignedIn) -> Result<Response> {
    let readers = app.database.readers();
    let waiting = store::waiting(readers, &app.sealer, MOST_SHOWN).await?;
    let ended = store::ended(readers, &app.sealer, 20).await?;
    let calendar = app.site.clinic.calendar();
    let now = app.clock.now();
    let shown = QueuePage {
        frame: app.site.private("Requests").for_desk(&me.name, me.role),
        sections: sections(&waiting, calendar, now),
        ended: &ended,
        calendar,
        cut: waiting.len() as i64 == MOST_SHOWN,
        holidays_run_out: calendar.holidays_run_out_in(now),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn show(
    State(app): State<App>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
) -> Result<Response> {
    let request = store::find_for(app.database.readers(), &app.sealer, &reference, me.role).await?;
    staff::note(&app, me.id, "opened", request.reference.clone()).await?;
    show_request(&app, &me, &request, StatusCode::OK, false).await
}

async fn contact(app: State<App>, me: SignedIn, reference: Path<String>, fields: Fields) -> Result<Response> {
    advance(app, me, reference, fields, RequestState::Contacted).await
}

async fn close(app: State<App>, me: SignedIn, reference: Path<String>, fields: Fields) -> Result<Response> {
    advance(app, me, reference, fields, RequestState::Closed).await
}

async fn advance(
    State(app): State<App>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
    fields: Fields,
    next: RequestState,
) -> Result<Response> {
    let seen_at = fields.text("seen_at").parse().unwrap_or(-1);
    match super::advance(&app, me.id, reference.clone(), next, seen_at).await? {
        Moved::Yes => Ok(Redirect::to(&format!("/staff/consultations/{reference}")).into_response()),
        Moved::Stale | Moved::Impossible => {
            let request = store::find_for(app.database.readers(), &app.sealer, &reference, me.role).await?;
            show_request(&app, &me, &request, StatusCode::CONFLICT, true).await
        }
    }
}

async fn show_request(
    app: &App,
    me: &Account,
    request: &Request,
    status: StatusCode,
    stale: bool,
) -> Result<Response> {
    let readers = app.database.readers();
    let calendar = app.site.clinic.calendar();
    let mut history = Vec::new();
    for event in store::events(readers, &request.reference).await? {
        let who = name_of(app, &event).await?;
        history.push((who, event.what, calendar.say_with_year(moment(event.happened_at))));
    }
    let mails = crate::mail::mails_of(readers, &request.reference).await?;
    let title = if request.name.is_empty() { request.reference.as_str() } else { &request.name };
    let shown = ReviewPage {
        frame: app.site.private(title).for_desk(&me.name, me.role).with_errors(stale),
        marked: app.site.clinic.safety.marked(&request.concern),
        due: calendar.say_with_year(request.due_at),
        asked: calendar.say_with_year(request.created_at),
        late: !request.state.is_over() && request.due_at < app.clock.now(),
        mails: mails
            .iter()
            .map(|mail| (mail.purpose.label().to_owned(), mail.state.label().to_owned()))
            .collect(),
        history,
        sees_words: me.sees_words(),
        // Written by the patient, like the rest of their words.
        shared: match me.sees_words() {
            true => summaries::store::shared_with(readers, &app.sealer, &request.reference).await?,
            false => None,
        },
        request,
        stale,
    };
    Ok(page::private(status, &shown))
}

async fn name_of(app: &App, event: &Event) -> Result<String> {
    let Some(number) = event.who.strip_prefix("staff:") else {
        return Ok(event.who.clone());
    };
    let id: i64 = number.parse().map_err(|_| Error::Internal(anyhow::anyhow!("an event of nobody")))?;
    Ok(accounts::name_of(app.database.readers(), id).await?.unwrap_or_else(|| "someone who left".to_owned()))
}

impl Section<'_> {
    fn count(&self) -> String {
        count(self.requests.len(), "request")
    }
}

impl QueuePage<'_> {
    fn ended_count(&self) -> String {
        count(self.ended.len(), "request")
    }

    fn due(&self, request: &Request) -> String {
        self.calendar.say(request.due_at)
    }
}

impl ReviewPage<'_> {
    /// The digits of the number as typed, for a `tel:` link.
    fn phone_link(&self) -> String {
        self.request.phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

fn sections<'a>(waiting: &'a [Request], calendar: &Calendar, now: Timestamp) -> Vec<Section<'a>> {
    let today = calendar.local(now).date();
    let due = |request: &Request| calendar.local(request.due_at).date();
    let of = |id, title, empty, belongs: &dyn Fn(&Request) -> bool| Section {
        id,
        title,
        empty,
        requests: waiting.iter().filter(|request| belongs(request)).collect(),
    };
    let late = |request: &Request| request.due_at < now;
    vec![
        of("late", "Late", "Nobody has waited longer than we promised.", &|r| !r.suspect && late(r)),
        of("today", "Due today", "Nothing more is due today.", &|r| {
            !r.suspect && !late(r) && due(r) <= today
        }),
        of("later", "Later", "No request is due after today.", &|r| !r.suspect && !late(r) && due(r) > today),
        of("suspect", "Perhaps spam", "Nothing looks like spam.", &|r| r.suspect),
    ]
}
