//! Rules that only show when the files are seen together: sources, slugs, topics, links.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use crate::clinic::content_file::Position;
use crate::library::check::prose::Prose;
use crate::library::check::report::CheckFinding;
use crate::library::check::source::SourceFile;
use crate::library::collection::Library;
use crate::library::file::markdown_files;
use crate::library::markdown::RenderedMarkdown;
use crate::library::pages;
use crate::library::sheet::Sheet;

/// Parts of pages that the templates make, and that a link may lead to.
const TEMPLATE_IDS: &[(&str, &[&str])] = &[
    ("/contact", &["consultation", "mistakes", "complaints"]),
    ("/emergency", &[]),
    ("/glossary", &["references"]),
];
const SHEET_IDS: &[&str] = &["related", "references", "about-page", "offers", "useful", "main"];

/// What a text may refer to.
pub struct Known<'l> {
    library: &'l Library,
    slugs: HashSet<String>,
    /// Paths of all pages; of those that could be read, the ids on them.
    paths: BTreeMap<String, Option<Vec<&'l str>>>,
    /// Nothing when the content has no topics.toml.
    topics: Option<BTreeSet<String>>,
}

impl<'l> Known<'l> {
    /// Knows pages by their files too: one that cannot be read is not a dead link besides.
    pub fn new(content: &Path, library: &'l Library) -> Known<'l> {
        let mut known =
            Known { library, slugs: HashSet::new(), paths: BTreeMap::new(), topics: topics(content) };
        for path in pages::FIXED_PATHS {
            let ids = TEMPLATE_IDS.iter().find(|(page, _)| page == path).map(|(_, ids)| ids.to_vec());
            known.paths.insert((*path).to_owned(), ids);
        }
        let glossary = library.glossary.keys().map(String::as_str);
        known.paths.entry("/glossary".into()).or_default().get_or_insert_default().extend(glossary);
        for (folder, front) in [("fact-sheets", "/fact-sheets/"), ("guides", "/guides/"), ("pages", "/")] {
            for file in markdown_files(&content.join(folder)).unwrap_or_default() {
                let slug = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                known.paths.insert(format!("{front}{slug}"), None);
                if folder != "pages" {
                    known.slugs.insert(slug.to_owned());
                }
            }
        }
        for sheet in &library.sheets {
            let ids = sheet.text.ids.iter().map(String::as_str).chain(SHEET_IDS.iter().copied());
            known.paths.insert(sheet.path(), Some(ids.collect()));
        }
        for topic in &library.topics {
            known.paths.insert(topic.path(), None);
        }
        for page in &library.pages {
            known.paths.insert(page.path(), Some(page.text.ids.iter().map(String::as_str).collect()));
        }
        known
    }

    pub fn has_sheet(&self, slug: &str) -> bool {
        self.slugs.contains(slug)
    }

    /// Links of one page to others and to parts of itself.
    pub fn links(&self, source: &SourceFile, own: &str, text: &RenderedMarkdown) -> Vec<CheckFinding> {
        text.links.iter().filter_map(|(place, to)| self.link(source, own, *place, to)).collect()
    }

    fn link(&self, source: &SourceFile, own: &str, place: Position, to: &str) -> Option<CheckFinding> {
        let (path, id) = to.split_once('#').map_or((to, None), |(path, id)| (path, Some(id)));
        let path = match path.split('?').next().unwrap_or_default() {
            "" => own,
            path if path.starts_with('/') => path,
            _ => return None,
        };
        let Some(ids) = self.paths.get(path) else {
            return Some(source.in_text(place, "dead-link", format!("{path} is not a page of this site")));
        };
        let (Some(id), Some(ids)) = (id, ids) else { return None };
        let rule = if path == "/glossary" { "unknown-term" } else { "dead-anchor" };
        (!ids.contains(&id)).then(|| source.in_text(place, rule, format!("{path} has no part {id:?}")))
    }

    /// Sources, slugs and topics of one sheet.
    pub fn sheet(&self, source: &SourceFile, sheet: &Sheet, prose: &Prose) -> Vec<CheckFinding> {
        let front = &sheet.front;
        let cited = &sheet.text.cited;
        let mut findings = self.sources(source, prose);
        let quoted = |word: &str| format!("\"{word}\"");
        for key in cited.iter().filter(|key| !front.references.contains(key)) {
            let message = format!("{key} is cited but not listed under references");
            findings.push(source.at_words(&format!("[^{key}]"), "references-differ", message));
        }
        for key in front.references.iter().filter(|key| !cited.contains(key)) {
            let message = format!("{key} is listed under references but not cited");
            findings.push(source.at_value("references", &quoted(key), "references-differ", message));
        }
        for related in &front.related {
            let slug = &related.slug;
            let found = if !self.has_sheet(slug) {
                ("unknown-related", format!("there is no sheet or guide {slug:?}"))
            } else if *slug == sheet.slug {
                ("contradiction", "the page is related to itself".to_owned())
            } else {
                continue;
            };
            findings.push(source.at_value("related", &quoted(slug), found.0, found.1));
        }
        if let Some(topics) = &self.topics {
            for topic in front.topics.iter().filter(|topic| !topics.contains(*topic)) {
                let message = format!("there is no topic {topic:?}");
                findings.push(source.at_value("topics", &quoted(topic), "unknown-topic", message));
            }
        }
        findings
    }

    fn sources(&self, source: &SourceFile, prose: &Prose) -> Vec<CheckFinding> {
        let mut findings = Vec::new();
        for (place, key) in &prose.cited {
            match self.library.references.get(key) {
                None => {
                    let message = format!("{key} is not in references.toml");
                    findings.push(source.in_text(*place, "unknown-reference", message));
                }
                Some(reference) if !reference.checked => {
                    let message = format!("{key} was not yet compared with a public record");
                    findings.push(source.in_text(*place, "unchecked-reference", message));
                }
                Some(_) => {}
            }
        }
        findings
    }

    /// Addresses that two pages want.
    pub fn slugs(&self, content: &Path) -> Vec<CheckFinding> {
        let mut seen = HashSet::new();
        let mut findings = Vec::new();
        for sheet in &self.library.sheets {
            for slug in std::iter::once(&sheet.slug).chain(&sheet.front.aliases) {
                if !seen.insert(slug.as_str()) {
                    let message = format!("the slug {slug:?} is used twice");
                    findings.push(CheckFinding::of_file(&sheet.file(content), "slug-twice", message));
                }
            }
        }
        findings
    }
}

/// The slugs of topics.toml: names of its tables, or the `slug` of each entry of a list.
fn topics(content: &Path) -> Option<BTreeSet<String>> {
    let text = std::fs::read_to_string(content.join("topics.toml")).ok()?;
    let table: toml::Table = text.parse().ok()?;
    let mut slugs = BTreeSet::new();
    for (key, value) in table {
        match value {
            toml::Value::Array(entries) => {
                let named = |entry: &toml::Value| Some(entry.get("slug")?.as_str()?.to_owned());
                slugs.extend(entries.iter().filter_map(named));
            }
            toml::Value::Table(_) => _ = slugs.insert(key),
            _ => {}
        }
    }
    Some(slugs)
}
