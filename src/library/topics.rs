//! Topics: the sheets in the order that a newcomer should read them, as `content/topics.toml` gives it.

use std::path::Path;

use serde::Deserialize;

use crate::clinic::read_toml;
use crate::library::check::{Finding, Source};
use crate::library::{Kind, Library, Sheet};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Topic {
    pub slug: String,
    pub title: String,
    /// One line for lists.
    pub summary: String,
    /// Slugs in reading order.
    pub sheets: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Topics {
    topic: Vec<Topic>,
}

impl Topic {
    pub fn path(&self) -> String {
        format!("/topics/{}", self.slug)
    }
}

impl Library {
    pub fn sheets_of<'l>(&'l self, topic: &'l Topic) -> impl Iterator<Item = &'l Sheet> {
        topic.sheets.iter().filter_map(|slug| self.sheet(slug))
    }

    pub fn topics_of<'l>(&'l self, sheet: &'l Sheet) -> impl Iterator<Item = &'l Topic> {
        self.topics.iter().filter(|topic| sheet.front.topics.contains(&topic.slug))
    }
}

pub fn load(content: &Path) -> anyhow::Result<Vec<Topic>> {
    let topics: Topics = read_toml(&content.join("topics.toml"))?;
    Ok(topics.topic)
}

/// A topic and its sheets must each name the other, once.
pub fn contradictions(library: &Library, content: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut complain = |file: &Path, words: &str, message: String| {
        if let Ok(source) = Source::open(file) {
            findings.push(source.at_words(&format!("\"{words}\""), "contradiction", message));
        }
    };
    let file = content.join("topics.toml");
    for (number, topic) in library.topics.iter().enumerate() {
        let name = &topic.slug;
        if crate::library::markdown::slug(name) != *name || name.is_empty() {
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
    [Kind::FactSheet, Kind::Guide]
        .iter()
        .any(|kind| content.join(kind.folder()).join(format!("{slug}.md")).exists())
}
