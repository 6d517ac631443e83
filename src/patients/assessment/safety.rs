//! The safety questions: the same for everyone, asked first, and never stored. A yes to a sign that needs 999 says so at
//! once; a yes to those that need advice today says what to do, and then lets a person go on.

use std::net::IpAddr;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;

use crate::patients::assessment::next_open;
use crate::patients::assessment::state::AssessmentState;
use crate::patients::drafts;
use crate::signs::list::Signs;
use crate::storage::reference::SubmissionKey;
use crate::web::counts;
use crate::web::counts::Counted;
use crate::web::error::{Error, Result};
use crate::web::form::contact::Choice;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

pub const FIRST: &str = "/assessment/safety";
const EARLIER: &str = "/assessment/earlier";

#[derive(Template)]
#[template(path = "patients/assessment/signs.html")]
struct SafetyPage<'a> {
    context: PageContext<'a>,
    signs: &'a Signs,
    /// Address of this page.
    path: &'a str,
    back: &'a str,
    position: &'a str,
    errors: &'a FieldErrors,
    /// The signs as boxes to tick; a plain yes or no without.
    tick: bool,
}

#[derive(Template)]
#[template(path = "patients/assessment/now.html")]
struct NowPage<'a> {
    context: PageContext<'a>,
    /// The signs that they said yes to.
    chosen: Vec<&'a str>,
}

#[derive(Template)]
#[template(path = "patients/assessment/today.html")]
struct TodayPage<'a> {
    context: PageContext<'a>,
    signs: &'a Signs,
    path: &'a str,
    back: &'a str,
}

/// Which of the two questions: the signs of 999, or the signs of the same day.
#[derive(Clone, Copy)]
enum Which {
    Emergency,
    Urgent,
}

pub async fn emergency(State(given): State<AssessmentState>) -> Response {
    given.show_safety(Which::Emergency, FIRST, &FieldErrors::default())
}

pub async fn answer_emergency(State(given): State<AssessmentState>, fields: Fields) -> Response {
    match ticked(&fields) {
        Ok(Some(places)) => given.show_now(&places),
        Ok(None) => {
            let key = SubmissionKey::new(&given.app.cipher, &given.app.clock);
            Redirect::to(&format!("{FIRST}/{}", key.as_str())).into_response()
        }
        Err(errors) => given.show_safety(Which::Emergency, FIRST, &errors),
    }
}

/// The key in the address shows that the first question was answered; without one it is asked.
pub async fn urgent(State(given): State<AssessmentState>, Path(key): Path<String>) -> Response {
    match SubmissionKey::parse(&given.app.cipher, &key) {
        Some(key) => {
            given.show_safety(Which::Urgent, &format!("{FIRST}/{}", key.as_str()), &FieldErrors::default())
        }
        None => Redirect::to(FIRST).into_response(),
    }
}

pub async fn answer_urgent(
    State(given): State<AssessmentState>,
    Path(key): Path<String>,
    Network(from): Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let Some(key) = SubmissionKey::parse(&given.app.cipher, &key) else {
        return Ok(Redirect::to(FIRST).into_response());
    };
    let path = format!("{FIRST}/{}", key.as_str());
    match yes_or_no(&fields) {
        Ok(true) => Ok(Redirect::to(&format!("{path}/today")).into_response()),
        Ok(false) => given.begin(from, jar).await,
        Err(errors) => Ok(given.show_safety(Which::Urgent, &path, &errors)),
    }
}

/// What to do about a sign that needs advice today, and two ways on.
pub async fn today(State(given): State<AssessmentState>, Path(key): Path<String>) -> Response {
    match SubmissionKey::parse(&given.app.cipher, &key) {
        Some(key) => {
            let back = format!("{FIRST}/{}", key.as_str());
            let context = given.app.site.private("Please get advice today");
            let signs = &given.app.site.safety.urgent;
            page::private(
                StatusCode::OK,
                &TodayPage { context, signs, path: &format!("{back}/today"), back: &back },
            )
        }
        None => Redirect::to(FIRST).into_response(),
    }
}

