//! Content that breaks no rule, and for each rule the one change that trips it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::civil::{Date, date};
use mybackpain::library::check::Report;
use tempfile::TempDir;

pub const TODAY: Date = date(2026, 11, 20);
pub const GOOD: &str = "fact-sheets/good.md";
const DENSE: &str = "Multidisciplinary rehabilitation interventions necessitate organisational collaboration. \
    Considerable uncertainty surrounds biopsychosocial interventions internationally.\n\n\
    Epidemiological investigations demonstrably underestimate heterogeneity. \
    Methodological limitations notwithstanding, generalisability remains questionable.\n\nYes.";
pub const SHEET: &str = r#"+++
title = "A good sheet"
subtitle = "What a good sheet holds"
category = "Sleep"
topics = ["sleep"]
summary = "A sheet that breaks no rule."
keywords = ["good"]
author = "The team"
reviewer = { role = "Physiotherapist", state = "pending" }
reviewed = "2026-11-20"
next_review = "2028-11-20"
version = "1.0"
changes = [{ version = "1.0", date = "2026-11-20", what = "First published." }]
references = ["koes2007"]
related = [{ slug = "other", why = "It says more." }]
+++

## Key points

In short:

- Most people get better in time.[^koes2007]

## What it is

It is leg pain. You can ring us on {{phone}}, or read [the other sheet](/fact-sheets/other#what-it-is).

::: figure volume-knob
A knob that turns.
:::

## What you can do today

Take these one at a time:

1. Walk a little.

## How sure are we?

We are not sure who gets better.

## Questions to ask a professional

You could ask:

- What could I try first?

## When to get help

::: emergency Call 999 or go to A&E now if:
- you cannot pee
:::

::: urgent Ask for an urgent GP appointment or call NHS 111 today if:
- you feel ill
:::
"#;

const PAGE: &str = r#"+++
title = "About"
subtitle = "Who"
summary = "Who we are."
reviewed = "2026-11-20"
+++

We are here.
"#;
const TOPICS: &str = r#"[[topic]]
slug = "sleep"
title = "Sleep"
summary = "Nights."
sheets = ["good", "other"]
"#;

/// One question of each kind, each answer leading somewhere.
pub const ASSESSMENT: &str = r#"ask = ["What can I try?"]
[[question]]
id = "where"
text = "Where does it hurt?"
hint = "Select all that apply."
short = "Where it hurts"
kind = "any-of"
missing = "Select where it hurts"
answers = [
  { id = "back", text = "My back", because = "your back hurts", sheets = ["good"] },
  { id = "leg", text = "My leg", ask = ["Why does my leg hurt?"] },
  { id = "nowhere", text = "Nowhere", none = true },
]
[[question]]
id = "how-often"
text = "How often?"
short = "How often"
kind = "one-of"
missing = "Select how often"
when = { question = "where", answers = ["back"] }
answers = [
  { id = "daily", text = "Daily", because = "it hurts daily", sheets = ["other"] },
  { id = "never", text = "Never", none = true },
]
[[question]]
id = "how-much"
text = "How much?"
short = "How much"
kind = "zero-to-ten"
low = "not at all"
high = "completely"
missing = "Select how much"
[[question]]
id = "words"
text = "Anything else?"
short = "Anything else"
kind = "short-text"
most = 300
"#;

/// Two sheets, a page, a topic and a term; the rest is as shipped.
pub fn good() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["fact-sheets", "guides", "pages", "figures"] {
        fs::create_dir(at(name)).unwrap();
    }
    let shipped = [
        "clinic.toml",
        "bank-holidays.toml",
        "safety.toml",
        "synonyms.toml",
        "references.toml",
        "figures/volume-knob.svg",
    ];
    for name in shipped {
        fs::copy(Path::new("content").join(name), at(name)).unwrap();
    }
    fs::write(at(GOOD), SHEET).unwrap();
    let other = SHEET.replace("A good sheet", "Another").replace("slug = \"other\"", "slug = \"good\"");
    fs::write(at("fact-sheets/other.md"), other).unwrap();
    fs::write(at("pages/about.md"), PAGE).unwrap();
    fs::write(at("topics.toml"), TOPICS).unwrap();
    fs::write(at("assessment.toml"), ASSESSMENT).unwrap();
    fs::write(at("glossary.toml"), "[knob]\nterm = \"Knob\"\nmeaning = \"A thing to turn.\"\n").unwrap();
    folder
}

