//! One question a page: shown, answered, changed.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;

use crate::library::answers::{asked, first_unanswered, kept, things};
use crate::library::questions::{Answer, Question, QuestionKind};
use crate::patients::assessment::next_open;
use crate::patients::assessment::own_words;
use crate::patients::assessment::state::AssessmentState;
use crate::patients::assessment::turn::Turn;
use crate::patients::assessment::{CHECK, FIRST_PAGE};
use crate::patients::drafts;
use crate::patients::drafts::Draft;
use crate::signs::Help;
use crate::web::counts;
use crate::web::counts::Counted;
use crate::web::error::{Error, Result};
use crate::web::form::contact::Choice;
use crate::web::form::{FieldErrors, Fields, Query};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

const TOO_MANY: &str = "Too many answers came from your network. Wait a minute, then continue";

#[derive(Template)]
#[template(path = "patients/assessment/question.html")]
struct QuestionPage<'a> {
    context: PageContext<'a>,
    question: &'a Question,
    path: String,
    position: String,
    back: String,
    /// As answered before, or as just typed.
    answer: Vec<String>,
    /// What a question of the kind `each` asks about: ids and words.
    things: Vec<(String, String)>,
    errors: &'a FieldErrors,
    turn: Turn,
    /// What was typed and not taken, in pieces, signs marked; empty when there is none.
    marked: Vec<(bool, &'a str)>,
    /// Which help the marked words call for, the most urgent first.
    help: Vec<Help>,
}

pub async fn show(
    State(given): State<AssessmentState>,
    Path(id): Path<String>,
    Query(asked_with): Query,
    jar: CookieJar,
) -> Result<Response> {
    let question = given.library.questions.find(&id).ok_or(Error::NotFound)?;
    let Some(draft) = drafts::open(&given.app, &jar).await? else { return Ok(given.lost("")) };
    let answer = kept(question, &draft.answers);
    let turn = Turn::of(&asked_with);
    Ok(given.show_question(&draft, question, answer, &FieldErrors::default(), turn, StatusCode::OK))
}

pub async fn answer(
    State(given): State<AssessmentState>,
    Path(id): Path<String>,
    Network(from): Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let question = given.library.questions.find(&id).ok_or(Error::NotFound)?;
    let typed = if question.kind == QuestionKind::ShortText { fields.text("answer") } else { String::new() };
    let Some(mut draft) = drafts::open(&given.app, &jar).await? else { return Ok(given.lost(&typed)) };
    let turn = Turn::of(&fields);
    let may_save = given.app.limits.may_save(from);
    let checked = if may_save {
        crate::patients::assessment::check(question, &draft.answers, &fields)
    } else {
        Err(TOO_MANY.to_owned())
    };
    let answer = match checked {
        Ok(answer) => answer,
        Err(message) => {
            let status =
                if may_save { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::TOO_MANY_REQUESTS };
            return Ok(given.ask_again(&draft, question, &fields, message, status));
        }
    };
    let questions = &given.library.questions;
    let was_open = first_unanswered(questions, &draft.answers).is_some();
    draft.answers.insert(id.clone(), answer.clone());
    let finishes = was_open && first_unanswered(questions, &draft.answers).is_none();
    let next = given.after(&draft, question, turn);
    let to = own_words::after(&given.app, question, &answer, turn, next);
    match drafts::save(&given.app, &jar, draft, id, answer).await? {
        Some(cookie) => {
            let answer = (jar.add(cookie), Redirect::to(&to)).into_response();
            Ok(if finishes { counts::mark(answer, Counted::AssessmentFinished) } else { answer })
        }
        None => Ok(given.lost(&typed)),
    }
}

impl AssessmentState {
    /// The page after an answer: the next question, or after a change the check page with what the change opened.
    pub fn after(&self, draft: &Draft, question: &Question, turn: Turn) -> String {
        let questions = &self.library.questions;
        if turn.change || turn.skipped {
            let open = first_unanswered(questions, &draft.answers);
            return open.map_or(CHECK.to_owned(), |open| {
                format!("{}?change=yes", crate::patients::assessment::path(open))
            });
        }
        let asked = asked(questions, &draft.answers);
        let next = asked.iter().skip_while(|other| other.id != question.id).nth(1);
        next.map_or(CHECK.to_owned(), |next| crate::patients::assessment::path(next))
    }

