//! The words that rules look for, and how they are found in a text.

use std::ops::Range;

/// A word to avoid and what to write for it. "*" stands for the rest of a word.
pub struct Avoid {
    pub word: &'static str,
    pub instead: &'static str,
    /// Names that hold the word.
    pub unless: &'static [&'static str],
}

const fn avoid(word: &'static str, instead: &'static str) -> Avoid {
    Avoid { word, instead, unless: &[] }
}

pub const AVOID: &[Avoid] = &[
    Avoid {
        word: "chronic*",
        instead: "long-term",
        unless: &["chronic primary pain", "chronic fatigue syndrome"],
    },
    avoid("medication*", "medicine"),
    avoid("suffer*", "have, or live with"),
    avoid("utilis*", "use"),
    avoid("prior to", "before"),
    avoid("drows*", "sleepy, sleepiness"),
    avoid("commenc*", "start"),
    avoid("patients", "people, or you"),
    avoid("exacerbat*", "make worse"),
    avoid("approximately", "about"),
    avoid("in order to", "to"),
    avoid("due to the fact that", "because"),
    avoid("facilitat*", "help"),
    avoid("physician*", "doctor"),
    avoid("urinat*", "pee"),
    avoid("defecat*", "poo"),
    avoid("abdom*", "tummy"),
    avoid("nocturnal", "at night"),
    avoid("catastrophis*", "fear the worst"),
    avoid("the elderly", "older people"),
    avoid("victim*", "person"),
    avoid("demonstrate*", "show"),
    avoid("subsequent*", "later"),
    avoid("additional*", "more, extra"),
    avoid("regarding", "about"),
    avoid("adverse", "unwanted, harmful"),
    avoid("your GP", "a GP (your GP surgery is fine)").unless(&["your GP surgery"]),
    avoid("the doctor", "a doctor, or a GP"),
];

impl Avoid {
    const fn unless(self, unless: &'static [&'static str]) -> Avoid {
        Avoid { unless, ..self }
    }
}

/// Words that promise an outcome, unless the sentence denies it.
pub const PROMISES: &[&str] = &[
    "cure*",
    "guarantee*",
    "breakthrough*",
    "miracle*",
    "100%",
    "pain-free for good",
    "risk-free",
    "proven to work",
];
pub const DENIALS: &[&str] =
    &["no", "not", "never", "nobody", "none", "cannot", "can't", "can’t", "without", "n't", "n’t", "neither"];

/// Prescription-only medicines, and groups that hold no others.
pub const PRESCRIPTION_ONLY: &[&str] = &[
    "amitriptyline",
    "nortriptyline",
    "duloxetine",
    "citalopram",
    "fluoxetine",
    "paroxetine",
    "sertraline",
    "mirtazapine",
    "trazodone",
    "gabapentin*",
    "pregabalin",
    "tramadol",
    "morphine",
    "oxycodone",
    "fentanyl",
    "buprenorphine",
    "tapentadol",
    "diazepam",
    "temazepam",
    "benzodiazepine*",
    "baclofen",
    "tizanidine",
    "zopiclone",
    "zolpidem",
    "z-drug*",
    "daridorexant",
    "melatonin",
    "naproxen",
    "celecoxib",
    "etoricoxib",
    "diclofenac",
    "prednisolone",
    "dexamethasone",
    "alendron*",
    "risedron*",
    "denosumab",
    "teriparatide",
    "romosozumab",
    "zoledron*",
    "adalimumab",
    "etanercept",
    "secukinumab",
];
pub const BOOKING: &[&str] = &[
    "book a consultation",
    "book an appointment",
    "book with us",
    "book now",
    "book online",
    "ask us for a consultation",
    "ask the clinic for a consultation",
    "request a consultation",
    "appointment with us",
];

/// What would make the self-assessment judge a person: it repeats, and never scores, rates, predicts or compares.
pub const JUDGING: &[&str] = &[
    "score*",
    "scoring",
    "scale",
    "band",
    "grade*",
    "mild",
    "moderate",
    "severe*",
    "severity",
    "risk*",
    "likely",
    "unlikely",
    "likelihood",
    "probab*",
    "chance*",
    "diagnos*",
    "prognos*",
    "symptom*",
    "disorder*",
    "average",
    "normal*",
    "abnormal*",
    "compared",
    "than most",
    "than other*",
    "better than",
    "worse than",
    "improved",
    "worsened",
    "trend*",
    "percent*",
    "%",
    "dose*",
    "dosage",
    "mg",
    "tablet*",
    "paracetamol",
    "ibuprofen",
    "codeine",
    "co-codamol",
    "aspirin",
    "we recommend",
    "we advise",
    "you should",
    "you need",
    "you may have",
    "you have a",
];

