//! What a person answered in the assessment: which questions are asked after it, and which answers still count.

use std::collections::BTreeMap;

use crate::library::questions::{Question, QuestionKind, Questions};

/// What was answered, by question: ids, a number or words. Nothing given is an empty list.
pub type Answers = BTreeMap<String, Vec<String>>;

/// The questions that these answers lead to, in their order.
pub fn asked<'q>(questions: &'q Questions, answers: &Answers) -> Vec<&'q Question> {
    let mut asked: Vec<&Question> = Vec::new();
    for question in &questions.all {
        let opened = question.when.as_ref().is_none_or(|when| {
            let earlier = asked.iter().find(|earlier| earlier.id == when.question);
            earlier.is_some_and(|earlier| {
                kept(earlier, answers).iter().any(|answer| when.answers.contains(answer))
            })
        });
        if opened {
            asked.push(question);
        }
    }
    asked
}

/// The answer as it stands, without what the question no longer offers.
pub fn kept(question: &Question, answers: &Answers) -> Vec<String> {
    let Some(answer) = answers.get(&question.id) else { return Vec::new() };
    let things = things(question, answers);
    let about_a_thing = |one: &String| {
        question.kind != QuestionKind::Each
            || one.split_once('=').is_some_and(|(thing, _)| things.contains(&thing))
    };
    answer.iter().filter(|one| is_offered(question, one) && about_a_thing(one)).cloned().collect()
}

/// What a question of the kind `each` asks about: what was chosen in the question that leads to it.
pub fn things<'a>(question: &Question, answers: &'a Answers) -> Vec<&'a str> {
    let Some(when) = question.when.as_ref().filter(|_| question.kind == QuestionKind::Each) else {
        return Vec::new();
    };
    let chosen = answers.get(&when.question).into_iter().flatten();
    chosen.filter(|thing| when.answers.contains(thing)).map(String::as_str).collect()
}

fn is_complete(question: &Question, answers: &Answers) -> bool {
    let kept = kept(question, answers);
    match question.kind {
        QuestionKind::Each => kept.len() >= things(question, answers).len(),
        _ => !kept.is_empty(),
    }
}

/// The first question that must be answered and was not.
pub fn first_unanswered<'q>(questions: &'q Questions, answers: &Answers) -> Option<&'q Question> {
    let open = |question: &&Question| !question.is_optional() && !is_complete(question, answers);
    asked(questions, answers).into_iter().find(open)
}

pub fn is_offered(question: &Question, answer: &str) -> bool {
    match question.kind {
        QuestionKind::OneOf | QuestionKind::AnyOf => question.answer(answer).is_some(),
        // "7", never "07" or "+7": what is stored is what was offered.
        QuestionKind::ZeroToTen => (0..=10).any(|number: u8| number.to_string() == answer),
        QuestionKind::ShortText => !answer.is_empty(),
        QuestionKind::Each => {
            answer.split_once('=').is_some_and(|(_, chosen)| question.answer(chosen).is_some())
        }
    }
}
