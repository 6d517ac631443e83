//! Rules about words alone, wherever they stand: texts, data files, fields of the front matter.

use crate::library::check::matching::{dash_ranges, find, has_any, ones};
use crate::library::check::readability::sentences;
use crate::library::check::report::CheckFinding;
use crate::library::check::words;

/// The most words of a sentence: more is hard to follow when tired.
const LONGEST_SENTENCE: usize = 30;

/// `found` makes a finding of a byte of the words.
pub fn wording(words: &str, found: impl Fn(usize, &str, String) -> CheckFinding) -> Vec<CheckFinding> {
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
        if words::CLIPPED_OPENINGS.iter().any(|opening| sentence.words.starts_with(opening)) {
            let message = format!("{:?} does not begin as people speak", sentence.words);
            findings.push(found(sentence.at, "clipped-phrase", message));
        }
        for range in words::PROMISES.iter().flat_map(|promise| find(sentence.words, promise)) {
            if !has_any(&sentence.words[..range.start], words::DENIALS) {
                let message = format!("{:?} promises an outcome", &sentence.words[range.clone()]);
                findings.push(found(sentence.at + range.start, "promise", message));
            }
        }
    }
    for (at, _) in words.match_indices("TO WRITE") {
        findings.push(found(at, "to-write", "this is still to be written".to_owned()));
    }
    for name in words::UNDEFINED {
        for range in find(words, name) {
            let message = format!(
                "{:?}: write \"the signs that need 999\" or \"the signs that need advice today\"",
                &words[range.clone()]
            );
            findings.push(found(range.start, "undefined-name", message));
        }
    }
    for range in words::CLIPPED.iter().flat_map(|phrase| find(words, phrase)) {
        findings.push(found(
            range.start,
            "clipped-phrase",
            format!("{:?} is not how people speak", &words[range.clone()]),
        ));
    }
    for at in ones(words) {
        findings.push(found(at, "one-as-article", "\"1\" stands for \"a\", \"an\" or \"one\"".to_owned()));
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
pub fn long_sentences(words: &str, found: impl Fn(usize, &str, String) -> CheckFinding) -> Vec<CheckFinding> {
    let long = sentences(words).into_iter().filter(|sentence| sentence.count() > LONGEST_SENTENCE);
    long.map(|sentence| found(sentence.at, "long-sentence", format!("{} words", sentence.count()))).collect()
}