pub fn edit(folder: &TempDir, file: &str, change: impl Fn(&str) -> String) {
    let path = folder.path().join(file);
    let before = fs::read_to_string(&path).unwrap();
    let after = change(&before);
    assert_ne!(before, after, "the change to {file} changes nothing");
    fs::write(path, after).unwrap();
}

pub fn tripped(report: &Report) -> BTreeSet<&'static str> {
    report.findings.iter().map(|finding| finding.rule.id).collect()
}

/// Puts words in the place of the sheet's one plain sentence.
pub fn say(words: &str) -> impl Fn(&str) -> String {
    move |text| text.replacen("It is leg pain.", words, 1)
}

pub fn allow(rule: &str, why: &str) -> impl Fn(&str) -> String {
    move |text| {
        text.replacen(
            "related =",
            &format!("allow = [{{ rule = \"{rule}\", why = \"{why}\" }}]\nrelated ="),
            1,
        )
    }
}

pub fn swap(from: &'static str, to: &'static str) -> impl Fn(&str) -> String {
    move |text| text.replace(from, to)
}

type Change = Box<dyn Fn(&str) -> String>;

/// A rule, the file to change, and the change that trips it.
pub fn cases() -> Vec<(&'static str, &'static str, Change)> {
    let mut cases: Vec<(&str, &str, Change)> = Vec::new();
    let mut sheet = |rule, change: Change| cases.push((rule, GOOD, change));
    sheet("front-matter", Box::new(swap("subtitle =", "subtitel =")));
    sheet("block", Box::new(swap("A knob that turns.\n:::\n", "A knob that turns.\n")));
    sheet("placeholder", Box::new(say("Send a fax to {{fax}}.")));
    sheet("contradiction", Box::new(swap("version = \"1.0\"\nchanges", "version = \"1.1\"\nchanges")));
    let long = |text: &str| text.replace("A sheet that", &format!("A sheet that{}", " and that".repeat(20)));
    sheet("field-length", Box::new(long));
    sheet(
        "reviewer-is-author",
        Box::new(swap("state = \"pending\"", "name = \"The Team\", state = \"signed\"")),
    );
    sheet("review-too-far", Box::new(swap("2028-11-20", "2029-11-21")));
    sheet(
        "review-past",
        Box::new(|text| text.replace("2026-11-20", "2024-05-01").replace("2028-11-20", "2026-11-19")),
    );
    sheet("reviewed-ahead", Box::new(swap("reviewed = \"2026-11-20\"", "reviewed = \"2026-11-21\"")));
    sheet("review-soon", Box::new(swap("2028-11-20", "2027-02-18")));
    sheet("bad-allow", Box::new(allow("promise", "We like it.")));
    sheet("unused-allow", Box::new(allow("long-list", "It cannot be cut.")));
    sheet("slug-twice", Box::new(swap("related =", "aliases = [\"other\"]\nrelated =")));
    sheet("no-reference", Box::new(|text| text.replace("[^koes2007]", "").replace("\"koes2007\"", "")));
    sheet("unknown-reference", Box::new(swap("koes2007", "nobody2020")));
    sheet("unchecked-reference", Box::new(swap("koes2007", "nhs_backpain")));
    sheet("references-differ", Box::new(swap("\"koes2007\"", "\"koes2007\", \"peul2007\"")));
    sheet("unknown-related", Box::new(swap("slug = \"other\"", "slug = \"nowhere\"")));
    sheet("unknown-topic", Box::new(swap("topics = [\"sleep\"]", "topics = [\"sleep\", \"cats\"]")));
    sheet("unknown-term", Box::new(say("See [cats](/glossary#cats).")));
    sheet("dead-link", Box::new(say("See [cats](/fact-sheets/cats).")));
    sheet("dead-anchor", Box::new(swap("#what-it-is", "#what-it-was")));
    sheet("dead-anchor", Box::new(say("See [below](#nothing).")));
    sheet("link-form", Box::new(say("See [cats](javascript:alert).")));
    sheet("link-text", Box::new(say("For more, [click here](/about).")));
    sheet("emergency-link", Box::new(swap("you cannot pee", "you [cannot pee](/about)")));
    sheet("second-h1", Box::new(say("It is.\n\n# Leg pain\n\nYes.")));
    sheet("skipped-heading", Box::new(say("It is.\n\n#### Leg pain\n\nYes.")));
    sheet("duplicate-id", Box::new(say("It is.\n\n### What it is\n\nYes.")));
    sheet("sections", Box::new(swap("## When to get help", "## Getting help")));
    let questions = "## Questions to ask a professional\n\nYou could ask:\n\n- What could I try first?\n\n";
    let too_early = move |text: &str| {
        text.replace(questions, "").replace("## How sure", &format!("{questions}## How sure"))
    };
    sheet("sections", Box::new(too_early));
    sheet("raw-html", Box::new(say("It is <b>leg</b> pain.")));
    sheet("picture", Box::new(say("![A leg](/leg.png)")));
    sheet("unknown-figure", Box::new(swap("figure volume-knob", "figure volume")));
    sheet("figure-without-words", Box::new(swap("A knob that turns.\n", "")));
    sheet("house-wording", Box::new(swap("Call 999 or go to A&E now if:", "Dear reader, go to A&E if:")));
    sheet("house-wording", Box::new(say("Do not wait: dial 999.")));
    sheet("house-wording", Box::new(swap("or call NHS 111 today if:", "or NHS 111 today if:")));
    sheet("promise", Box::new(say("This is a cure for leg pain.")));
    sheet("pom-with-booking", Box::new(say("Ask about duloxetine, or book a consultation.")));
    sheet(
        "long-sentence",
        Box::new(say(
            "One two three four five six seven eight nine ten one two three four five six seven eight nine ten one.",
        )),
    );
    sheet("long-paragraph", Box::new(say("One. Two. Three.")));
    sheet("long-list", Box::new(say("Such as:\n\n- a\n- b\n- c\n- d\n- e\n- f\n- g\n\nYes.")));
    sheet("list-lead-in", Box::new(swap("You could ask:", "You could ask.")));
    sheet("reading-grade", Box::new(say(DENSE)));
    sheet("word-to-avoid", Box::new(say("You may utilise a stick.")));
    sheet("dash-range", Box::new(say("It lasts 2-3 weeks.")));
    sheet("no-uncertainty", Box::new(swap("We are not sure who gets better.", "People get better.")));
    sheet("no-action", Box::new(swap("## What you can do today", "## What to do")));
    sheet("no-questions", Box::new(swap("## Questions to ask a professional", "## Questions")));
    cases.push((
        "data-file",
        "references.toml",
        Box::new(|text| text.replacen("\nchecked =", "\nchequed =", 1)),
    ));
    let without_signs = |text: &str| {
        let (before, urgent) = text.split_once("[urgent]").unwrap();
        let (lead, rest) = urgent.split_once("signs = [").unwrap();
        let (_, after) = rest.split_once("\n]\n").unwrap();
        format!("{before}[urgent]{lead}signs = []\n{after}")
    };
    let mut ask = |rule, change: Change| cases.push((rule, "assessment.toml", change));
    ask("unknown-sheet", Box::new(swap("[\"other\"]", "[\"nowhere\"]")));
    ask("question-id", Box::new(swap("id = \"how-much\"", "id = \"where\"")));
    ask("question-id", Box::new(swap("id = \"never\"", "id = \"daily\"")));
    ask("question-id", Box::new(swap("id = \"how-much\"", "id = \"How much\"")));
    ask("unreachable-question", Box::new(swap("question = \"where\"", "question = \"words\"")));
    ask("unreachable-question", Box::new(swap("answers = [\"back\"] }", "answers = [\"neck\"] }")));
    ask("unreachable-question", Box::new(swap("answers = [\"back\"] }", "answers = [] }")));
    ask("leads-nowhere", Box::new(swap(", ask = [\"Why does my leg hurt?\"]", "")));
    ask("leads-nowhere", Box::new(swap("because = \"it hurts daily\", ", "")));
    ask("leads-nowhere", Box::new(swap("ask = [\"Why does", "none = true, ask = [\"Why does")));
    ask("question-length", Box::new(|text| text.replace("How much?", &"How ".repeat(17))));
    ask("question-length", Box::new(|text| text.replace("Select all", &"Select all. ".repeat(20))));
    ask("question-shape", Box::new(swap("most = 300", "most = 501")));
    ask("question-shape", Box::new(swap("low = \"not at all\"\n", "")));
    ask("question-shape", Box::new(swap("missing = \"Select how often\"", "missing = \"Please select\"")));
    ask("judging-words", Box::new(swap("\"How much\"", "\"Pain score\"")));
    ask("judging-words", Box::new(swap("What can I try?", "Is my risk high?")));
    ask("judging-words", Box::new(swap("Why does my leg hurt?", "Should I take naproxen?")));
    ask("word-to-avoid", Box::new(swap("your back hurts", "you suffer")));
    cases.push(("no-safety-box", "safety.toml", Box::new(without_signs)));
    cases
}
