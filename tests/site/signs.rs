//! The reader of signs on the real content: what people might type, and what it should say.

use std::path::Path;
use std::sync::LazyLock;

use mybackpain::signs::{Finding, Help, Kind, SignsReader};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    example: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    text: String,
    expect: Expected,
    #[serde(default)]
    #[expect(dead_code, reason = "for who reads the file")]
    note: String,
}

#[derive(Deserialize, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Expected {
    Emergency,
    Crisis,
    SameDay,
    Calm,
}

/// Written with the rules at hand.
const OWN: &str = include_str!("signs_examples.toml");
/// Written by someone who had not seen the rules.
const OTHERS: &str = include_str!("signs_others.toml");

/// Written by a third hand, in several styles.
const THIRD: &str = include_str!("signs_author3.toml");
/// Written by six more who had not seen the rules; each file says what the reader made of it at first.
const FRESH: [&str; 6] = [
    include_str!("signs_author4.toml"),
    include_str!("signs_author5.toml"),
    include_str!("signs_author6.toml"),
    include_str!("signs_author7.toml"),
    include_str!("signs_author8.toml"),
    include_str!("signs_author9.toml"),
];
/// Written in rounds while the rules were widened, each round before the rules that it led to: plain, roundabout and
/// ordinary words, among them some that no rule finds.
const ROUNDS: &str = include_str!("signs_rounds.toml");

/// Plain words in every combination.
const PLAIN: &str = include_str!("signs_plain.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plain {
    combination: Vec<Combination>,
}

/// Every sentence that takes one phrase from each part.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Combination {
    expect: Expected,
    parts: Vec<Vec<String>>,
}

impl Combination {
    fn examples(&self) -> Vec<Example> {
        let join = |begun: Vec<String>, part: &Vec<String>| -> Vec<String> {
            begun
                .iter()
                .flat_map(|begun| part.iter().map(move |phrase| format!("{begun} {phrase}")))
                .collect()
        };
        let texts = self.parts.iter().fold(vec![String::new()], join);
        texts.into_iter().map(|text| Example { text, expect: self.expect, note: String::new() }).collect()
    }
}

