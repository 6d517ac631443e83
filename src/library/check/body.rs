//! Rules about one text: its shape, its words and how hard it is to read.

use std::sync::LazyLock;

use crate::library::check::harms::harms;
use crate::library::check::matching::Phrases;
use crate::library::check::prose::{List, Prose, ProsePassage, Within};
use crate::library::check::readability::{Sentence, grade, hardest, sentences};
use crate::library::check::report::{CheckFinding, Measure};
use crate::library::check::rules::Level;
use crate::library::check::source::SourceFile;
use crate::library::check::wording::{long_sentences, wording};
use crate::library::check::{callouts, rhythm, words};
use crate::library::prescription_only;

const FIRST: &str = "Key points";
const LAST: &str = "When to get help";
const LONGEST_PARAGRAPH: usize = 5;
const LONGEST_LIST: usize = 6;
const HIGHEST_GRADE: f64 = 8.0;
const HARDEST_SHOWN: usize = 5;

static CLICK_HERE: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(["click here"]));
static UNCERTAINTY: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(words::UNCERTAINTY.iter().copied()));
static BOOKING: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(words::BOOKING.iter().copied()));

/// What every text is held to, sheets and plain pages alike; its warnings only where `least` is one.
pub fn check(source: &SourceFile, prose: &Prose, least: Level) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    for passage in &prose.passages {
        findings.extend(wording(&passage.words, least, |at, rule, message| {
            source.in_text(passage.place(at), rule, message)
        }));
    }
    for link in &prose.links {
        let words = link.words.trim().to_lowercase();
        if words::EMPTY_LINKS.contains(&words.as_str()) || CLICK_HERE.is_in(&words) {
            findings.push(source.in_text(
                link.place,
                "link-text",
                format!("{:?} does not say where it leads", link.words),
            ));
        }
    }
    findings.extend(callouts::titles(source, prose));
    if least == Level::Warning {
        for passage in prose.passages.iter().filter(|passage| passage.has_sentences()) {
            findings.extend(lengths(source, passage));
        }
        findings.extend(prose.lists.iter().filter_map(|list| list_rules(source, list)));
        findings.extend(rhythm::check(source, prose));
        findings.extend(reading_grade(source, prose));
    }
    findings
}

/// What a sheet or guide is held to besides. `approved` is who answers for its prescription-only medicines.
pub fn sheet(source: &SourceFile, prose: &Prose, approved: Option<&str>, least: Level) -> Vec<CheckFinding> {
    let mut findings = sections(source, prose);
    if prose.cited.is_empty() {
        findings.push(source.at_field("references", "no-reference", "no source is cited"));
    }
    if approved.is_none_or(|name| name.trim().is_empty()) {
        findings.extend(medicine_with_booking(source, prose));
    }
    if least == Level::Warning {
        findings.extend(advice(source, prose));
    }
    findings
}

/// What a good sheet says: where from, how sure, what to do, and at what price.
fn advice(source: &SourceFile, prose: &Prose) -> Vec<CheckFinding> {
    let mut findings = match prose.cited.is_empty() {
        true => Vec::new(),
        false => callouts::sources(source, prose),
    };
    if !prose.passages.iter().any(|passage| UNCERTAINTY.is_in(&passage.words)) {
        findings.push(source.at_field("title", "no-uncertainty", "nothing is said to be uncertain"));
    }
    if !has_steps(prose) {
        findings.push(source.at_field("title", "no-action", "there is no numbered list of steps"));
    }
    findings.extend(harms(source, prose));
    findings
}

fn lengths(source: &SourceFile, passage: &ProsePassage) -> Vec<CheckFinding> {
    let mut findings =
        long_sentences(&passage.words, |at, rule, message| source.in_text(passage.place(at), rule, message));
    let count = sentences(&passage.words).len();
    if count > LONGEST_PARAGRAPH {
        findings.push(source.in_text(passage.place(0), "long-paragraph", format!("{count} sentences")));
    }
    findings
}

/// A worksheet has as many prompts, and a drawing as many parts, as it needs.
fn list_rules(source: &SourceFile, list: &List) -> Option<CheckFinding> {
    let free = matches!(list.within, Within::Worksheet | Within::Figure);
    (list.items > LONGEST_LIST && !free)
        .then(|| source.in_text(list.place, "long-list", format!("{} items", list.items)))
}

/// How long and how hard to read a text is.
pub fn measure(source: &SourceFile) -> Measure {
    let prose = Prose::read(source.text());
    let all = all_sentences(&prose);
    Measure {
        file: source.path.display().to_string(),
        words: all.iter().map(Sentence::count).sum(),
        grade: (grade(&all).unwrap_or_default() * 10.0).round() / 10.0,
        references: prose.cited.len(),
    }
}

fn all_sentences(prose: &Prose) -> Vec<Sentence<'_>> {
    let read = prose.passages.iter().filter(|passage| passage.has_sentences());
    read.flat_map(|passage| sentences(&passage.words)).collect()
}

fn reading_grade(source: &SourceFile, prose: &Prose) -> Option<CheckFinding> {
    let all = all_sentences(prose);
    let grade = grade(&all).filter(|grade| *grade > HIGHEST_GRADE)?;
    let shown: Vec<String> =
        hardest(&all, HARDEST_SHOWN).iter().map(|sentence| format!("\n    {}", sentence.words)).collect();
    let message = format!("the grade is {grade:.1}; the hardest sentences are:{}", shown.concat());
    Some(source.at_field("title", "reading-grade", message))
}

/// "Key points" comes first and "When to get help" last; a page words the rest as it needs.
fn sections(source: &SourceFile, prose: &Prose) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    let ends = [(FIRST, prose.headings.first(), "first"), (LAST, prose.headings.last(), "last")];
    for (name, there, place) in ends {
        match prose.headings.iter().find(|(_, words)| words == name) {
            None => {
                findings.push(source.at_field("title", "sections", format!("there is no section {name:?}")))
            }
            Some((at, _)) if there.is_some_and(|(_, words)| words != name) => {
                findings.push(source.in_text(*at, "sections", format!("{name:?} does not stand {place}")));
            }
            Some(_) => {}
        }
    }
    findings
}

/// Steps to take, in a numbered list outside the words of a drawing.
fn has_steps(prose: &Prose) -> bool {
    prose.lists.iter().any(|list| list.numbered && list.within == Within::Text)
}

fn medicine_with_booking(source: &SourceFile, prose: &Prose) -> Option<CheckFinding> {
    let mut all = prose.passages.iter().map(|passage| passage.words.as_str());
    let medicine = all.find_map(prescription_only::named)?;
    let in_words = prose.passages.iter().find_map(|passage| {
        let (_, call) = BOOKING.find(&passage.words).into_iter().next()?;
        Some(passage.place(call.start))
    });
    let in_link =
        || prose.links.iter().find(|link| link.to.starts_with("/consultations")).map(|link| link.place);
    let message = format!("the page names {medicine} and calls for a booking");
    Some(source.in_text(in_words.or_else(in_link)?, "pom-with-booking", message))
}
