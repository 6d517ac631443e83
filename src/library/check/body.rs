//! Rules about one text: its shape, its words and how hard it is to read.

use crate::library::SECTIONS;
use crate::library::check::prose::{List, Passage, Prose, Sort};
use crate::library::check::readability::{Sentence, grade, hardest, sentences};
use crate::library::check::report::{Finding, Measure};
use crate::library::check::source::Source;
use crate::library::check::words;
use crate::library::check::words::{dash_ranges, find, has_any};
use crate::library::markdown::Kind;

const LONGEST_SENTENCE: usize = 20;
const LONGEST_PARAGRAPH: usize = 3;
const LONGEST_LIST: usize = 6;
const HIGHEST_GRADE: f64 = 8.0;
const HARDEST_SHOWN: usize = 5;

/// What every text is held to, sheets and plain pages alike.
pub fn check(source: &Source, prose: &Prose) -> Vec<Finding> {
    let mut findings = Vec::new();
    for passage in &prose.passages {
        findings.extend(wording(&passage.words, |at, rule, message| {
            source.in_text(passage.place(at), rule, message)
        }));
        if passage.has_sentences() {
            findings.extend(lengths(source, passage));
        }
    }
    findings.extend(prose.lists.iter().flat_map(|list| list_rules(source, list)));
    for link in &prose.links {
        let words = link.words.trim().to_lowercase();
        if words::EMPTY_LINKS.contains(&words.as_str()) || has_any(&words, &["click here"]) {
            findings.push(source.in_text(
                link.place,
                "link-text",
                format!("{:?} does not say where it leads", link.words),
            ));
        }
    }
    findings.extend(callout_titles(source, prose));
    findings.extend(reading_grade(source, prose));
    findings
}

/// What a sheet or guide is held to besides. `approved` is who answers for its prescription-only medicines.
pub fn sheet(source: &Source, prose: &Prose, approved: Option<&str>) -> Vec<Finding> {
    let mut findings = sections(source, prose);
    if prose.cited.is_empty() {
        findings.push(source.at_field("references", "no-reference", "no source is cited"));
    }
    let sure = prose.passages.iter().filter(|passage| passage.section == SECTIONS[2]);
    if !sure.into_iter().any(|passage| has_any(&passage.words, words::UNCERTAINTY)) {
        let place = format!("## {}", SECTIONS[2]);
        findings.push(source.at_words(&place, "no-uncertainty", "nothing is said to be uncertain"));
    }
    if approved.is_none_or(|name| name.trim().is_empty()) {
        findings.extend(medicine_with_booking(source, prose));
    }
    findings
}

/// Rules about words alone, wherever they stand. `found` makes a finding of a byte of the words.
pub fn wording(words: &str, found: impl Fn(usize, &str, String) -> Finding) -> Vec<Finding> {
    let mut findings = Vec::new();
    for avoid in words::AVOID {
        for range in find(words, avoid.word) {
            let named = avoid
                .unless
                .iter()
                .flat_map(|name| find(words, name))
                .any(|name| name.contains(&range.start));
            if !named {
                let message = format!("{:?}: write {}", &words[range.clone()], avoid.instead);
                findings.push(found(range.start, "word-to-avoid", message));
            }
        }
    }
    for sentence in sentences(words) {
        for range in words::PROMISES.iter().flat_map(|promise| find(sentence.words, promise)) {
            if !has_any(&sentence.words[..range.start], words::DENIALS) {
                let message = format!("{:?} promises an outcome", &sentence.words[range.clone()]);
                findings.push(found(sentence.at + range.start, "promise", message));
            }
        }
    }
    for (other, house) in words::HOUSE {
        for range in find(words, other) {
            findings.push(found(
                range.start,
                "house-wording",
                format!("{:?}: write {house}", &words[range.clone()]),
            ));
        }
    }
    for at in dash_ranges(words) {
        findings.push(found(at, "dash-range", "a dash stands for \"to\"".to_owned()));
    }
    findings
}

/// Sentences over the limit in words that stand outside a text.
pub fn long_sentences(words: &str, found: impl Fn(usize, &str, String) -> Finding) -> Vec<Finding> {
    let long = sentences(words).into_iter().filter(|sentence| sentence.count() > LONGEST_SENTENCE);
    long.map(|sentence| found(sentence.at, "long-sentence", format!("{} words", sentence.count()))).collect()
}