    /// The question with what was typed, and what to mend.
    fn ask_again(
        &self,
        draft: &Draft,
        question: &Question,
        fields: &Fields,
        message: String,
        status: StatusCode,
    ) -> Response {
        let mut errors = FieldErrors::default();
        errors.add("answer", message);
        let typed = match question.kind {
            QuestionKind::Each => things(question, &draft.answers)
                .iter()
                .map(|thing| format!("{thing}={}", fields.text(&format!("answer-{thing}"))))
                .collect(),
            _ => fields.all("answer").map(str::to_owned).collect(),
        };
        self.show_question(draft, question, typed, &errors, Turn::of(fields), status)
    }

    fn things(&self, question: &Question, draft: &Draft) -> Vec<(String, String)> {
        let words = |thing: &str| self.library.questions.thing(question, thing).unwrap_or(thing).to_owned();
        things(question, &draft.answers).into_iter().map(|thing| (thing.to_owned(), words(thing))).collect()
    }

    fn show_question(
        &self,
        draft: &Draft,
        question: &Question,
        answer: Vec<String>,
        errors: &FieldErrors,
        turn: Turn,
        status: StatusCode,
    ) -> Response {
        let asked = asked(&self.library.questions, &draft.answers);
        let Some(place) = asked.iter().position(|other| other.id == question.id) else {
            return Redirect::to(&next_open(&self.library.questions, draft)).into_response();
        };
        let is_refused = question.kind == QuestionKind::ShortText && !errors.is_empty();
        let typed = if is_refused { answer.join("\n") } else { String::new() };
        let finding = self.app.site.signs.read(&typed);
        let shown = QuestionPage {
            context: self.app.site.private(&question.text).with_errors(!errors.is_empty()),
            question,
            path: crate::patients::assessment::path(question),
            position: format!("Question {} of about {}", place + 1, asked.len()),
            back: match place.checked_sub(1) {
                _ if turn.change => CHECK.to_owned(),
                Some(before) => crate::patients::assessment::path(asked[before]),
                None => FIRST_PAGE.to_owned(),
            },
            answer,
            things: self.things(question, draft),
            errors,
            turn,
            marked: finding.marked_if_any(&typed),
            help: finding.help(),
        };
        page::private(status, &shown)
    }
}

impl QuestionPage<'_> {
    fn kind(&self) -> &'static str {
        if self.question.kind == QuestionKind::AnyOf { "checkbox" } else { "radio" }
    }

    fn choices(&self) -> Vec<(String, String, bool)> {
        let question = self.question;
        let chosen = |value: &str| self.answer.iter().any(|answer| answer == value);
        if question.has_choices() {
            let choice = |answer: &Answer| (answer.id.clone(), answer.text.clone(), chosen(&answer.id));
            return question.answers.iter().map(choice).collect();
        }
        let label = |number: u8| match number {
            0 => format!("0 ({})", question.low),
            10 => format!("10 ({})", question.high),
            between => between.to_string(),
        };
        (0..=10).map(|number: u8| (number.to_string(), label(number), chosen(&number.to_string()))).collect()
    }

    /// As the forms want them.
    fn as_choices<'c>(&self, choices: &'c [(String, String, bool)]) -> Vec<Choice<'c>> {
        choices.iter().map(|(value, label, chosen)| Choice { value, label, chosen: *chosen }).collect()
    }

    /// The choices about one thing.
    fn choices_of(&self, thing: &str) -> Vec<(String, String, bool)> {
        let chosen = |id: &str| self.answer.iter().any(|one| one.split_once('=') == Some((thing, id)));
        let choice = |answer: &Answer| (answer.id.clone(), answer.text.clone(), chosen(&answer.id));
        self.question.answers.iter().map(choice).collect()
    }

    /// The first field has the id that an error leads to.
    fn id_of(&self, thing: &str) -> String {
        match self.things.first() {
            Some((first, _)) if first == thing => "answer".to_owned(),
            _ => format!("answer-{thing}"),
        }
    }

    fn field_of(&self, thing: &str) -> String {
        format!("answer-{thing}")
    }

    /// What is to be mended is said once, above the first thing.
    fn error_of(&self, first: &bool) -> String {
        if *first { self.errors.of("answer").to_string() } else { String::new() }
    }

    fn is_each(&self) -> bool {
        self.question.kind == QuestionKind::Each
    }

    fn typed(&self) -> &str {
        self.answer.first().map_or("", String::as_str)
    }

    fn is_text(&self) -> bool {
        self.question.kind == QuestionKind::ShortText
    }
}
