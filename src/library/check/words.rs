//! The words that rules look for, and how they are found in a text.

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
