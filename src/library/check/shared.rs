//! Rules about the words that many pages share: the signs and the glossary.

use std::path::Path;

use crate::clinic::Clinic;
use crate::library::check::across::Known;
use crate::library::check::report::CheckFinding;
use crate::library::check::rules::Level;
use crate::library::check::source::SourceFile;
use crate::library::check::wording::{long_sentences, wording};
use crate::library::check::words::{EMERGENCY, URGENT};
use crate::library::collection::Library;
use crate::signs::list::Safety;

pub fn safety(content: &Path, safety: &Safety, library: &Library, least: Level) -> Vec<CheckFinding> {
    let Ok(source) = SourceFile::open(&content.join("safety.toml")) else { return Vec::new() };
    let mut findings = Vec::new();
    for (table, signs, house) in
        [("emergency", &safety.emergency, EMERGENCY), ("urgent", &safety.urgent, URGENT)]
    {
        if signs.signs.is_empty() {
            findings.push(source.at_field(table, "no-signs", format!("{table} has no signs")));
        }
        if signs.heading != house {
            let message = format!("the heading is {:?}; the house says {house:?}", signs.heading);
            findings.push(source.at_value(table, "heading", "house-wording", message));
        }
    }
    for key in safety.references().filter(|key| !library.references.contains_key(*key)) {
        let message = format!("{key} is not in references.toml");
        findings.push(source.at_words(&format!("\"{key}\""), "unknown-reference", message));
    }
    let lists = [
        &safety.emergency.signs,
        &safety.emergency.after,
        &safety.urgent.signs,
        &safety.urgent.after,
        &safety.context.text,
        &safety.medicines.text,
        &safety.harm.text,
        &safety.crisis.text,
    ];
    for line in lists.into_iter().flatten().chain([
        &safety.strip,
        &safety.emergency.lead,
        &safety.harm.heading,
        &safety.crisis.heading,
    ]) {
        findings.extend(plain_words(&source, line, least));
    }
    findings
}

pub fn clinic(content: &Path, clinic: &Clinic, known: &Known) -> Vec<CheckFinding> {
    let Ok(source) = SourceFile::open(&content.join("clinic.toml")) else { return Vec::new() };
    let unknown = clinic.prescription_medicines.except.iter().filter(|slug| !known.has_sheet(slug));
    unknown
        .map(|slug| {
            let message = format!("there is no sheet or guide {slug:?}");
            source.at_value("except", &format!("\"{slug}\""), "unknown-sheet", message)
        })
        .collect()
}

pub fn glossary(content: &Path, library: &Library, known: &Known, least: Level) -> Vec<CheckFinding> {
    let Ok(source) = SourceFile::open(&content.join("glossary.toml")) else { return Vec::new() };
    let mut findings = Vec::new();
    let mut forms: Vec<&str> = Vec::new();
    for (id, term) in &library.glossary {
        for form in std::iter::once(&term.term).chain(&term.also) {
            if forms.contains(&form.as_str()) {
                findings.push(source.at_field(id, "contradiction", format!("{form:?} is explained twice")));
            }
            forms.push(form);
        }
        for key in term.references.iter().filter(|key| !library.references.contains_key(*key)) {
            let message = format!("{key} is not in references.toml");
            findings.push(source.at_value(id, &format!("\"{key}\""), "unknown-reference", message));
        }
        if let Some(slug) = term.page.as_ref().filter(|slug| !known.has_sheet(slug)) {
            findings.push(source.at_value(
                id,
                "page",
                "dead-link",
                format!("there is no sheet or guide {slug:?}"),
            ));
        }
        findings.extend(plain_words(&source, &term.meaning, least));
    }
    findings
}

/// A line of a data file, held to the rules of words and of long sentences.
pub fn plain_words(source: &SourceFile, line: &str, least: Level) -> Vec<CheckFinding> {
    let found = |_: usize, rule: &str, message: String| source.at_words(line, rule, message);
    let mut findings = wording(line, least, found);
    if least == Level::Warning {
        findings.extend(long_sentences(line, found));
    }
    findings
}
