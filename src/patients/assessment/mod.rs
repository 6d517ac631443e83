//! The self-assessment: which question comes when, and what counts as an answer. It repeats; it judges nothing.

use axum_extra::extract::cookie::CookieJar;

use crate::library::answers::{Answers, first_unanswered, is_offered, things};
use crate::library::questions::{Question, QuestionKind, Questions};
use crate::patients::drafts;
use crate::patients::drafts::Draft;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form;
use crate::web::form::Fields;

use crate::library::summary::Summary;

pub mod devices;
mod own_words;
pub mod pages;
pub mod question;
pub mod safety;
mod state;
mod turn;

pub const FIRST_PAGE: &str = "/assessment";
pub const CHECK: &str = "/assessment/check";
pub const SUMMARY: &str = "/assessment/summary";

/// The summary of this visitor's answers, when they are all there.
pub async fn summary_now(app: &App, questions: &Questions, jar: &CookieJar) -> Result<Option<Summary>> {
    let draft = drafts::open(app, jar).await?;
    let finished = draft.filter(|draft| first_unanswered(questions, &draft.answers).is_none());
    Ok(finished.map(|draft| summary_of(app, questions, &draft)))
}

/// Dated by the last answer.
fn summary_of(app: &App, questions: &Questions, draft: &Draft) -> Summary {
    let day = app.site.clinic.calendar().local(draft.saved_at).date();
    Summary::of(questions, &draft.answers, day)
}

/// The address of a question.
pub fn path(question: &Question) -> String {
    format!("/assessment/questions/{}", question.id)
}

/// Where a person goes on: the first question without an answer, or the check page.
pub fn next_open(questions: &Questions, draft: &Draft) -> String {
    first_unanswered(questions, &draft.answers).map_or_else(|| CHECK.to_owned(), path)
}

/// What a form answered, or what to mend. Answers that the question does not offer are no answers.
/// `earlier` holds what a question of the kind `each` asks about.
pub fn check(
    question: &Question,
    earlier: &Answers,
    fields: &Fields,
) -> std::result::Result<Vec<String>, String> {
    if question.kind == QuestionKind::Each {
        return check_each(question, earlier, fields);
    }
    if question.kind == QuestionKind::ShortText {
        let words = form::words(&fields.text("answer"), question.most, &question.short)?;
        return match words.is_empty() {
            true => missing(question, Vec::new()),
            false => Ok(vec![words]),
        };
    }
    let typed = |one: &&str| is_offered(question, one.trim());
    let mut answer: Vec<String> =
        fields.all("answer").filter(typed).map(|one| one.trim().to_owned()).collect();
    answer.dedup();
    if question.kind != QuestionKind::AnyOf {
        answer.truncate(1);
    }
    let alone = answer.iter().filter_map(|id| question.answer(id)).find(|answer| answer.none);
    match alone {
        Some(none) if answer.len() > 1 => {
            Err(format!("Choose what applies, or “{}”, but not both", none.text))
        }
        _ if question.up_to > 0 && answer.len() > question.up_to => {
            Err(format!("Choose {} at most, and untick the others", question.up_to))
        }
        _ => missing(question, answer),
    }
}

/// One answer for each thing, in a field of its own; all of them are asked for.
fn check_each(
    question: &Question,
    earlier: &Answers,
    fields: &Fields,
) -> std::result::Result<Vec<String>, String> {
    let things = things(question, earlier);
    let typed =
        things.iter().map(|thing| format!("{thing}={}", fields.text(&format!("answer-{thing}")).trim()));
    let answer: Vec<String> = typed.filter(|one| is_offered(question, one)).collect();
    if answer.len() < things.len() { Err(question.missing.clone()) } else { Ok(answer) }
}

