//! The page of insights, and the same figures by week as a file.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::desk::csv::{file_of, line};
use crate::desk::insights::figures::{Figures, WeekFigures};
use crate::desk::insights::sections::InsightSection;
use crate::desk::insights::store::MissedSearch;
use crate::library::Library;
use crate::staff::session::SignedIn;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::page;
use crate::web::site::PageContext;

const HEADINGS: [&str; 11] = [
    "Week from",
    "Requests",
    "Promises kept",
    "Promises missed",
    "Half heard within (seconds)",
    "Nine in ten within (seconds)",
    "Reports",
    "Self-assessments begun",
    "Self-assessments finished",
    "Pages opened",
    "Searches",
];

/// Figures are worked out anew when they are so old: everybody who looks in between sees the same.
const KEPT_FOR: SignedDuration = SignedDuration::from_mins(1);

/// Figures, and when they were worked out.
type FiguresOf = (Timestamp, Arc<Figures>);

#[derive(Clone)]
struct InsightsState {
    app: App,
    library: Arc<Library>,
    /// What was worked out last, and when. Who comes meanwhile waits for it.
    last: Arc<Mutex<Option<FiguresOf>>>,
}

impl InsightsState {
    /// The figures, and when they were worked out.
    async fn figures(&self) -> Result<(Timestamp, Arc<Figures>)> {
        let now = self.app.clock.now();
        let mut last = self.last.lock().await;
        if let Some((at, figures)) = &*last
            && (SignedDuration::ZERO..KEPT_FOR).contains(&now.duration_since(*at))
        {
            return Ok((*at, figures.clone()));
        }
        let figures = Arc::new(Figures::read(&self.app, &self.library, now).await?);
        *last = Some((now, figures.clone()));
        Ok((now, figures))
    }
}

impl FromRef<InsightsState> for App {
    fn from_ref(state: &InsightsState) -> App {
        state.app.clone()
    }
}

#[derive(Template)]
#[template(path = "desk/insights/index.html")]
struct InsightsPage<'a> {
    context: PageContext<'a>,
    counted_at: String,
    charted: Vec<InsightSection>,
    searches: InsightSection,
    /// The searches as an editor copies them, or nothing.
    synonyms: String,
    listed: Vec<InsightSection>,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/staff/insights", get(show))
        .route("/staff/insights.csv", get(file))
        .with_state(InsightsState { app, library, last: Arc::default() })
}

async fn show(State(given): State<InsightsState>, SignedIn(me): SignedIn) -> Result<Response> {
    let app = &given.app;
    let (at, figures) = given.figures().await?;
    let shown = InsightsPage {
        context: app.site.private("Insights").for_desk(&me.name, me.role),
        counted_at: app.site.clinic.calendar().say_time(at),
        charted: figures.charted(),
        searches: figures.searches(),
        synonyms: synonyms(&figures.missed_searches),
        listed: figures.listed(),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

/// Numbers without persons: no entry in the audit is owed.
async fn file(State(given): State<InsightsState>, SignedIn(_): SignedIn) -> Result<Response> {
    let app = &given.app;
    let (_, figures) = given.figures().await?;
    let mut text = line(&HEADINGS);
    figures.weeks.iter().for_each(|week| text.push_str(&line(&cells(week))));
    Ok(file_of(app, "insights", text))
}

fn cells(week: &WeekFigures) -> [String; 11] {
    let known = |seconds: Option<i64>| seconds.map(|seconds| seconds.to_string()).unwrap_or_default();
    [
        week.from.to_string(),
        week.promises.requests.to_string(),
        week.promises.kept.to_string(),
        week.promises.missed.to_string(),
        known(week.median),
        known(week.nine_in_ten),
        week.reports.to_string(),
        week.assessments_begun.to_string(),
        week.assessments_finished.to_string(),
        week.reads.to_string(),
        week.searches.to_string(),
    ]
}

/// What an editor adds to `synonyms.toml`: the words, and a page to be filled in. Nothing without a word.
fn synonyms(searches: &[MissedSearch]) -> String {
    if searches.is_empty() {
        return String::new();
    }
    let words: Vec<String> = searches.iter().map(|missed| format!("{:?}", missed.query)).collect();
    format!("[[group]]\npeople = [\n  {},\n]\npages = [\"\"]", words.join(",\n  "))
}