/// "I have already been checked for this", or read and going on. Neither is stored.
pub async fn go_on(
    State(given): State<AssessmentState>,
    Path(key): Path<String>,
    Network(from): Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let Some(key) = SubmissionKey::parse(&given.app.cipher, &key) else {
        return Ok(Redirect::to(FIRST).into_response());
    };
    match fields.text("answer").as_str() {
        "checked" | "read" => given.begin(from, jar).await,
        _ => Ok(Redirect::to(&format!("{FIRST}/{}/today", key.as_str())).into_response()),
    }
}

impl AssessmentState {
    /// The first question, with a draft for its answers. Those from another tab, or from earlier, are not thrown away.
    async fn begin(&self, from: IpAddr, jar: CookieJar) -> Result<Response> {
        let questions = &self.library.questions;
        if let Some(draft) = drafts::open(&self.app, &jar).await? {
            let to = if draft.answers.is_empty() { next_open(questions, &draft) } else { EARLIER.into() };
            return Ok(Redirect::to(&to).into_response());
        }
        if !self.app.limits.may_begin(from) {
            return Err(Error::TooManyRequests);
        }
        let cookie = drafts::start(&self.app).await?;
        let first = questions.all.first().map(crate::patients::assessment::path).unwrap_or_default();
        let answer = (jar.add(cookie), Redirect::to(&first)).into_response();
        Ok(counts::mark(answer, Counted::AssessmentBegun))
    }
}

/// Which signs were ticked, by their place in the list, or none of them. A sign counts whatever is ticked beside it, and
/// a plain yes is one of them.
fn ticked(fields: &Fields) -> std::result::Result<Option<Vec<usize>>, FieldErrors> {
    let places: Vec<usize> = fields.all("answer").filter_map(|answer| answer.parse().ok()).collect();
    match yes_or_no(fields) {
        _ if !places.is_empty() => Ok(Some(places)),
        Ok(yes) => Ok(yes.then(Vec::new)),
        Err(_) => Err(unanswered("Tick what is true, or “No, none of these”")),
    }
}

fn yes_or_no(fields: &Fields) -> std::result::Result<bool, FieldErrors> {
    match fields.text("answer").as_str() {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(unanswered("Choose yes if any of these is true, or no if none is")),
    }
}

fn unanswered(message: &str) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("answer", message);
    errors
}

impl AssessmentState {
    fn show_safety(&self, which: Which, path: &str, errors: &FieldErrors) -> Response {
        let site = &self.app.site;
        let (title, signs, back, position) = match which {
            Which::Emergency => {
                let signs = &site.safety.emergency;
                (
                    "Are any of these true for you now?",
                    signs,
                    crate::patients::assessment::FIRST_PAGE,
                    "Safety question 1 of 2",
                )
            }
            Which::Urgent => {
                ("Are any of these true for you?", &site.safety.urgent, FIRST, "Safety question 2 of 2")
            }
        };
        let context = site.private(title).with_errors(!errors.is_empty());
        let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let tick = matches!(which, Which::Emergency);
        page::private(status, &SafetyPage { context, signs, path, back, position, errors, tick })
    }

    /// What to do at once. The answer stands on this page alone: in no address, and nowhere stored.
    fn show_now(&self, places: &[usize]) -> Response {
        let site = &self.app.site;
        let signs = &site.safety.emergency.signs;
        let chosen = places.iter().filter_map(|place| signs.get(*place)).map(String::as_str).collect();
        let context = site.private("Call 999 or go to A&E now");
        page::private(StatusCode::OK, &NowPage { context, chosen })
    }
}

impl SafetyPage<'_> {
    fn choices(&self) -> Vec<Choice<'static>> {
        [("yes", "Yes, one or more"), ("no", "No, none of these")]
            .map(|(value, label)| Choice { value, label, chosen: false })
            .into()
    }

    /// The signs by their place in the list.
    fn places(&self) -> Vec<String> {
        (0..self.signs.signs.len()).map(|place| place.to_string()).collect()
    }

    fn boxes<'c>(&'c self, places: &'c [String]) -> Vec<Choice<'c>> {
        let sign =
            |(place, sign): (&'c String, &'c String)| Choice { value: place, label: sign, chosen: false };
        let none = Choice { value: "no", label: "No, none of these", chosen: false };
        places.iter().zip(&self.signs.signs).map(sign).chain([none]).collect()
    }
}
