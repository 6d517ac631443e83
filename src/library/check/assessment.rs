//! Rules about the self-assessment: that each question can be reached, each answer leads somewhere, and none judges.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use crate::library::check::across::Known;
use crate::library::check::matching::Phrases;
use crate::library::check::report::CheckFinding;
use crate::library::check::rules::Level;
use crate::library::check::shared::plain_words;
use crate::library::check::source::SourceFile;
use crate::library::check::words::JUDGING;
use crate::library::prescription_only::PRESCRIPTION_ONLY;
use crate::library::questions::{Answer, Question, QuestionKind, Questions};

/// A question is the h1 of its page.
const LONGEST_QUESTION: usize = 65;
const LONGEST_HINT: usize = 200;
const LONGEST_ANSWER: usize = 100;
const LONGEST_TEXT: usize = 500;

pub fn check(content: &Path, questions: &Questions, known: &Known, least: Level) -> Vec<CheckFinding> {
    let Ok(source) = SourceFile::open(&content.join("assessment.toml")) else { return Vec::new() };
    let mut findings = same_ids(&source, questions);
    findings.extend(unreachable(&source, questions));
    for question in &questions.all {
        findings.extend(shape(&source, question));
        findings.extend(lengths(&source, question));
        for answer in &question.answers {
            findings.extend(leads(&source, questions, question, answer, known));
        }
    }
    let answers = || questions.all.iter().flat_map(|question| &question.answers);
    let asked = answers().flat_map(|answer| &answer.ask).chain(&questions.ask);
    let said = questions.all.iter().flat_map(|question| [&question.text, &question.hint, &question.short]);
    let shown = answers().flat_map(|answer| [&answer.text, &answer.because]);
    for words in said.chain(shown).chain(asked).filter(|words| !words.is_empty()) {
        findings.extend(plain_words(&source, words, least));
        findings.extend(judges(&source, words));
    }
    findings
}

fn same_ids(source: &SourceFile, questions: &Questions) -> Vec<CheckFinding> {
    let mut seen = HashSet::new();
    let mut findings = Vec::new();
    let mut look = |whole: String, id: &str| {
        let quoted = format!("\"{id}\"");
        if !id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') || id.is_empty() {
            findings.push(source.at_words(&quoted, "question-id", format!("{id:?} is not an id")));
        }
        if !seen.insert(whole) {
            findings.push(source.at_words(&quoted, "question-id", format!("{id:?} is there twice")));
        }
    };
    for question in &questions.all {
        look(question.id.clone(), &question.id);
        for answer in &question.answers {
            look(format!("{} {}", question.id, answer.id), &answer.id);
        }
    }
    findings
}

/// A question is reached when it is asked of everyone, or after an answer to an earlier one that is reached.
fn unreachable(source: &SourceFile, questions: &Questions) -> Vec<CheckFinding> {
    let mut reached: Vec<&Question> = Vec::new();
    let mut findings = Vec::new();
    for question in &questions.all {
        let trouble = question.when.as_ref().and_then(|when| {
            let Some(earlier) = reached.iter().find(|earlier| earlier.id == when.question) else {
                return Some(format!("{:?} is not asked before it", when.question));
            };
            let unknown = when.answers.iter().find(|id| earlier.answer(id).is_none());
            let nothing = when.answers.is_empty().then(|| "no answer leads to it".to_owned());
            unknown.map(|id| format!("{:?} has no answer {id:?}", earlier.id)).or(nothing)
        });
        match trouble {
            Some(message) => {
                let message = format!("{:?} is never asked: {message}", question.id);
                findings.push(source.at_words(
                    &format!("\"{}\"", question.id),
                    "unreachable-question",
                    message,
                ));
            }
            None => reached.push(question),
        }
    }
    if questions.all.is_empty() {
        findings.push(source.at_words("", "question-shape", "there is no question"));
    }
    findings
}

