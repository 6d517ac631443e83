//! The pages around the questions: the first page, check answers, the summary, erasing, and what to say without answers.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::library::answers::{asked, first_unanswered, kept};
use crate::library::summary::{Said, Summary, said};
use crate::library::{Library, Sheet};
use crate::patients::assessment::state::AssessmentState;
use crate::patients::assessment::{FIRST_PAGE, devices, own_words, question, safety};
use crate::patients::drafts;
use crate::signs;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::page;
use crate::web::site::{PageContext, Site};

/// The first page: the same for everyone, so it stands on the rendered_pages.
#[derive(Template)]
#[template(path = "patients/assessment/start.html")]
pub struct StartPage<'a> {
    context: PageContext<'a>,
    questions: usize,
}

#[derive(Template)]
#[template(path = "patients/assessment/check.html")]
struct CheckPage<'a> {
    context: PageContext<'a>,
    rows: Vec<Row>,
    back: String,
}

/// An answer on the check page, and where it is changed.
struct Row {
    said: Said,
    path: String,
}

#[derive(Template)]
#[template(path = "patients/assessment/summary.html")]
struct SummaryPage<'a> {
    context: PageContext<'a>,
    summary: &'a Summary,
    sheets: Vec<(&'a Sheet, String)>,
    /// Which help the person's own words call for, the most urgent first.
    help: Vec<signs::Help>,
}

/// The words of a summary alone, as they stand on each page that shows one.
#[derive(Template)]
#[template(path = "patients/assessment/words.html")]
struct OwnWords<'a> {
    summary: &'a Summary,
    sheets: Vec<(&'a Sheet, String)>,
}

#[derive(Template)]
#[template(path = "patients/assessment/lost.html")]
struct LostPage<'a> {
    context: PageContext<'a>,
    /// What was typed just now, so that it is not lost too.
    typed: &'a str,
    /// The same in pieces, signs marked; empty when there is none.
    marked: Vec<(bool, &'a str)>,
    /// Which help the marked words call for, the most urgent first.
    help: Vec<signs::Help>,
}

#[derive(Template)]
#[template(path = "patients/assessment/earlier.html")]
struct EarlierPage<'a> {
    context: PageContext<'a>,
    next: String,
}

#[derive(Template)]
#[template(path = "patients/assessment/erasure.html")]
struct ErasurePage<'a> {
    context: PageContext<'a>,
    erased: bool,
}

pub fn routes(app: App, library: Arc<Library>) -> Router {
    Router::new()
        .route("/assessment/safety", get(safety::emergency).post(safety::answer_emergency))
        .route("/assessment/safety/{key}", get(safety::urgent).post(safety::answer_urgent))
        .route("/assessment/safety/{key}/today", get(safety::today).post(safety::go_on))
        .route("/assessment/earlier", get(earlier))
        .route("/assessment/questions/{id}", get(question::show).post(question::answer))
        .route("/assessment/questions/{id}/signs", get(own_words::show))
        .route("/assessment/check", get(check))
        .route("/assessment/summary", get(summary))
        .route("/assessment/code", get(devices::code).post(devices::new_code))
        .route("/assessment/resume", get(devices::resume).post(devices::open))
        .route("/assessment/erasure", get(erasure).post(erase))
        .route("/assessment/erased", get(erased))
        .with_state(AssessmentState { app, library })
}

impl<'a> StartPage<'a> {
    pub fn new(site: &'a Site, library: &Library) -> StartPage<'a> {
        let about = "Answer some questions about your back pain, and take away a page to keep, print or hand to a GP.";
        let context = site.public("Make a summary of your back pain", about, FIRST_PAGE);
        let always = library.questions.all.iter().filter(|question| question.when.is_none()).count();
        StartPage { context, questions: always }
    }
}

/// The words of a summary as every page that shows one has them.
pub fn words(summary: &Summary, library: &Library) -> std::result::Result<String, askama::Error> {
    OwnWords { summary, sheets: summary.sheets(library) }.render()
}

async fn earlier(State(given): State<AssessmentState>, jar: CookieJar) -> Result<Response> {
    let Some(draft) = drafts::open(&given.app, &jar).await? else { return Ok(given.lost("")) };
    let context = given.app.site.private("You have answers from earlier");
    let next = crate::patients::assessment::next_open(&given.library.questions, &draft);
    Ok(page::private(StatusCode::OK, &EarlierPage { context, next }))
}

async fn check(State(given): State<AssessmentState>, jar: CookieJar) -> Result<Response> {
    let Some(draft) = drafts::open(&given.app, &jar).await? else { return Ok(given.lost("")) };
    let questions = &given.library.questions;
    if let Some(open) = first_unanswered(questions, &draft.answers) {
        return Ok(skipped(open));
    }
    let asked = asked(questions, &draft.answers);
    let row = |question: &&_| Row {
        said: said(questions, question, &kept(question, &draft.answers)),
        path: crate::patients::assessment::path(question),
    };
    let shown = CheckPage {
        context: given.app.site.private("Check your answers"),
        rows: asked.iter().map(row).collect(),
        back: asked.last().map(|last| crate::patients::assessment::path(last)).unwrap_or_default(),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn summary(State(given): State<AssessmentState>, jar: CookieJar) -> Result<Response> {
    let Some(draft) = drafts::open(&given.app, &jar).await? else { return Ok(given.lost("")) };
    let library = &given.library;
    if let Some(open) = first_unanswered(&library.questions, &draft.answers) {
        return Ok(skipped(open));
    }
    let summary = crate::patients::assessment::summary_of(&given.app, &library.questions, &draft);
    let context = given.app.site.private("Your summary");
    let sheets = summary.sheets(library);
    let help = own_words::found(&given.app, &library.questions, &draft).help();
    Ok(page::private(StatusCode::OK, &SummaryPage { context, summary: &summary, sheets, help }))
}

async fn erasure(State(given): State<AssessmentState>, jar: CookieJar) -> Result<Response> {
    if drafts::open(&given.app, &jar).await?.is_none() {
        return Ok(given.lost(""));
    }
    let context = given.app.site.private("Do you want to erase your answers?");
    Ok(page::private(StatusCode::OK, &ErasurePage { context, erased: false }))
}

async fn erase(State(given): State<AssessmentState>, jar: CookieJar) -> Result<Response> {
    let gone = drafts::erase(&given.app, &jar).await?;
    Ok((jar.add(gone), Redirect::to("/assessment/erased")).into_response())
}

async fn erased(State(given): State<AssessmentState>) -> Response {
    let context = given.app.site.private("Your answers have been erased");
    page::private(StatusCode::OK, &ErasurePage { context, erased: true })
}

/// To a question that comes first, which then says so.
fn skipped(open: &crate::library::questions::Question) -> Response {
    Redirect::to(&format!("{}?skipped=yes", crate::patients::assessment::path(open))).into_response()
}

impl AssessmentState {
    /// Erased, too old, another browser's and never there are one page.
    pub fn lost(&self, typed: &str) -> Response {
        let context = self.app.site.private("We do not have your answers");
        let finding = self.app.site.signs.read(typed);
        let (marked, help) = (finding.marked_if_any(typed), finding.help());
        page::private(StatusCode::GONE, &LostPage { context, typed, marked, help })
    }
}