fn missing(question: &Question, answer: Vec<String>) -> std::result::Result<Vec<String>, String> {
    if answer.is_empty() && !question.is_optional() { Err(question.missing.clone()) } else { Ok(answer) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::answers::{asked, kept};

    const QUESTIONS: &str = r#"
        ask = []
        [[question]]
        id = "sleep"
        text = "Sleep?"
        short = "Sleep"
        kind = "any-of"
        missing = "Select one"
        answers = [
          { id = "wake", text = "I wake", because = "you wake", sheets = ["a"] },
          { id = "early", text = "Early", because = "you wake early", sheets = ["a"] },
          { id = "fine", text = "Fine", none = true },
        ]
        [[question]]
        id = "often"
        text = "How often?"
        short = "How often"
        kind = "one-of"
        missing = "Select how often"
        when = { question = "sleep", answers = ["wake"] }
        answers = [{ id = "a", text = "A", none = true }, { id = "b", text = "B", none = true }]
        [[question]]
        id = "much"
        text = "How much?"
        short = "How much"
        kind = "zero-to-ten"
        low = "none"
        high = "all"
        missing = "Select how much"
        [[question]]
        id = "went"
        text = "How did each go?"
        short = "How each went"
        kind = "each"
        missing = "Select an answer for each"
        when = { question = "sleep", answers = ["wake", "early"] }
        answers = [{ id = "well", text = "Well" }, { id = "badly", text = "Badly" }]
        [[question]]
        id = "most"
        text = "What matters most?"
        short = "What matters"
        kind = "any-of"
        up_to = 2
        answers = [{ id = "a", text = "A" }, { id = "b", text = "B" }, { id = "c", text = "C" }]
        [[question]]
        id = "words"
        text = "Words?"
        short = "Your words"
        kind = "short-text"
        most = 5
    "#;

    fn questions() -> Questions {
        toml::from_str(QUESTIONS).unwrap()
    }

    fn answers(given: &[(&str, &[&str])]) -> Answers {
        let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        given.iter().map(|(question, ids)| ((*question).to_owned(), list(ids))).collect()
    }

    fn checked(question: &str, body: &str) -> std::result::Result<Vec<String>, String> {
        let earlier = answers(&[("sleep", &["wake", "early"])]);
        check(questions().find(question).unwrap(), &earlier, &Fields::parse(body.as_bytes()))
    }

    #[test]
    fn a_question_is_asked_when_an_earlier_answer_leads_to_it() {
        let questions = questions();
        let ids = |given: &[(&str, &[&str])]| {
            let asked = asked(&questions, &answers(given));
            asked.iter().map(|question| question.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&[]), ["sleep", "much", "most", "words"]);
        assert_eq!(ids(&[("sleep", &["wake"])]), ["sleep", "often", "much", "went", "most", "words"]);
        assert_eq!(ids(&[("sleep", &["fine"])]), ["sleep", "much", "most", "words"]);
    }

    #[test]
    fn the_first_question_without_an_answer_is_found_and_an_optional_one_is_not_missed() {
        let questions = questions();
        let first = |given: &[(&str, &[&str])]| {
            first_unanswered(&questions, &answers(given)).map(|question| question.id.clone())
        };
        assert_eq!(first(&[]).as_deref(), Some("sleep"));
        assert_eq!(first(&[("sleep", &["gone"])]).as_deref(), Some("sleep"), "no longer offered");
        assert_eq!(first(&[("sleep", &["wake"]), ("much", &["7"])]).as_deref(), Some("often"));
        assert_eq!(first(&[("sleep", &["fine"]), ("much", &["7"])]), None);
    }

    #[test]
    fn forged_answers_and_numbers_out_of_range_are_no_answers() {
        assert_eq!(checked("sleep", "answer=wake&answer=forged"), Ok(vec!["wake".into()]));
        assert_eq!(checked("sleep", "answer=forged"), Err("Select one".into()));
        assert_eq!(checked("much", "answer=10"), Ok(vec!["10".into()]));
        for odd in ["eleven", "11", "-1", "07", "7.5", "", "1e1", "７"] {
            assert_eq!(checked("much", &format!("answer={odd}")), Err("Select how much".into()), "{odd}");
        }
        assert_eq!(checked("often", "answer=a&answer=b"), Ok(vec!["a".into()]));
    }

    #[test]
    fn none_of_these_stands_alone() {
        assert_eq!(checked("sleep", "answer=fine"), Ok(vec!["fine".into()]));
        assert!(checked("sleep", "answer=fine&answer=wake").unwrap_err().contains("“Fine”"));
    }

    #[test]
    fn each_thing_that_was_chosen_is_asked_about_and_no_other() {
        let both = "answer-wake=well&answer-early=badly&answer-fine=well";
        assert_eq!(checked("went", both), Ok(vec!["wake=well".into(), "early=badly".into()]));
        for left_out in ["answer-wake=well", "answer-wake=well&answer-early=forged", ""] {
            assert_eq!(checked("went", left_out), Err("Select an answer for each".into()), "{left_out}");
        }
        let questions = questions();
        let went = questions.find("went").unwrap();
        let fewer = answers(&[("sleep", &["early"]), ("went", &["wake=well", "early=badly"])]);
        assert_eq!(kept(went, &fewer), ["early=badly"], "what is no longer chosen is let go");
        let more = answers(&[
            ("sleep", &["wake", "early"]),
            ("often", &["a"]),
            ("much", &["7"]),
            ("went", &["early=badly"]),
        ]);
        assert_eq!(first_unanswered(&questions, &more).map(|open| open.id.as_str()), Some("went"));
    }

    #[test]
    fn no_more_answers_may_be_chosen_than_the_question_allows() {
        assert_eq!(checked("most", "answer=a&answer=b"), Ok(vec!["a".into(), "b".into()]));
        assert!(checked("most", "answer=a&answer=b&answer=c").unwrap_err().starts_with("Choose 2 at most"));
    }

    #[test]
    fn words_may_be_left_out_and_have_a_limit() {
        assert_eq!(checked("words", "answer=+"), Ok(vec![]));
        assert_eq!(checked("words", "answer=ab%0D%0Acd"), Ok(vec!["ab\ncd".into()]));
        assert_eq!(checked("words", "answer=abcdef"), Err("Your words must be 5 characters or less".into()));
    }
}
