//! What a person writes in their own words is read for signs that need help: the page that comes first when it holds one.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;

use crate::library::answers::kept;
use crate::library::questions::{Question, QuestionKind, Questions};
use crate::patients::assessment::state::AssessmentState;
use crate::patients::assessment::turn::Turn;
use crate::patients::drafts;
use crate::patients::drafts::Draft;
use crate::signs;
use crate::signs::Finding;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form::Query;
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/assessment/own_words.html")]
struct OwnWordsPage<'a> {
    context: PageContext<'a>,
    help: Vec<signs::Help>,
    marked: Vec<(bool, &'a str)>,
    back: String,
    next: String,
    /// What the way on is called. Whoever may not be safe with themselves need not deny it.
    go_on: &'static str,
}

/// The page after an answer in a person's own words: their signs first, when it holds any.
pub fn after(app: &App, question: &Question, answer: &[String], turn: Turn, next: String) -> String {
    let has_sign = || answer.iter().any(|words| !app.site.signs.read(words).is_calm());
    if question.kind != QuestionKind::ShortText || !has_sign() {
        return next;
    }
    format!("{}/signs{}", crate::patients::assessment::path(question), turn.query())
}

/// The signs in everything that a person wrote in their own words.
pub fn found(app: &App, questions: &Questions, draft: &Draft) -> Finding {
    let own = questions.all.iter().filter(|question| question.kind == QuestionKind::ShortText);
    let words: Vec<String> = own.flat_map(|question| kept(question, &draft.answers)).collect();
    app.site.signs.read(&words.join("\n"))
}

pub async fn show(
    State(given): State<AssessmentState>,
    Path(id): Path<String>,
    Query(asked_with): Query,
    jar: CookieJar,
) -> Result<Response> {
    let question = given.library.questions.find(&id).ok_or(Error::NotFound)?;
    let Some(draft) = drafts::open(&given.app, &jar).await? else { return Ok(given.lost("")) };
    let turn = Turn::of(&asked_with);
    let next = given.after(&draft, question, turn);
    let words = kept(question, &draft.answers).join("\n");
    let finding = given.app.site.signs.read(&words);
    if question.kind != QuestionKind::ShortText || finding.is_calm() {
        return Ok(Redirect::to(&next).into_response());
    }
    let shown = OwnWordsPage {
        context: given.app.site.private("Read this before you go on"),
        go_on: if finding.help().contains(&signs::Help::Crisis) {
            "I have read this: go on"
        } else {
            "None of these fits me: go on"
        },
        help: finding.help(),
        marked: finding.marked(&words),
        back: format!("{}{}", crate::patients::assessment::path(question), turn.query()),
        next,
    };
    Ok(page::private(StatusCode::OK, &shown))
}
