//! What `content/glossary.toml` says: terms in plain words, and the page that shows them.

use std::collections::BTreeMap;
use std::path::Path;

use askama::Template;
use serde::Deserialize;

use crate::clinic::read_toml;
use crate::library::markdown;
use crate::library::{Library, Reference, Sheet};
use crate::web::site::{PageContext, Site};

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

#[derive(Template)]
#[template(path = "library/glossary.html")]
pub struct GlossaryPage<'a> {
    context: PageContext<'a>,
    entries: Vec<Entry<'a>>,
    sources: Vec<&'a Reference>,
}

struct Entry<'a> {
    id: &'a str,
    term: &'a Term,
    page: Option<&'a Sheet>,
    /// Numbers of its sources; true where the page cites one for the first time.
    cited: Vec<(usize, bool)>,
}

pub fn read(content: &Path) -> anyhow::Result<Glossary> {
    read_toml(&content.join("glossary.toml"))
}

/// The forms to link on one sheet: all but the terms that it explains itself.
pub fn for_sheet(glossary: &Glossary, slug: &str) -> Vec<markdown::Term> {
    let others = glossary.iter().filter(|(_, term)| term.page.as_deref() != Some(slug));
    let forms = others.flat_map(|(id, term)| {
        let form = |words: &String| markdown::Term { words: words.clone(), slug: id.clone() };
        std::iter::once(&term.term).chain(&term.also).map(form)
    });
    forms.collect()
}

impl<'a> GlossaryPage<'a> {
    pub fn new(site: &'a Site, library: &'a Library) -> GlossaryPage<'a> {
        let mut keys: Vec<&str> = Vec::new();
        let mut terms: Vec<(&String, &Term)> = library.glossary.iter().collect();
        terms.sort_by_key(|(_, term)| term.term.to_lowercase());
        let entries = terms.into_iter().map(|(id, term)| {
            let cited = term.references.iter().map(|key| {
                let known = keys.iter().position(|known| known == key);
                let number = known.unwrap_or_else(|| {
                    keys.push(key);
                    keys.len() - 1
                });
                (number + 1, known.is_none())
            });
            let cited = cited.collect();
            Entry { id, term, page: term.page.as_ref().and_then(|slug| library.sheet(slug)), cited }
        });
        let entries = entries.collect();
        let about = "Words that you may meet on our pages or at an appointment, each in one plain sentence.";
        GlossaryPage {
            context: site.public("Glossary", about, "/glossary"),
            entries,
            sources: keys.iter().filter_map(|key| library.references.get(*key)).collect(),
        }
    }
}
