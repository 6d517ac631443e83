//! Fact sheets, guides and plain pages: loaded, checked and rendered once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use serde::Deserialize;

use crate::clinic::read_toml;
use crate::library::markdown::{Html, Names, Passage};
use crate::web::site::Site;

use check::Finding;
use file::{markdown_files, read};
pub use front_matter::{Allow, Change, FrontMatter, PlainFrontMatter, Related, ReviewState, Reviewer};
use glossary::Glossary;
use names::names;
use questions::Questions;

pub mod answers;
pub mod check;
pub mod feeds;
mod file;
mod front_matter;
pub mod glossary;
mod linked_data;
pub mod markdown;
mod names;
pub mod pages;
pub mod questions;
pub mod search;
pub mod summary;
mod topics;
pub use topics::Topic;

/// The sections that every sheet has, in their order; its own stand between the first two.
pub const SECTIONS: [&str; 5] = [
    "Key points",
    "What you can do today",
    "How sure are we?",
    "Questions to ask a professional",
    "When to get help",
];

/// Everything to read, by kind and title.
pub struct Library {
    /// The content folder that it was read from.
    pub folder: PathBuf,
    pub sheets: Vec<Sheet>,
    pub pages: Vec<PlainPage>,
    pub references: BTreeMap<String, Reference>,
    pub glossary: Glossary,
    /// In the order that `content/topics.toml` gives them.
    pub topics: Vec<Topic>,
    pub index: search::Index,
    pub questions: Questions,
}

/// Short and about one thing, or long with a list of contents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    FactSheet,
    Guide,
}

/// One fact sheet or guide.
pub struct Sheet {
    pub kind: Kind,
    pub slug: String,
    pub front: FrontMatter,
    pub text: Html,
    /// The same text for a mail: drawings as words, whole links.
    pub mail_html: String,
    pub mail_text: String,
    /// The same text for the search.
    pub passages: Vec<Passage>,
    /// The sources it cites, in the order of their numbers.
    pub sources: Vec<Reference>,
    /// Minutes to read, at 200 words a minute.
    pub minutes: usize,
}

/// A source, as `content/references.toml` gives it.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    pub citation: String,
    pub doi: Option<String>,
    pub url: Option<String>,
    /// The citation was compared with a public record.
    pub checked: bool,
}

/// Privacy, accessibility, cookies, about.
pub struct PlainPage {
    pub slug: String,
    pub front: PlainFrontMatter,
    pub text: Html,
    pub passages: Vec<Passage>,
}

impl Kind {
    pub fn words(self) -> &'static str {
        match self {
            Kind::FactSheet => "Fact sheet",
            Kind::Guide => "Guide",
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Kind::FactSheet => "fact-sheets",
            Kind::Guide => "guides",
        }
    }
}

impl Sheet {
    pub fn path(&self) -> String {
        format!("/{}/{}", self.kind.folder(), self.slug)
    }

    /// The file it was read from.
    pub fn file(&self, content: &Path) -> PathBuf {
        content.join(self.kind.folder()).join(format!("{}.md", self.slug))
    }
}

impl PlainPage {
    pub fn path(&self) -> String {
        format!("/{}", self.slug)
    }

    /// The file it was read from.
    pub fn file(&self, content: &Path) -> PathBuf {
        content.join("pages").join(format!("{}.md", self.slug))
    }
}

impl Reference {
    /// Where to read it.
    pub fn link(&self) -> Option<String> {
        self.doi.as_ref().map(|doi| format!("https://doi.org/{doi}")).or_else(|| self.url.clone())
    }
}

impl Library {
    /// Reads and checks the whole content folder. The error lists everything to mend with its file and line.
    pub fn load(content: &Path, site: &Site) -> anyhow::Result<Library> {
        let (library, mut findings) = Library::gather(content, site)?;
        findings.extend(check::look(content, site, &library));
        findings.retain(|finding| finding.rule.level == check::rules::Level::Error);
        let list: Vec<String> = findings.iter().map(Finding::to_string).collect();
        ensure!(
            list.is_empty(),
            "the content has {} to mend:\n{}",
            count(list.len(), "error"),
            list.join("\n")
        );
        Ok(library)
    }

