//! Rules about words alone, wherever they stand: texts, data files, fields of the front matter.

use std::sync::LazyLock;

use crate::library::check::matching::{Phrases, dash_ranges, ones};
use crate::library::check::readability::sentences;
use crate::library::check::report::CheckFinding;
use crate::library::check::rules::Level;
use crate::library::check::words;

/// The most words of a sentence: more is hard to follow when tired.
const LONGEST_SENTENCE: usize = 30;

static AVOID: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(words::AVOID.iter().map(|avoid| avoid.word)));
static PROMISES: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(words::PROMISES.iter().copied()));
static DENIALS: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(words::DENIALS.iter().copied()));
static UNDEFINED: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(words::UNDEFINED.iter().copied()));
static CLIPPED: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(words::CLIPPED.iter().copied()));
static HOUSE: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::new(words::HOUSE.iter().map(|(other, _)| *other)));

/// `found` makes a finding of a byte of the words. Warnings only where `least` is one.
pub fn wording(
    words: &str,
    least: Level,
    found: impl Fn(usize, &str, String) -> CheckFinding,
) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    for sentence in sentences(words) {
        if words::CLIPPED_OPENINGS.iter().any(|opening| sentence.words.starts_with(opening)) {
            let message = format!("{:?} does not begin as people speak", sentence.words);
            findings.push(found(sentence.at, "clipped-phrase", message));
        }
        for (_, range) in PROMISES.find(sentence.words) {
            if !DENIALS.is_in(&sentence.words[..range.start]) {
                let message = format!("{:?} promises an outcome", &sentence.words[range.clone()]);
                findings.push(found(sentence.at + range.start, "promise", message));
            }
        }
    }
    for (at, _) in words.match_indices("TO WRITE") {
        findings.push(found(at, "to-write", "this is still to be written".to_owned()));
    }
    for (_, range) in UNDEFINED.find(words) {
        let message = format!(
            "{:?}: write \"the signs that need 999\" or \"the signs that need advice today\"",
            &words[range.clone()]
        );
        findings.push(found(range.start, "undefined-name", message));
    }
    for (_, range) in CLIPPED.find(words) {
        let message = format!("{:?} is not how people speak", &words[range.clone()]);
        findings.push(found(range.start, "clipped-phrase", message));
    }
    for at in ones(words) {
        findings.push(found(at, "one-as-article", "\"1\" stands for \"a\", \"an\" or \"one\"".to_owned()));
    }
    for (phrase, range) in HOUSE.find(words) {
        let message = format!("{:?}: write {}", &words[range.clone()], words::HOUSE[phrase].1);
        findings.push(found(range.start, "house-wording", message));
    }
    if least == Level::Warning {
        findings.extend(plainer(words, found));
    }
    findings
}

/// Words with a plainer one, and ranges that are not read aloud.
fn plainer(words: &str, found: impl Fn(usize, &str, String) -> CheckFinding) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    for (phrase, range) in AVOID.find(words) {
        let avoid = &words::AVOID[phrase];
        let names = Phrases::new(avoid.unless.iter().copied()).find(words);
        if !names.iter().any(|(_, name)| name.contains(&range.start)) {
            let message = format!("{:?}: write {}", &words[range.clone()], avoid.instead);
            findings.push(found(range.start, "word-to-avoid", message));
        }
    }
    for at in dash_ranges(words) {
        findings.push(found(at, "dash-range", "a dash stands for \"to\"".to_owned()));
    }
    findings
}

/// Sentences over the limit in words that stand outside a text.
pub fn long_sentences(words: &str, found: impl Fn(usize, &str, String) -> CheckFinding) -> Vec<CheckFinding> {
    let long = sentences(words).into_iter().filter(|sentence| sentence.count() > LONGEST_SENTENCE);
    long.map(|sentence| found(sentence.at, "long-sentence", format!("{} words", sentence.count()))).collect()
}
