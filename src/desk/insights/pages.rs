//! The page of insights, and the same figures by week as a file.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::desk::csv::line;
use crate::desk::insights::chart::{Chart, Series, Shape};
use crate::desk::insights::figures::{Figures, WeekFigures};
use crate::desk::insights::sentences::{day_name, length};
use crate::library::Library;
use crate::staff::session::SignedIn;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::page;
use crate::web::site::PageContext;

/// Pages that stand in the table.
const MOST_PAGES: usize = 40;

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

#[derive(Clone)]
struct InsightsState {
    app: App,
    library: Arc<Library>,
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
    figures: &'a Figures,
    promises: Chart,
    weekdays: Chart,
    waiting: Chart,
    forms: Chart,
    assessments: Chart,
    visits: Chart,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/staff/insights", get(show))
        .route("/staff/insights.csv", get(file))
        .with_state(InsightsState { app, library })
}

async fn show(State(given): State<InsightsState>, SignedIn(me): SignedIn) -> Result<Response> {
    let app = &given.app;
    let figures = Figures::read(app, &given.library, app.clock.now()).await?;
    let shown = InsightsPage {
        context: app.site.private("Insights").for_desk(&me.name, me.role),
        promises: figures.promises_chart(),
        weekdays: figures.weekdays_chart(),
        waiting: figures.waiting_chart(),
        forms: figures.forms_chart(),
        assessments: figures.assessments_chart(),
        visits: figures.visits_chart(),
        figures: &figures,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

/// Numbers without persons: no entry in the audit is owed.
async fn file(State(given): State<InsightsState>, SignedIn(_): SignedIn) -> Result<Response> {
    let app = &given.app;
    let figures = Figures::read(app, &given.library, app.clock.now()).await?;
    let mut text = line(&HEADINGS);
    figures.weeks.iter().for_each(|week| text.push_str(&line(&cells(week))));
    let day = app.site.clinic.calendar().local(app.clock.now()).date();
    let name = format!("attachment; filename=\"insights-{day}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (header::CONTENT_DISPOSITION, name.as_str()),
        (header::CACHE_CONTROL, page::PRIVATE),
    ];
    Ok((headers, format!("\u{feff}{text}")).into_response())
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

/// A figure of one week; nothing where there is none.
type OfWeek = fn(&WeekFigures) -> Option<f64>;

fn hours(seconds: i64) -> f64 {
    seconds as f64 / 3_600.0
}

impl Figures {
    fn by_week(&self, shape: Shape, sentence: String, series: [(&'static str, OfWeek); 2]) -> Chart {
        let labels = self.weeks.iter().map(|week| week.from.strftime("%-d %b").to_string()).collect();
        let values = |of: OfWeek| self.weeks.iter().map(of).collect();
        let series = series.map(|(name, of)| Series { name, values: values(of) });
        Chart::new(shape, sentence, labels, series.into())
    }

    fn promises_chart(&self) -> Chart {
        self.by_week(
            Shape::Bars,
            self.promises_in_words(),
            [
                ("Kept", |week| Some(week.promises.kept as f64)),
                ("Missed", |week| Some(week.promises.missed as f64)),
            ],
        )
    }

    fn weekdays_chart(&self) -> Chart {
        let short = |(day, _): &(_, _)| day_name(*day)[..3].to_owned();
        let of = |(_, promises): &(_, crate::desk::insights::store::Promises)| *promises;
        let kept = self.weekdays.iter().map(|day| Some(of(day).kept as f64)).collect();
        let missed = self.weekdays.iter().map(|day| Some(of(day).missed as f64)).collect();
        let series = vec![Series { name: "Kept", values: kept }, Series { name: "Missed", values: missed }];
        Chart::new(Shape::Bars, self.weekdays_in_words(), self.weekdays.iter().map(short).collect(), series)
    }

    fn waiting_chart(&self) -> Chart {
        self.by_week(
            Shape::Lines,
            self.waiting_in_words(),
            [
                ("Half heard within, in hours", |week| week.median.map(hours)),
                ("Nine in ten, in hours", |week| week.nine_in_ten.map(hours)),
            ],
        )
    }

    fn forms_chart(&self) -> Chart {
        self.by_week(
            Shape::Lines,
            self.forms_in_words(),
            [
                ("Requests", |week| Some(week.promises.requests as f64)),
                ("Reports", |week| Some(week.reports as f64)),
            ],
        )
    }

    fn assessments_chart(&self) -> Chart {
        self.by_week(
            Shape::Lines,
            self.assessments_in_words(),
            [
                ("Begun", |week| Some(week.assessments_begun as f64)),
                ("Finished", |week| Some(week.assessments_finished as f64)),
            ],
        )
    }

    fn visits_chart(&self) -> Chart {
        self.by_week(
            Shape::Lines,
            self.visits_in_words(),
            [
                ("Pages opened", |week| Some(week.reads as f64)),
                ("Searches", |week| Some(week.searches as f64)),
            ],
        )
    }
}

impl InsightsPage<'_> {
    fn waited(&self, seconds: &Option<i64>) -> String {
        seconds.map_or_else(|| "–".to_owned(), length)
    }

    fn week(&self, week: &WeekFigures) -> String {
        week.from.strftime("%-d %B").to_string()
    }

    fn day(&self, day: &jiff::civil::Weekday) -> &'static str {
        day_name(*day)
    }

    fn most_pages(&self) -> usize {
        MOST_PAGES
    }

    /// What an editor adds to `synonyms.toml`: the words, and a page to be filled in.
    fn synonyms(&self) -> String {
        let quoted = |query: &str| format!("{:?}", query);
        let words: Vec<String> =
            self.figures.missed_searches.iter().map(|missed| quoted(&missed.query)).collect();
        format!("[[group]]\npeople = [\n  {},\n]\npages = [\"\"]", words.join(",\n  "))
    }
}
