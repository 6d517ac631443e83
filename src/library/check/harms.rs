//! A treatment is not named without its harms: for each, what at least one word on the page must say.

use std::sync::LazyLock;

use crate::library::check::matching::Phrases;
use crate::library::check::prose::{Prose, ProsePassage};
use crate::library::check::report::CheckFinding;
use crate::library::check::source::SourceFile;

/// Words for a treatment, and words of which one must stand on the same page.
struct Treatment {
    names: &'static [&'static str],
    harms: &'static [&'static str],
}

const fn treatment(names: &'static [&'static str], harms: &'static [&'static str]) -> Treatment {
    Treatment { names, harms }
}

const TREATMENTS: &[Treatment] = &[
    treatment(
        &["ibuprofen", "naproxen", "diclofenac", "anti-inflammator*", "nsaid*"],
        &["stomach", "ulcer*", "bleed*", "kidney*"],
    ),
    treatment(&["paracetamol", "co-codamol"], &["liver", "overdose", "too much", "headaches"]),
    treatment(
        &["opioid*", "codeine", "morphine", "tramadol", "oxycodone", "strong painkiller*"],
        &["depend*", "addict*", "constipat*", "breathing", "sleepy", "suddenly", "ill", "side effect*"],
    ),
    treatment(
        &["gabapentin", "pregabalin"],
        &["dizz*", "depend*", "breathing", "fatal", "kill", "suddenly", "side effect*"],
    ),
    treatment(
        &["amitriptyline", "duloxetine", "antidepressant*"],
        &["sleepy", "sleepiness", "dizz*", "dry mouth", "overdose", "suddenly", "side effect*"],
    ),
    treatment(
        &["diazepam", "benzodiazepine*", "muscle relaxant*"],
        &["depend*", "sleepy", "suddenly", "side effect*"],
    ),
    treatment(
        &["sleeping tablet*", "sleeping pill*", "z-drug*"],
        &["depend*", "sleepy", "suddenly", "fall*"],
    ),
    treatment(
        &["injection*", "epidural*"],
        &["infection*", "bleed*", "headache*", "numb", "nerve damage", "complication*", "go wrong", "harm*"],
    ),
    treatment(
        &["spinal surgery", "back surgery", "surgery for", "surgery may", "operation", "operations"],
        &["infection*", "clot*", "complication*", "go wrong", "risk*", "harm*", "nerve damage", "paralysis"],
    ),
    treatment(
        &["cbt-i", "cbt for insomnia", "sleep restriction"],
        &["sleepier", "sleepy", "sleepiness", "harder at first", "worse at first"],
    ),
    treatment(&["manipulation", "manual therapy"], &["sore", "soreness", "harm*", "stroke", "risk*"]),
    treatment(&["acupuncture"], &["bruis*", "bleed*", "sore", "harm*", "risk*"]),
    treatment(&["tens"], &["pacemaker*", "skin", "harm*", "driv*"]),
];

/// The first mention of each treatment that the page names without one of its harms.
pub fn harms(source: &SourceFile, prose: &Prose) -> Vec<CheckFinding> {
    static LOOKED_FOR: LazyLock<Vec<[Phrases; 2]>> = LazyLock::new(|| {
        let phrases = |words: &'static [&str]| Phrases::new(words.iter().copied());
        TREATMENTS.iter().map(|treatment| [phrases(treatment.names), phrases(treatment.harms)]).collect()
    });
    let said = |words: &Phrases| prose.passages.iter().any(|passage| words.is_in(&passage.words));
    let treatments = TREATMENTS.iter().zip(&*LOOKED_FOR);
    treatments
        .filter(|(_, [_, harms])| !said(harms))
        .filter_map(|(treatment, [names, _])| {
            let (passage, at, name) = prose.passages.iter().find_map(|passage| first(passage, names))?;
            let message = format!("{name:?} is named, and none of its harms: {}", treatment.harms.join(", "));
            Some(source.in_text(passage.place(at), "treatment-without-harms", message))
        })
        .collect()
}

fn first<'p>(passage: &'p ProsePassage, names: &Phrases) -> Option<(&'p ProsePassage, usize, &'p str)> {
    let found =
        names.find(&passage.words).into_iter().map(|(_, range)| range).min_by_key(|range| range.start)?;
    Some((passage, found.start, &passage.words[found]))
}
