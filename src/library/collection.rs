//! The whole library: every page, and the data files that pages are rendered with.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::library::glossary::Glossary;
use crate::library::questions::Questions;
use crate::library::reference::Reference;
use crate::library::search::LazyIndex;
use crate::library::sheet::{PlainPage, Sheet};
use crate::library::topics::Topic;

/// Everything to read, by kind and title.
pub struct Library {
    /// The content folder that it was read from.
    pub folder: PathBuf,
    /// What its files were like before they were read.
    pub fingerprint: u64,
    pub sheets: Vec<Sheet>,
    /// Sheets and guides that only staff see yet.
    pub drafts: Vec<Sheet>,
    pub pages: Vec<PlainPage>,
    pub references: BTreeMap<String, Reference>,
    pub glossary: Glossary,
    /// In the order that `content/topics.toml` gives them.
    pub topics: Vec<Topic>,
    pub index: Arc<LazyIndex>,
    pub questions: Questions,
    /// The SVG of each drawing, by its name.
    pub figures: BTreeMap<String, String>,
}

impl Library {
    pub fn sheet(&self, slug: &str) -> Option<&Sheet> {
        self.sheets.iter().find(|sheet| sheet.slug == slug)
    }

    /// The same with drafts: for staff alone.
    pub fn sheet_for_staff(&self, slug: &str) -> Option<&Sheet> {
        self.sheet(slug).or_else(|| self.drafts.iter().find(|draft| draft.slug == slug))
    }

    pub fn sheets_of<'l>(&'l self, topic: &'l Topic) -> impl Iterator<Item = &'l Sheet> {
        topic.sheets.iter().filter_map(|slug| self.sheet(slug))
    }

    pub fn topics_of<'l>(&'l self, sheet: &'l Sheet) -> impl Iterator<Item = &'l Topic> {
        self.topics.iter().filter(|topic| sheet.front.topics.contains(&topic.slug))
    }
}