static READER: LazyLock<SignsReader> =
    LazyLock::new(|| SignsReader::load(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content")).unwrap());

fn examples(file: &str) -> Vec<Example> {
    toml::from_str::<Examples>(file).unwrap().example
}

fn is_as_expected(finding: &Finding, expected: Expected) -> bool {
    match expected {
        Expected::Emergency => finding.kind() == Some(Kind::Emergency),
        Expected::Crisis => finding.has(Kind::Crisis),
        Expected::SameDay => finding.has(Kind::SameDay),
        Expected::Calm => finding.is_calm(),
    }
}

/// The share in 100 that is read as expected, and what is not.
fn share(all: &[Example], expected: Expected) -> (usize, Vec<&str>) {
    let asked: Vec<&Example> = all.iter().filter(|example| example.expect == expected).collect();
    let mut missed = Vec::new();
    for Example { text, .. } in &asked {
        let finding = READER.read(text);
        for range in finding.ranges() {
            assert!(text.get(range).is_some_and(|words| !words.is_empty()), "{text:?}");
        }
        if !is_as_expected(&finding, expected) {
            missed.push(text.as_str());
        }
    }
    ((asked.len() - missed.len()) * 100 / asked.len(), missed)
}

#[test]
fn each_kind_of_sign_is_found_and_ordinary_words_are_left_calm() {
    // The third hand wrote about a crisis in the most roundabout ways it could think of.
    let fresh = FRESH.map(|file| (file, 100));
    for (file, crisis) in [(OWN, 100), (OTHERS, 100), (THIRD, 99), (ROUNDS, 97)].into_iter().chain(fresh) {
        let all = examples(file);
        for (expected, least) in [
            (Expected::Emergency, 97),
            (Expected::Crisis, crisis),
            (Expected::SameDay, 95),
            (Expected::Calm, 95),
        ] {
            let (share, missed) = share(&all, expected);
            assert!(share >= least, "{expected:?}: {share} in 100, without {missed:#?}");
        }
    }
}

#[test]
fn plain_words_are_read_in_every_combination() {
    let plain: Plain = toml::from_str(PLAIN).unwrap();
    let all: Vec<Example> = plain.combination.iter().flat_map(Combination::examples).collect();
    for expected in [Expected::Emergency, Expected::Crisis, Expected::SameDay, Expected::Calm] {
        let (share, missed) = share(&all, expected);
        assert!(share >= 96, "{expected:?}: {share} in 100, without {missed:#?}");
    }
}

#[test]
fn there_are_two_hundred_examples_of_each_side() {
    let all: Vec<Example> = [OWN, OTHERS, THIRD].into_iter().flat_map(examples).collect();
    let calm = all.iter().filter(|example| example.expect == Expected::Calm).count();
    assert!(calm >= 200 && all.len() - calm >= 200, "{calm} calm of {}", all.len());
}

#[test]
fn the_words_that_are_marked_are_the_words_that_were_typed() {
    for (text, words) in [
        ("I can’t feel it when I wipe", vec!["can’t feel it when I wipe"]),
        ("Café, then NUMB  between my legs", vec!["NUMB", "between my legs"]),
        ("no trouble sleeping. suicidal", vec!["suicidal"]),
    ] {
        assert_eq!(READER.read(text).words(text), words, "{text:?}");
    }
}

#[test]
fn what_is_calm_is_told_from_what_only_sounds_so() {
    for (text, kind) in [
        ("I can't wee as normal", Some(Kind::Emergency)),
        ("my legs are not working normally", Some(Kind::Emergency)),
        ("he can walk, wee and poo as normal, his back is just sore", None),
        ("numb between my legs. I don't have any other symptoms", Some(Kind::Emergency)),
        ("I read about cauda equina but I don't have any of those signs", None),
        ("my husband had prostate cancer years ago, my back is stiff", None),
        ("my husband has had back pain for a week and he has prostate cancer", Some(Kind::SameDay)),
        ("can I talk to someone about my cancer and back pain", Some(Kind::SameDay)),
        ("your page about cauda equina describes me exactly", Some(Kind::Emergency)),
        ("please send me the sheet about cauda equina", None),
        ("my boy fell off his bike today, he is fine, I just have a twinge from lifting him", None),
    ] {
        assert_eq!(READER.read(text).kind(), kind, "{text:?}");
    }
}

#[test]
fn an_accident_that_leaves_the_hands_tingling_is_an_emergency_and_tingling_hands_are_not() {
    for (text, kind) in [
        ("rugby tackle yesterday … hands tingle", Some(Kind::Emergency)),
        ("a wave dumped me on my head, both arms tingle", Some(Kind::Emergency)),
        ("fell off my bike in 1999 and my hands tingle at night sometimes", None),
        ("my hands tingle when I use the hedge trimmer", None),
    ] {
        assert_eq!(READER.read(text).kind(), kind, "{text:?}");
    }
}

#[test]
fn figures_of_speech_and_tablets_taken_as_told_are_no_crisis() {
    for calm in ["I'd rather die than do pilates", "took all my tablets as the doctor told me"] {
        assert!(READER.read(calm).is_calm(), "{calm:?}");
    }
    for crisis in
        ["I would rather be dead", "rather die than have another night of it", "took all my tablets"]
    {
        assert!(READER.read(crisis).has(Kind::Crisis), "{crisis:?}");
    }
}

#[test]
fn a_sign_of_the_body_brings_no_crisis_beside_it_and_a_crisis_beside_it_stays() {
    for text in [
        "the shower on my bits feels like nothing",
        "pee just comes out on its own",
        "weeing is different and I can't feel it coming out, since my back went",
        "down below has gone to sleep and won't wake up",
        "my bottom is asleep and I can't feel the paper any more",
    ] {
        assert_eq!(READER.read(text).help(), [Help::Emergency], "{text:?}");
    }
    let both = READER.read("my bum is numb, I cannot wee, and I would rather be dead");
    assert_eq!(both.help(), [Help::Emergency, Help::Crisis]);
}

#[test]
fn whoever_may_have_taken_too_much_finds_the_crisis_lines_before_the_signs_of_back_and_legs() {
    let taken = READER.read("I have taken all my tablets");
    assert_eq!(taken.help(), [Help::Harm, Help::Crisis]);
    assert_eq!(taken.kind(), Some(Kind::Emergency), "for the desk it is an emergency like the others");
    let all = READER.read("I took the whole packet of codeine, my bum is numb and I have a fever");
    assert_eq!(all.help(), [Help::Harm, Help::Crisis, Help::Emergency, Help::SameDay]);
}

#[test]
fn a_contraction_and_a_plural_are_read_as_the_word_that_they_are_of() {
    assert!(READER.read("my leg's tingling").is_calm(), "one leg");
    assert_eq!(READER.read("my legs tingle").kind(), Some(Kind::Emergency), "both");
    assert!(READER.read("I have put letters in envelopes for the children").has(Kind::Crisis));
}

#[test]
fn a_question_after_trouble_is_no_sign_when_no_answers_it() {
    for text in [
        "Any loss of bladder control? No. Fever? No. It only hurts when I sit.",
        "fever - no, weight loss - no, numbness - none, just a stiff back",
        "Suicidal thoughts? None. I sleep well.",
    ] {
        assert!(READER.read(text).is_calm(), "{text:?}");
    }
    for (text, kind) in [
        ("Fever? No. Numb between my legs? Yes.", Kind::Emergency),
        ("Numb between the legs. No. fever", Kind::Emergency),
        ("Is it normal that I have lost bladder control? No one tells me.", Kind::Emergency),
        ("I can't feel my bum, no, really, no", Kind::Emergency),
        ("Does anyone care if I die? No.", Kind::Crisis),
        ("Any reason to live? No.", Kind::Crisis),
    ] {
        assert!(READER.read(text).has(kind), "{text:?}");
    }
}

#[test]
fn who_else_is_named_hides_no_sign_of_ones_own() {
    for (text, kind) in [
        ("the dog pulled me down a flight of steps", Some(Kind::Emergency)),
        ("my neighbour has cancer and I carry her shopping, now my own back is sore", None),
        ("our dachshund lost the use of his back legs", None),
        ("the dog knocked her, she can't feel her legs", Some(Kind::Emergency)),
        ("your page says bladder weakness is an emergency, I've got it, explain", Some(Kind::Emergency)),
        ("they asked about my bladder, I can't feel it, legs fine", Some(Kind::Emergency)),
    ] {
        assert_eq!(READER.read(text).kind(), kind, "{text:?}");
    }
}

#[test]
fn what_is_over_or_long_past_is_that_thing_alone() {
    for text in [
        "my bum is numb, the sciatica has settled",
        "can't wee since yesterday, cystitis cleared up last week",
        "numb between my legs, had disc surgery ten years ago",
        "both legs are weak, I was in a car crash in 1998",
        "aged 17, can't wee, back pain",
    ] {
        assert_eq!(READER.read(text).kind(), Some(Kind::Emergency), "{text:?}");
    }
    for text in [
        "had a numb bum but it has worn off",
        "numb leg and groin last week, all gone now",
        "I was numb between the legs ten years ago",
        "foot drop after my operation in 2016",
    ] {
        assert!(READER.read(text).is_calm(), "{text:?}");
    }
}

#[test]
fn a_search_of_a_few_words_is_read_too() {
    for query in ["cauda equina", "saddle numbness", "hurts to sneeze", "back hurts when i cough", "a&e"] {
        assert!(!READER.read(query).is_calm(), "{query:?}");
    }
    assert!(READER.read("suicide").has(Kind::Crisis));
    for query in ["broken sleep", "does it hurt my disc to sneeze", "over the counter painkillers"] {
        assert!(READER.read(query).is_calm(), "{query:?}");
    }
}

#[test]
fn crisis_words_keep_their_own_help_beside_an_emergency() {
    let finding = READER.read("cannot pee since last night and I want to end my life");
    assert_eq!(finding.help(), [Help::Emergency, Help::Crisis]);
}

#[test]
fn no_text_breaks_the_reader() {
    for text in
        ["", " ", "\u{301}", "’’’", "𝕟𝕦𝕞𝕓 ﷽ 🏳️‍🌈", "numb\0bum", "ＮＵＭＢ　ＢＵＭ", "ﬁ", "İstanbul", "a\u{ad}b"]
    {
        READER.read(text);
    }
    assert_eq!(READER.read("ＮＵＭＢ　ＢＵＭ").kind(), Some(Kind::Emergency));
    READER.read(&"no numbness or ".repeat(500));
    READER.read(&"x".repeat(20_000));
}

proptest::proptest! {
    #[test]
    fn marked_places_are_on_character_boundaries_in_any_text(text in "\\PC{0,80}") {
        let text = format!("{text} numb {text} bum cant pee {text}");
        for range in READER.read(&text).ranges() {
            proptest::prop_assert!(text.get(range).is_some());
        }
    }
}

#[test]
#[ignore = "reads a list of English words, and prints those that content/signs_real_words.txt should have"]
fn words_that_look_like_slips() {
    let words = std::fs::read_to_string("/usr/share/dict/british-english").unwrap();
    words.lines().filter(|word| READER.is_slip(word)).for_each(|word| println!("{word}"));
}