/// Said in other words than the house's, and the house's words.
pub const HOUSE: &[(&str, &str)] = &[
    ("dial 999", "call 999"),
    ("ring 999", "call 999"),
    ("phone 999", "call 999"),
    ("dial 111", "call NHS 111"),
    ("ring 111", "call NHS 111"),
    ("phone 111", "call NHS 111"),
    ("dial NHS 111", "call NHS 111"),
    ("ring NHS 111", "call NHS 111"),
    ("phone NHS 111", "call NHS 111"),
    ("111 service", "NHS 111"),
    ("casualty", "A&E"),
    ("accident and emergency", "A&E"),
    ("a & e", "A&E"),
    ("emergency room", "A&E"),
    ("emergency department", "A&E"),
];
/// Names that no page shows: readers see "the signs that need 999" and "the signs that need advice today".
pub const UNDEFINED: &[&str] =
    &["safety box*", "999 box*", "999 list*", "same-day box*", "same-day list*", "111 box*"];

/// Phrases of telegrams, notices and fillers, which nobody says aloud.
pub const CLIPPED: &[&str] = &[
    "whom",
    "in short:",
    "you could ask:",
    "not to be offered",
    "do more with",
    "take these one at a time:",
    "same-day advice",
];

/// How no spoken sentence begins.
pub const CLIPPED_OPENINGS: &[&str] = &["It is that ", "One is the ", "One is that ", "Not to be "];

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

/// What an honest note says when it has no source.
pub const NO_SOURCE: &[&str] = &[
    "no trial",
    "not found a source",
    "looked at none",
    "not been tested",
    "nobody has tested",
    "never been tested",
];

/// The headings of the signs that need 999 and of those that need advice today.
pub const EMERGENCY: &str = "Call 999 or go to A&E now if:";
pub const URGENT: &str = "Ask for an urgent GP appointment or call NHS 111 today if:";
/// How an emergency callout may begin. 999 alone is for a person who cannot be moved.
pub const EMERGENCY_OPENINGS: &[&str] =
    &["Call 999 or go to A&E now", "Stop, and call 999 or go to A&E now", "Call 999 now"];
/// How an urgent callout may begin: the house's words, or someone nearer than a GP.
pub const URGENT_OPENINGS: &[&str] = &[
    URGENT,
    "Call the team that treated you, or NHS 111, today if:",
    "Call your maternity unit now, day or night, if:",
    "Call 111 and choose the mental health option if you feel you cannot go on",
    "If you feel that you cannot go on, talk to someone now",
];

/// Link texts that say nothing when they are read alone.
pub const EMPTY_LINKS: &[&str] = &[
    "click here",
    "here",
    "this",
    "this page",
    "this link",
    "link",
    "read more",
    "learn more",
    "more",
    "find out more",
];

/// What says that something is uncertain.
pub const UNCERTAINTY: &[&str] = &[
    "not sure",
    "less sure",
    "unsure",
    "unclear",
    "not clear",
    "uncertain*",
    "low certainty",
    "low-certainty",
    "low in certainty",
    "not known",
    "unknown",
    "nobody knows",
    "not proven",
    "weak",
    "limited",
    "mixed",
    "disagree*",
    "very few",
    "no trial*",
    "proves nothing",
    "cannot prove",
];

/// Where a word, or a few, stands in a text as whole words, whatever the case.
pub fn find(text: &str, pattern: &str) -> Vec<Range<usize>> {
    let text = text.to_ascii_lowercase();
    let pattern = pattern.to_ascii_lowercase();
    let (stem, open) = pattern.strip_suffix('*').map_or((pattern.as_str(), false), |stem| (stem, true));
    let mut found = Vec::new();
    for (at, _) in text.match_indices(stem) {
        let rest = &text[at + stem.len()..];
        let more = rest.len() - rest.trim_start_matches(char::is_alphanumeric).len();
        let ends_in_word = stem.ends_with(char::is_alphanumeric);
        if !text[..at].ends_with(char::is_alphanumeric) && (open || !ends_in_word || more == 0) {
            found.push(at..at + stem.len() + if open { more } else { 0 });
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
