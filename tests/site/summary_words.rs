//! What a summary never says, looked for in many thousands of them: every pair of answers, and others at random.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::date;
use mybackpain::library::Library;
use mybackpain::library::answers::Answers;
use mybackpain::library::questions::{Answer, Question, QuestionKind, Questions};
use mybackpain::library::summary::Summary;
use mybackpain::patients::assessment::pages::words;
use mybackpain::web::site::Site as Around;

const AT_LEAST: usize = 20_000;
/// Written by hand from the promise, apart from the list that the content check has.
const FORBIDDEN: &[&str] = &[
    "score",
    "total",
    "points",
    "band",
    "grade",
    "mild",
    "moderate",
    "severe",
    "level",
    "rating",
    "risk",
    "likely",
    "likelihood",
    "probab",
    "chance",
    "percent",
    "%",
    "diagnos",
    "prognos",
    "condition is",
    "symptom",
    "disorder",
    "suggests",
    "indicates",
    "consistent with",
    "average",
    "normal",
    "compared",
    "most people",
    "other people",
    "than others",
    "better than",
    "worse than",
    "improv",
    "worsen",
    "trend",
    "last time you",
    "since you last",
    "dose",
    "mg",
    "tablet",
    "paracetamol",
    "ibuprofen",
    "codeine",
    "naproxen",
    "amitriptyline",
    "gabapentin",
    "pregabalin",
    "opioid",
    "we recommend",
    "we advise",
    "you should",
    "you need to",
    "you have a ",
    "red flag",
];
const DAY: jiff::civil::Date = date(2026, 5, 20);
const TYPED: &[&str] = &["", "Walking the dog", "I fell 3 times, 41 years old"];

/// What can be answered to one question, each answer alone.
fn options(question: &Question) -> Vec<String> {
    match question.kind {
        QuestionKind::OneOf | QuestionKind::AnyOf => {
            question.answers.iter().map(|answer| answer.id.clone()).collect()
        }
        QuestionKind::ZeroToTen => (0..=10).map(|number| number.to_string()).collect(),
        QuestionKind::ShortText => TYPED.iter().map(|words| (*words).to_owned()).collect(),
        QuestionKind::Each => {
            let things = &question.when.as_ref().expect("it asks about something").answers;
            let each = |thing: &String| {
                let answer = |answer: &Answer| format!("{thing}={}", answer.id);
                question.answers.iter().map(answer).collect::<Vec<_>>()
            };
            things.iter().flat_map(each).collect()
        }
    }
}

/// The same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % most
    }
}

/// Some answer to a question: of several, any number at once, but "none of these" alone.
fn thrown(question: &Question, dice: &mut Dice) -> Vec<String> {
    let options = options(question);
    if question.kind != QuestionKind::AnyOf || dice.below(8) == 0 {
        return vec![options[dice.below(options.len())].clone()];
    }
    let several = question.answers.iter().filter(|answer| !answer.none);
    let mut chosen: Vec<String> =
        several.filter(|_| dice.below(2) == 0).map(|answer| answer.id.clone()).collect();
    if chosen.is_empty() {
        chosen.push(options[0].clone());
    }
    chosen
}

/// Every pair of answers to any two questions or to one, and others at random until there are enough.
fn combinations(questions: &Questions) -> Vec<Answers> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let all: Vec<(&Question, String)> = questions
        .all
        .iter()
        .flat_map(|question| options(question).into_iter().map(move |option| (question, option)))
        .collect();
    let mut found = Vec::new();
    let mut throw = |fixed: &[&(&Question, String)]| {
        let mut answers: Answers =
            questions.all.iter().map(|question| (question.id.clone(), thrown(question, &mut dice))).collect();
        let mut set: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for (question, option) in fixed.iter().copied() {
            set.entry(&question.id).or_default().push(option.clone());
        }
        answers.extend(set.into_iter().map(|(id, options)| (id.to_owned(), options)));
        found.push(answers);
    };
    for (number, one) in all.iter().enumerate() {
        for other in &all[number + 1..] {
            if one.0.id != other.0.id || one.0.kind == QuestionKind::AnyOf {
                throw(&[one, other]);
            }
        }
    }
    while found.len() < AT_LEAST {
        // Nothing fixed: all at random.
        let mut answers = Answers::new();
        for question in &questions.all {
            answers.insert(question.id.clone(), thrown(question, &mut dice));
        }
        found.push(answers);
    }
    found
}