/// Each kind has what it needs, and nothing of another.
fn shape(source: &SourceFile, question: &Question) -> Vec<CheckFinding> {
    let ends = !question.low.is_empty() && !question.high.is_empty();
    let no_ends = question.low.is_empty() && question.high.is_empty();
    let fits = match question.kind {
        QuestionKind::OneOf | QuestionKind::AnyOf => {
            question.answers.len() > 1 && no_ends && question.most == 0
        }
        QuestionKind::Each => {
            question.answers.len() > 1 && question.when.is_some() && no_ends && question.most == 0
        }
        QuestionKind::ZeroToTen => question.answers.is_empty() && ends && question.most == 0,
        QuestionKind::ShortText => {
            question.answers.is_empty() && no_ends && (1..=LONGEST_TEXT).contains(&question.most)
        }
    };
    let fits = fits
        && (question.up_to == 0
            || question.kind == QuestionKind::AnyOf && question.up_to < question.answers.len());
    let asks = question.missing.is_empty()
        || question.missing.starts_with("Select ")
        || question.missing.starts_with("Choose ")
        || question.missing.starts_with("Enter ");
    let at = format!("\"{}\"", question.id);
    let mut findings = Vec::new();
    if !fits {
        let message = format!("{:?} lacks what its kind needs, or has more", question.id);
        findings.push(source.at_words(&at, "question-shape", message));
    }
    if !asks {
        let message = format!("{:?} does not begin with Select, Choose or Enter", question.missing);
        findings.push(source.at_words(&question.missing, "question-shape", message));
    }
    findings
}

fn lengths(source: &SourceFile, question: &Question) -> Vec<CheckFinding> {
    let own = [
        (&question.text, LONGEST_QUESTION),
        (&question.hint, LONGEST_HINT),
        (&question.short, LONGEST_ANSWER),
        (&question.missing, LONGEST_ANSWER),
    ];
    let answers = question.answers.iter().flat_map(|answer| [&answer.text, &answer.because]);
    own.into_iter()
        .chain(answers.map(|words| (words, LONGEST_ANSWER)))
        .filter(|(words, most)| words.chars().count() > *most)
        .map(|(words, most)| {
            let message = format!("{} characters, of {most} at most", words.chars().count());
            source.at_words(words, "question-length", message)
        })
        .collect()
}

fn leads(
    source: &SourceFile,
    questions: &Questions,
    question: &Question,
    answer: &Answer,
    known: &Known,
) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    for slug in answer.sheets.iter().filter(|slug| !known.has_sheet(slug)) {
        let message = format!("there is no sheet or guide {slug:?}");
        findings.push(source.at_words(&format!("\"{slug}\""), "unknown-sheet", message));
    }
    let opens = questions
        .all
        .iter()
        .filter_map(|later| later.when.as_ref())
        .any(|when| when.question == question.id && when.answers.contains(&answer.id));
    // What is only repeated back leads nowhere on purpose.
    let repeated = question.fact || question.kind == QuestionKind::Each;
    let somewhere = !answer.sheets.is_empty() || !answer.ask.is_empty() || opens;
    let at = |rule: &str, message: String| source.at_words(&format!("\"{}\"", answer.text), rule, message);
    if (answer.none || !repeated) && answer.none == somewhere {
        let message = match answer.none {
            true => format!("{:?} means none of these, and leads somewhere", answer.text),
            false => format!("{:?} leads to no sheet, no question to ask and no other question", answer.text),
        };
        findings.push(at("leads-nowhere", message));
    }
    if answer.sheets.is_empty() != answer.because.is_empty() {
        let message = format!("{:?} needs a sheet and a reason for it, or neither", answer.text);
        findings.push(at("leads-nowhere", message));
    }
    findings
}

fn judges(source: &SourceFile, words: &str) -> Vec<CheckFinding> {
    static FORBIDDEN: LazyLock<Phrases> =
        LazyLock::new(|| Phrases::new(JUDGING.iter().chain(PRESCRIPTION_ONLY).copied()));
    let said = |at: Range<usize>| format!("{:?} judges or advises", &words[at]);
    let found = FORBIDDEN.find(words).into_iter();
    found.map(|(_, at)| source.at_words(words, "judging-words", said(at))).collect()
}
