//! Finds words, ranges and stray numerals in a text.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What may follow a "1" that counts or measures.
const COUNTED: &[&str] = &[
    "in", "to", "out", "of", "year", "month", "week", "day", "night", "hour", "minute", "second", "person",
    "million", "point", "metre", "mile", "kg", "cm", "g", "mg", "ml", "pm", "am", "and",
];

/// What may stand before a "1" that is a number in a row.
const NUMBERED: &[&str] = &[
    "step", "week", "day", "option", "type", "number", "part", "group", "choose", "press", "of", "than",
    "about", "age", "line", "picture", "figure", "is", "to",
];

static ONE: LazyLock<Phrases> = LazyLock::new(|| Phrases::new(["1"]));

/// Words, or a few of them each, that are looked for together: there are hundreds, and every passage of every page is read.
pub struct Phrases {
    phrases: Vec<&'static str>,
    automaton: AhoCorasick,
}

impl Phrases {
    /// A star at the end of a phrase stands for the rest of its last word.
    pub fn new(phrases: impl IntoIterator<Item = &'static str>) -> Phrases {
        let phrases: Vec<&str> = phrases.into_iter().collect();
        let stems = phrases.iter().map(|phrase| stem(phrase).0);
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(stems);
        Phrases { phrases, automaton: automaton.expect("the phrases are few and short") }
    }

    /// Where each stands as whole words, whatever the case: its number, and its bytes. In the order of their numbers.
    pub fn find(&self, text: &str) -> Vec<(usize, Range<usize>)> {
        let mut found: Vec<(usize, Range<usize>)> = Vec::new();
        for stem in self.automaton.find_overlapping_iter(text) {
            let phrase = stem.pattern().as_usize();
            found.extend(whole(text, stem.range(), self.phrases[phrase]).map(|range| (phrase, range)));
        }
        found.sort_by_key(|(phrase, range)| (*phrase, range.start));
        found.dedup_by(|next, before| next.0 == before.0 && next.1.start < before.1.end);
        found
    }

    pub fn is_in(&self, text: &str) -> bool {
        let mut stems = self.automaton.find_overlapping_iter(text);
        stems.any(|stem| whole(text, stem.range(), self.phrases[stem.pattern().as_usize()]).is_some())
    }
}

/// A phrase without its star, and whether it had one.
fn stem(phrase: &str) -> (&str, bool) {
    phrase.strip_suffix('*').map_or((phrase, false), |stem| (stem, true))
}

/// All of the words that a stem was found in, where they are the phrase's.
fn whole(text: &str, found: Range<usize>, phrase: &str) -> Option<Range<usize>> {
    let (stem, is_open) = stem(phrase);
    let rest = &text[found.end..];
    let more = rest.len() - rest.trim_start_matches(char::is_alphanumeric).len();
    let begins = !text[..found.start].ends_with(char::is_alphanumeric);
    let ends = is_open || more == 0 || !stem.ends_with(char::is_alphanumeric);
    (begins && ends).then(|| found.start..found.end + if is_open { more } else { 0 })
}

/// Ranges joined by a dash: digits, or words with an en dash, without spaces.
pub fn dash_ranges(text: &str) -> Vec<usize> {
    let mut found = Vec::new();
    for (at, dash) in text.match_indices(['-', '–', '—']) {
        let before = text[..at].chars().next_back();
        let after = text[at + dash.len()..].chars().next();
        let both = |kind: fn(char) -> bool| before.is_some_and(kind) && after.is_some_and(kind);
        if both(|c| c.is_ascii_digit()) || (dash != "-" && both(char::is_alphanumeric)) {
            found.push(at);
        }
    }
    found
}

/// Where a "1" stands as "a" or "one" does: before a word, and neither counting nor numbering.
pub fn ones(text: &str) -> Vec<usize> {
    let word = |words: Option<&str>| {
        let word = words.unwrap_or_default().trim_matches(|c: char| !c.is_alphanumeric());
        word.to_ascii_lowercase()
    };
    let mut found = Vec::new();
    for (_, range) in ONE.find(text) {
        let (before, after) = (&text[..range.start], &text[range.end..]);
        let follows = after.starts_with(' ') && after[1..].starts_with(|c: char| c.is_ascii_lowercase());
        let joined = before.ends_with(['.', ',', '-', '–', '/', '£', ':']);
        let counts = COUNTED.contains(&word(after.split_whitespace().next()).as_str());
        let numbers = NUMBERED.contains(&word(before.split_whitespace().next_back()).as_str());
        if follows && !joined && !counts && !numbers {
            found.push(range.start);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_1_that_counts_or_numbers_is_told_from_one_that_is_an_article() {
        for text in [
            "1 in 10 people",
            "within 1 month",
            "1 to 2 hours",
            "In week 1 you walk",
            "1.1 million",
            "aged 11 or 1",
        ] {
            assert!(ones(text).is_empty(), "{text}");
        }
        for text in ["Try 1 thing", "only 1 or 2", "1 sign is enough"] {
            assert_eq!(ones(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn words_are_found_whole_and_stems_with_their_endings() {
        let of = |text: &'static str, phrase| {
            Phrases::new([phrase]).find(text).into_iter().map(|(_, at)| &text[at]).collect::<Vec<_>>()
        };
        assert_eq!(of("Suffering, suffers; insufferable", "suffer*"), ["Suffering", "suffers"]);
        assert_eq!(of("Patients and inpatients", "patients"), ["Patients"]);
        assert_eq!(of("It is 100% safe, not 1000%", "100%"), ["100%"]);
        assert!(of("secure manicures", "cure*").is_empty());
        let both = Phrases::new(["back pain", "pain", "pain in"]).find("Back pain, pain in the back");
        assert_eq!(both, [(0, 0..9), (1, 5..9), (1, 11..15), (2, 11..18)]);
    }

    #[test]
    fn ranges_with_a_dash_are_told_from_compound_words() {
        assert_eq!(dash_ranges("2-3 hours, 10–15, Monday–Friday, long-term, a – b, COVID-19").len(), 3);
    }
}