fn numbers(text: &str) -> BTreeSet<String> {
    let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// The words that a reader sees, without the tags.
fn seen(html: &str) -> String {
    let text: String =
        html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    text.replace("&#39;", "'").replace("&#38;", "&")
}

/// What is wrong with the words of one summary.
fn faults(text: &str, summary: &Summary, library: &Library) -> Vec<String> {
    let mut said: String =
        summary.said.iter().flat_map(|said| &said.answers).map(|words| words.to_lowercase() + " ").collect();
    said.push_str(
        &summary
            .sheets(library)
            .iter()
            .map(|(sheet, _)| sheet.front.title.to_lowercase())
            .collect::<String>(),
    );
    let lower = text.to_lowercase();
    let words = FORBIDDEN.iter().filter(|word| lower.contains(**word) && !said.contains(**word));
    let mut faults: Vec<String> = words.map(|word| format!("says {word:?}")).collect();
    // What was typed or chosen, the titles of pages, and the emergency numbers.
    let allowed: BTreeSet<String> =
        numbers(&said).into_iter().chain(["999".to_owned(), "111".to_owned()]).collect();
    faults.extend(numbers(&lower).difference(&allowed).map(|number| format!("holds the number {number}")));
    faults
}

#[test]
fn no_combination_of_answers_makes_a_summary_judge_count_or_compare() {
    let content = Path::new("content");
    let site = Around::load(content, "http://localhost".into()).unwrap();
    let library = Library::load(content, &site).unwrap();
    let questions = &library.questions;
    let combinations = combinations(questions);
    assert!(combinations.len() >= AT_LEAST);
    let mut sheets = BTreeSet::new();
    for answers in &combinations {
        let summary = Summary::of(questions, answers, DAY);
        sheets.extend(summary.pages.iter().map(|page| page.slug.clone()));
        let html = words(&summary, &library).unwrap();
        let found = faults(&seen(&html), &summary, &library);
        assert!(found.is_empty(), "{found:?} for {answers:?}:\n{}", seen(&html));
    }
    let named: BTreeSet<String> = questions
        .all
        .iter()
        .flat_map(|question| &question.answers)
        .flat_map(|answer| answer.sheets.clone())
        .collect();
    assert_eq!(sheets, named, "every page that an answer leads to was seen");
}

#[test]
fn the_test_sees_a_judgement_a_medicine_and_a_number_that_nobody_typed() {
    let content = Path::new("content");
    let site = Around::load(content, "http://localhost".into()).unwrap();
    let library = Library::load(content, &site).unwrap();
    let answers = Answers::from([("in-the-way".to_owned(), vec!["7".to_owned()])]);
    let summary = Summary::of(&library.questions, &answers, DAY);
    for (text, fault) in [
        ("Your pain is severe", "says \"severe\""),
        ("Take 2", "holds the number 2"),
        ("7 of 10", "holds the number 10"),
        ("ibuprofen may help", "says \"ibuprofen\""),
    ] {
        assert!(faults(text, &summary, &library).contains(&fault.to_owned()), "{text}");
    }
    assert!(faults("You said 7. Call 999.", &summary, &library).is_empty());
}

#[tokio::test]
async fn the_printed_page_holds_no_number_but_what_was_said_its_date_and_the_safety_box() {
    let site = crate::support::Site::open().await;
    let mut patient = site.visitor();
    crate::assessment::answer_all(&mut patient, "Walking 5 miles").await;
    let page = patient.get("/assessment/summary").await.page();
    let main = page.select(&scraper::Selector::parse("main").unwrap()).next().unwrap();
    let text: String = main
        .descendants()
        .filter(|node| {
            let mut around = node.ancestors().filter_map(scraper::ElementRef::wrap);
            !around
                .any(|element| element.value().classes().any(|class| ["no-print", "strip"].contains(&class)))
        })
        .filter_map(|node| node.value().as_text().map(|text| text.to_string() + " "))
        .collect();
    assert!(text.contains("Walking 5 miles") && text.contains("20 May 2026"));
    // Typed or chosen, then the date.
    let allowed = ["5", "7", "3", "20", "2026"].map(str::to_owned);
    assert_eq!(numbers(&text), BTreeSet::from(allowed));
}
