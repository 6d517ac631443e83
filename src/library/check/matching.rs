//! Finds words, ranges and stray numerals in a text.

use std::ops::Range;

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

/// Where a word, or a few, stands in a text as whole words, whatever the case. Hundreds of words are looked for in each
/// passage of every page, so nothing is copied.
pub fn find(text: &str, pattern: &str) -> Vec<Range<usize>> {
    let (stem, open) = pattern.strip_suffix('*').map_or((pattern, false), |stem| (stem, true));
    let Some(first) = stem.bytes().next() else { return Vec::new() };
    let ends_in_word = stem.ends_with(char::is_alphanumeric);
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), text.as_bytes()) {
        let end = at + stem.len();
        let stands = text.get(at..end).is_some_and(|words| words.eq_ignore_ascii_case(stem));
        if !stands || found.last().is_some_and(|before| before.end > at) {
            continue;
        }
        let rest = &text[end..];
        let more = rest.len() - rest.trim_start_matches(char::is_alphanumeric).len();
        if !text[..at].ends_with(char::is_alphanumeric) && (open || !ends_in_word || more == 0) {
            found.push(at..end + if open { more } else { 0 });
        }
    }
    found
}

/// True when any of these words stands in the text.
pub fn has_any(text: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| !find(text, pattern).is_empty())
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
    for range in find(text, "1") {
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
        let of = |text: &'static str, pattern| {
            find(text, pattern).into_iter().map(|at| &text[at]).collect::<Vec<_>>()
        };
        assert_eq!(of("Suffering, suffers; insufferable", "suffer*"), ["Suffering", "suffers"]);
        assert_eq!(of("Patients and inpatients", "patients"), ["Patients"]);
        assert_eq!(of("It is 100% safe, not 1000%", "100%"), ["100%"]);
        assert!(of("secure manicures", "cure*").is_empty());
    }

    #[test]
    fn ranges_with_a_dash_are_told_from_compound_words() {
        assert_eq!(dash_ranges("2-3 hours, 10–15, Monday–Friday, long-term, a – b, COVID-19").len(), 3);
    }
}
