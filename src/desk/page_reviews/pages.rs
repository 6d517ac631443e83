//! The desk's list of pages to review, with the corrections that readers reported.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{FromRef, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use tokio::sync::Mutex;

use crate::clinic::calendar::Calendar;
use crate::desk::page_reviews::{ReviewGroup, groups, store};
use crate::library::check;
use crate::library::check::CheckReport;
use crate::library::fingerprint::fingerprint;
use crate::library::pages::RenderedPages;
use crate::library::{Sheet, count};
use crate::patients::corrections::{Correction, store as corrections};
use crate::patients::unread_words;
use crate::patients::unread_words::Texts;
use crate::staff::session::SignedIn;
use crate::storage::clock::moment;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::page;
use crate::web::site::PageContext;

/// More than a clinic's readers tell of in a year.
const MOST_CORRECTIONS: i64 = 200;

/// What the check found, and what the files were like then.
type KeptReport = (u64, Arc<CheckReport>);

#[derive(Clone)]
struct PageReviewsState {
    app: App,
    rendered_pages: Arc<RenderedPages>,
    /// The check takes a moment: it is made once for what the files are like.
    report: Arc<Mutex<Option<KeptReport>>>,
}

impl FromRef<PageReviewsState> for App {
    fn from_ref(given: &PageReviewsState) -> App {
        given.app.clone()
    }
}

#[derive(Template)]
#[template(path = "desk/page_reviews/index.html")]
struct IndexPage<'a> {
    context: PageContext<'a>,
    /// Pages that only staff see yet.
    drafts: &'a [Sheet],
    groups: &'a [ReviewGroup<'a>],
    corrections: &'a [Correction],
    warnings: usize,
    unsigned: usize,
    calendar: &'a Calendar,
}

pub fn routes(app: App, rendered_pages: Arc<RenderedPages>) -> Router {
    let given = PageReviewsState { app, rendered_pages, report: Arc::default() };
    Router::new().route("/staff/pages", get(index)).with_state(given)
}

async fn index(State(given): State<PageReviewsState>, SignedIn(me): SignedIn) -> Result<Response> {
    let app = &given.app;
    let calendar = app.site.clinic.calendar();
    let today = calendar.local(app.clock.now()).date();
    let readers = app.database.readers();
    let usefulness = store::usefulness(readers).await?;
    unread_words::read(app, Texts::Corrections).await?;
    let mut told = corrections::list(readers, &app.cipher, MOST_CORRECTIONS).await?;
    told.sort_by_key(|correction| Reverse(correction.sign.filter(|_| correction.is_open())));
    let mut open: HashMap<String, usize> = HashMap::new();
    for correction in told.iter().filter(|correction| correction.is_open()) {
        *open.entry(correction.about.clone()).or_default() += 1;
    }
    let report = given.checked(today).await?;
    let groups = groups(&given.rendered_pages, &report, &usefulness, &open, today);
    let entries = || groups.iter().flat_map(|group| &group.entries);
    let shown = IndexPage {
        context: app.site.private("Pages").for_desk(&me.name, me.role),
        warnings: entries().map(|entry| entry.warnings.len()).sum(),
        unsigned: entries().filter(|entry| !entry.is_signed_off()).count(),
        drafts: &given.rendered_pages.library().drafts,
        groups: &groups,
        corrections: &told,
        calendar,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

impl PageReviewsState {
    /// What the check finds in the files as they are now, also where they are not shown because of it.
    async fn checked(&self, today: jiff::civil::Date) -> anyhow::Result<Arc<CheckReport>> {
        let mut kept = self.report.lock().await;
        let folder = self.rendered_pages.library().folder.clone();
        let known = kept.clone();
        let run = move || {
            let files = fingerprint(&folder);
            known
                .filter(|known| known.0 == files)
                .unwrap_or_else(|| (files, check::run(&folder, today).into()))
        };
        let (files, report) = tokio::task::spawn_blocking(run).await?;
        *kept = Some((files, report.clone()));
        Ok(report)
    }
}

impl IndexPage<'_> {
    fn count(&self, number: &usize, what: &str) -> String {
        count(*number, what)
    }

    fn count_pages(&self, group: &ReviewGroup) -> String {
        count(group.entries.len(), "page")
    }

    fn count_drafts(&self) -> String {
        count(self.drafts.len(), "page")
    }

    fn count_corrections(&self) -> String {
        count(self.corrections.len(), "report")
    }

    fn has_open_correction(&self) -> bool {
        self.corrections.iter().any(Correction::is_open)
    }

    /// The title of the page that a reader wrote about; its slug when there is no such page any more.
    fn page_of<'a>(&'a self, correction: &'a Correction) -> &'a str {
        let mut entries = self.groups.iter().flat_map(|group| &group.entries);
        entries.find(|entry| entry.slug == correction.about).map_or(&correction.about, |entry| entry.title)
    }

    fn when(&self, at: &i64) -> String {
        self.calendar.say_with_year(moment(*at))
    }
}
