//! What `content/glossary.toml` says: terms in plain words.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::clinic::read_toml;
use crate::library::markdown;

/// A term by its key, which is its id on the page.
pub type Glossary = BTreeMap<String, Term>;

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Term {
    pub term: String,
    /// One plain sentence.
    pub meaning: String,
    /// Other forms that texts use: plurals, short forms.
    #[serde(default)]
    pub also: Vec<String>,
    /// The sheet or guide that explains it at length, where it needs no link to the glossary.
    pub page: Option<String>,
    #[serde(default)]
    pub references: Vec<String>,
}

pub fn read(content: &Path) -> anyhow::Result<Glossary> {
    read_toml(&content.join("glossary.toml"))
}

/// The forms to link on one sheet: all but the terms that it explains itself.
pub fn for_sheet(glossary: &Glossary, slug: &str) -> Vec<markdown::LinkedTerm> {
    let others = glossary.iter().filter(|(_, term)| term.page.as_deref() != Some(slug));
    let forms = others.flat_map(|(id, term)| {
        let form = |words: &String| markdown::LinkedTerm { words: words.clone(), slug: id.clone() };
        std::iter::once(&term.term).chain(&term.also).map(form)
    });
    forms.collect()
}
