//! Rules about topics.toml: a topic and its sheets must each name the other.

use std::path::Path;

use crate::library::check::report::CheckFinding;
use crate::library::check::source::SourceFile;
use crate::library::collection::Library;
use crate::library::markdown;
use crate::library::sheet::PageKind;

/// A topic and its sheets must each name the other, once.
pub fn contradictions(content: &Path, library: &Library) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    let mut complain = |file: &Path, words: &str, message: String| {
        if let Ok(source) = SourceFile::open(file) {
            findings.push(source.at_words(&format!("\"{words}\""), "contradiction", message));
        }
    };
    let file = content.join("topics.toml");
    for (number, topic) in library.topics.iter().enumerate() {
        let name = &topic.slug;
        if markdown::slug(name) != *name || name.is_empty() {
            complain(&file, name, "a slug is an address: small letters, digits and hyphens".to_owned());
        }
        if library.topics[..number].iter().any(|other| other.slug == *name) {
            complain(&file, name, format!("the topic {name:?} is there twice"));
        }
        if topic.sheets.is_empty() {
            complain(&file, name, format!("the topic {name:?} has no sheets"));
        }
        for (place, slug) in topic.sheets.iter().enumerate() {
            match library.sheet(slug) {
                // A page that is there and cannot be read has an error of its own.
                None if is_written(content, slug) => {}
                None => complain(&file, slug, format!("{name:?} names {slug:?}, and there is no such page")),
                Some(sheet) if !sheet.front.topics.contains(name) => {
                    complain(
                        &file,
                        slug,
                        format!("{name:?} names {slug:?}, which does not have it under topics"),
                    );
                }
                Some(_) if topic.sheets[..place].contains(slug) => {
                    complain(&file, slug, format!("{name:?} names {slug:?} twice"));
                }
                Some(_) => {}
            }
        }
    }
    for sheet in &library.sheets {
        let file = content.join(sheet.kind.folder()).join(format!("{}.md", sheet.slug));
        let left_out = |wanted: &&String| {
            let named = library.topics.iter().find(|topic| topic.slug == **wanted);
            named.is_some_and(|topic| !topic.sheets.contains(&sheet.slug))
        };
        for wanted in sheet.front.topics.iter().filter(left_out) {
            complain(&file, wanted, format!("{wanted:?} leaves this page out in topics.toml"));
        }
    }
    findings
}

fn is_written(content: &Path, slug: &str) -> bool {
    [PageKind::FactSheet, PageKind::Guide]
        .iter()
        .any(|kind| content.join(kind.folder()).join(format!("{slug}.md")).exists())
}
