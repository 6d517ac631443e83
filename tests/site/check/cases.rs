//! Content that breaks no rule, and for each rule the one change that trips it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jiff::civil::{Date, date};
use mybackpain::library::check::CheckReport;
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
written = "2026-11-20"
next_review = "2028-11-20"
version = "1.0"
changes = [{ version = "1.0", date = "2026-11-20", what = "First published." }]
references = ["koes2007"]
related = [{ slug = "other", why = "It says more." }]
+++

## Key points

- Most people get better in time.[^koes2007]

## What it is

It is leg pain. You can ring us on {{phone}}, or read [the other sheet](/fact-sheets/other#what-it-is).

::: figure sleep-positions
Three people in bed:

1. On the side.
2. On the back.
3. On the front.
:::

## What you can do

1. Walk a little.

## How sure are we?

We are not sure who gets better.

## When to get help

::: emergency Call 999 or go to A&E now if:
- you cannot pee[^koes2007]
:::

::: urgent Ask for an urgent GP appointment or call NHS 111 today if:
- you feel ill[^koes2007]
:::
"#;

const PAGE: &str = r#"+++
title = "About"
subtitle = "Who"
summary = "Who we are."
written = "2026-11-20"
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
id = "went"
text = "How did each go?"
short = "How each went"
kind = "each"
missing = "Choose how each went"
when = { question = "where", answers = ["back"] }
answers = [{ id = "helped", text = "Helped" }, { id = "not", text = "Did not" }]
[[question]]
id = "pattern"
text = "Always, or now and then?"
short = "Always, or now and then"
kind = "any-of"
up_to = 1
missing = "Choose one"
fact = true
answers = [{ id = "always", text = "Always" }, { id = "sometimes", text = "Now and then" }]
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
        "signs.toml",
        "signs_real_words.txt",
        "synonyms.toml",
        "references.toml",
        "figures/sleep-positions.svg",
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
    edit(&folder, "clinic.toml", |text| text.replace("except = [\"sleep-and-back-pain\"]", "except = []"));
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

pub fn tripped(report: &CheckReport) -> BTreeSet<&'static str> {
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
    sheet("block", Box::new(swap("3. On the front.\n:::\n", "3. On the front.\n")));
    sheet("placeholder", Box::new(say("Send a fax to {{fax}}.")));
    sheet("contradiction", Box::new(swap("version = \"1.0\"\nchanges", "version = \"1.1\"\nchanges")));
    let long = |text: &str| text.replace("A sheet that", &format!("A sheet that{}", " and that".repeat(20)));
    sheet("field-length", Box::new(long));
    sheet(
        "reviewer-is-author",
        Box::new(swap("state = \"pending\" }", "name = \"The Team\", state = \"pending\" }")),
    );
    sheet("review-too-far", Box::new(swap("2028-11-20", "2029-11-21")));
    sheet(
        "review-past",
        Box::new(|text| text.replace("2026-11-20", "2024-05-01").replace("2028-11-20", "2026-11-19")),
    );
    sheet("reviewed-ahead", Box::new(swap("written = \"2026-11-20\"", "written = \"2026-11-21\"")));
    // Pages are signed on the desk, and not in their files.
    let signed = "name = \"Sam\", state = \"signed\"";
    sheet("contradiction", Box::new(move |text| text.replace("state = \"pending\"", signed)));
    sheet("contradiction", Box::new(swap("written =", "reviewed = \"2026-11-20\"\nwritten =")));
    sheet("review-soon", Box::new(swap("2028-11-20", "2027-02-18")));
    sheet("bad-allow", Box::new(allow("promise", "We like it very much.")));
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
    sheet("sections", Box::new(swap("## Key points", "## What to know")));
    let not_last = |text: &str| format!("{text}\n## How it ends\n\nIt passes.\n");
    sheet("sections", Box::new(not_last));
    let not_first = |text: &str| text.replace("## Key points", "## First\n\nIt is so.\n\n## Key points");
    sheet("sections", Box::new(not_first));
    sheet("raw-html", Box::new(say("It is <b>leg</b> pain.")));
    sheet("picture", Box::new(say("![A leg](/leg.png)")));
    sheet("unknown-figure", Box::new(swap("figure sleep-positions", "figure sleep")));
    let words = "Three people in bed:\n\n1. On the side.\n2. On the back.\n3. On the front.\n";
    sheet("figure-without-words", Box::new(move |text| text.replace(words, "")));
    sheet("figure-steps", Box::new(swap("3. On the front.\n", "")));
    sheet("figure-steps", Box::new(move |text| text.replace(words, "Three people in bed.\n")));
    sheet("house-wording", Box::new(swap("Call 999 or go to A&E now if:", "Dear reader, go to A&E if:")));
    sheet("house-wording", Box::new(say("Do not wait: dial 999.")));
    sheet("house-wording", Box::new(swap("or call NHS 111 today if:", "or NHS 111 today if:")));
    sheet("promise", Box::new(say("This is a cure for leg pain.")));
    sheet(
        "pom-with-booking",
        Box::new(say("Ask about duloxetine, which can make you dizzy, or book a consultation.")),
    );
    let long = format!("It is {} so.", "one two three ".repeat(10));
    sheet("long-sentence", Box::new(move |text| say(&long)(text)));
    sheet(
        "long-paragraph",
        Box::new(say(
            "It is. I am sure of it, and so are they. Yes. I have said so all along, as you know. No. Yes",
        )),
    );
    sheet("long-list", Box::new(say("Such as:\n\n- a\n- b\n- c\n- d\n- e\n- f\n- g\n\nYes.")));
    sheet("short-in-a-row", Box::new(say("It hurts. You rest. It passes.")));
    let telegram = "It hurts a lot.\n\n".repeat(20);
    sheet("choppy", Box::new(move |text| say(&telegram)(text)));
    sheet("to-write", Box::new(say("TO WRITE: what it is.")));
    for name in ["Safety boxes are red.", "See the 999 list.", "Look in the same-day box."] {
        sheet("undefined-name", Box::new(say(name)));
    }
    for phrase in ["It is a person whom you trust.", "In short:", "You could ask:", "It is that nerves tire."]
    {
        sheet("clipped-phrase", Box::new(say(phrase)));
    }
    sheet("one-as-article", Box::new(say("Choose just 1 thing to try.")));
    sheet("reading-grade", Box::new(say(DENSE)));
    sheet("word-to-avoid", Box::new(say("You may utilise a stick.")));
    sheet("dash-range", Box::new(say("It lasts 2-3 weeks.")));
    sheet("no-uncertainty", Box::new(swap("We are not sure who gets better.", "People get better.")));
    sheet("no-action", Box::new(swap("1. Walk a little.", "Walk a little.")));
    for named in ["You can buy ibuprofen.", "Some people have an operation.", "There is CBT for insomnia."] {
        sheet("treatment-without-harms", Box::new(say(named)));
    }
    sheet("callout-without-source", Box::new(swap("you feel ill[^koes2007]", "you feel ill")));
    sheet(
        "callout-without-source",
        Box::new(say("It is.\n\n::: note You may have read this\nBacks are weak.\n:::\n")),
    );
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
    ask("question-shape", Box::new(swap("up_to = 1", "up_to = 2")));
    ask(
        "question-shape",
        Box::new(swap(
            "when = { question = \"where\", answers = [\"back\"] }\nanswers = [{ id = \"helped\"",
            "answers = [{ id = \"helped\"",
        )),
    );
    ask("leads-nowhere", Box::new(swap("fact = true\n", "")));
    ask("judging-words", Box::new(swap("\"How much\"", "\"Pain score\"")));
    ask("judging-words", Box::new(swap("What can I try?", "Is my risk high?")));
    ask("judging-words", Box::new(swap("Why does my leg hurt?", "Should I take naproxen?")));
    ask("word-to-avoid", Box::new(swap("your back hurts", "you suffer")));
    cases.push(("unknown-sheet", "clinic.toml", Box::new(swap("except = []", "except = [\"gone\"]"))));
    cases.push(("no-signs", "safety.toml", Box::new(without_signs)));
    cases
}