    /// Everything that can be read, and what is wrong with the rest.
    fn gather(content: &Path, site: &Site) -> anyhow::Result<(Library, Vec<Finding>)> {
        let references: BTreeMap<String, Reference> = read_toml(&content.join("references.toml"))?;
        let names = names(content, site)?;
        let glossary = glossary::read(content)?;
        let topics = topics::load(content)?;
        let questions = Questions::load(content)?;
        let synonyms = search::Synonyms::load(content)?;
        let index = search::Index::build(Vec::new(), &synonyms);
        let (folder, sheets, pages) = (content.to_owned(), Vec::new(), Vec::new());
        let mut library = Library { folder, sheets, pages, references, glossary, topics, index, questions };
        let mut findings = Vec::new();
        for kind in [Kind::FactSheet, Kind::Guide] {
            for file in markdown_files(&content.join(kind.folder()))? {
                match sheet(kind, &file, &names, &library.glossary, site) {
                    Ok(sheet) => library.sheets.push(sheet),
                    Err(found) => findings.extend(found),
                }
            }
        }
        for file in markdown_files(&content.join("pages"))? {
            match plain_page(&file, &names) {
                Ok(page) => library.pages.push(page),
                Err(found) => findings.extend(found),
            }
        }
        library.sheets.sort_by_key(|sheet| sheet.front.title.to_lowercase());
        for sheet in &mut library.sheets {
            sheet.sources =
                sheet.text.cited.iter().filter_map(|key| library.references.get(key).cloned()).collect();
        }
        library.index = search::Index::build(search::sources(&library, site), &synonyms);
        Ok((library, findings))
    }

    pub fn sheet(&self, slug: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.slug == slug)
    }
}

/// "1 problem", "2 problems".
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

fn sheet(
    kind: Kind,
    file: &Path,
    names: &Names,
    glossary: &Glossary,
    site: &Site,
) -> Result<Sheet, Vec<Finding>> {
    let read = read::<FrontMatter>(file)?;
    let with_terms = Names { terms: glossary::for_sheet(glossary, &read.slug), ..names.clone() };
    let text = markdown::html(&read.text, &with_terms).map_err(|faults| read.findings(file, faults))?;
    let for_mail = Names { base_url: site.base_url.clone(), for_mail: true, ..names.clone() };
    let mail = markdown::html(&read.text, &for_mail).map_err(|faults| read.findings(file, faults))?;
    let words = read.text.split_whitespace().count();
    Ok(Sheet {
        kind,
        slug: read.slug,
        mail_text: markdown::plain(&read.text, &for_mail, &text.cited),
        passages: markdown::passages(&read.text, names),
        sources: Vec::new(),
        mail_html: mail.key_points + &mail.body,
        minutes: words.div_ceil(200).max(1),
        front: read.front,
        text,
    })
}

fn plain_page(file: &Path, names: &Names) -> Result<PlainPage, Vec<Finding>> {
    let read = read::<PlainFrontMatter>(file)?;
    let text = markdown::html(&read.text, names).map_err(|faults| read.findings(file, faults))?;
    let passages = markdown::passages(&read.text, names);
    Ok(PlainPage { slug: read.slug, front: read.front, text, passages })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_content_has_no_problem() {
        let content = Path::new("content");
        let site = Site::load(content, "http://localhost".into()).unwrap();
        let library = Library::load(content, &site).unwrap_or_else(|error| panic!("{error:#}"));
        for slug in [
            "sleep-and-back-pain",
            "central-sensitisation",
            "fear-avoidance",
            "fibromyalgia",
            "self-management",
            "when-back-pain-is-an-emergency",
            "sleep-and-pain",
        ] {
            assert!(library.sheet(slug).is_some(), "{slug}");
        }
    }
}