fn lengths(source: &Source, passage: &Passage) -> Vec<Finding> {
    let mut findings =
        long_sentences(&passage.words, |at, rule, message| source.in_text(passage.place(at), rule, message));
    let count = sentences(&passage.words).len();
    if count > LONGEST_PARAGRAPH {
        findings.push(source.in_text(passage.place(0), "long-paragraph", format!("{count} sentences")));
    }
    findings
}

fn list_rules(source: &Source, list: &List) -> Vec<Finding> {
    let mut findings = Vec::new();
    if list.items > LONGEST_LIST {
        findings.push(source.in_text(list.place, "long-list", format!("{} items", list.items)));
    }
    if list.lead_in.as_ref().is_some_and(|words| !words.trim_end().ends_with(':')) {
        findings.push(source.in_text(list.place, "list-lead-in", "no line that ends in a colon leads in"));
    }
    findings
}

fn callout_titles(source: &Source, prose: &Prose) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (place, kind, title) in &prose.callouts {
        let openings = match kind {
            Kind::Emergency => words::EMERGENCY_OPENINGS,
            Kind::Urgent => words::URGENT_OPENINGS,
            Kind::NonUrgent | Kind::Note => continue,
        };
        let begins = |opening: &&str| {
            title.strip_prefix(*opening).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
        };
        if !openings.iter().any(begins) {
            let message = format!("{title:?} does not begin as the house does, such as {:?}", openings[0]);
            findings.push(source.in_text(*place, "house-wording", message));
        }
    }
    findings
}

/// How long and how hard to read a text is.
pub fn measure(source: &Source) -> Measure {
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

fn reading_grade(source: &Source, prose: &Prose) -> Option<Finding> {
    let all = all_sentences(prose);
    let grade = grade(&all).filter(|grade| *grade > HIGHEST_GRADE)?;
    let shown: Vec<String> =
        hardest(&all, HARDEST_SHOWN).iter().map(|sentence| format!("\n    {}", sentence.words)).collect();
    let message = format!("the grade is {grade:.1}; the hardest sentences are:{}", shown.concat());
    Some(source.at_field("title", "reading-grade", message))
}

/// Two of the five may be missing with a warning; what is there stands in its order.
fn sections(source: &Source, prose: &Prose) -> Vec<Finding> {
    let mut findings = Vec::new();
    let place = |name: &str| prose.headings.iter().position(|(_, words)| words == name);
    for (name, rule) in SECTIONS.iter().zip(["sections", "no-action", "sections", "no-questions", "sections"])
    {
        if place(name).is_none() {
            findings.push(source.at_field("title", rule, format!("there is no section {name:?}")));
        }
    }
    let places: Vec<usize> = SECTIONS.iter().filter_map(|name| place(name)).collect();
    if let Some(at) = places.windows(2).position(|two| two[0] > two[1]) {
        let (place, words) = &prose.headings[places[at + 1]];
        findings.push(source.in_text(*place, "sections", format!("{words:?} stands too early")));
    } else if let Some((place, words)) = prose.headings.first().filter(|(_, words)| words != SECTIONS[0]) {
        findings.push(source.in_text(
            *place,
            "sections",
            format!("{words:?} stands before {:?}", SECTIONS[0]),
        ));
    }
    let steps =
        prose.passages.iter().any(|passage| passage.section == SECTIONS[1] && passage.sort == Sort::Item);
    if place(SECTIONS[1]).is_some() && !steps {
        findings.push(source.at_words(
            &format!("## {}", SECTIONS[1]),
            "no-action",
            "there is no list of steps",
        ));
    }
    findings
}

fn medicine_with_booking(source: &Source, prose: &Prose) -> Option<Finding> {
    let mut all = prose.passages.iter().map(|passage| passage.words.as_str());
    let medicine = all.find_map(|words| {
        let name = words::PRESCRIPTION_ONLY.iter().find_map(|name| find(words, name).into_iter().next())?;
        Some(words[name].to_owned())
    })?;
    let in_words = prose.passages.iter().find_map(|passage| {
        let call = words::BOOKING.iter().find_map(|call| find(&passage.words, call).into_iter().next())?;
        Some(passage.place(call.start))
    });
    let in_link =
        || prose.links.iter().find(|link| link.to.starts_with("/consultations")).map(|link| link.place);
    let message = format!("the page names {medicine} and calls for a booking");
    Some(source.in_text(in_words.or_else(in_link)?, "pom-with-booking", message))
}
