//! A page as the index reads it, and as the results show it.

use std::sync::Arc;

use crate::library::markdown::Passage;

/// A page as the index reads it.
#[derive(Default)]
pub struct Source {
    pub path: String,
    pub title: String,
    pub subtitle: String,
    pub summary: String,
    pub keywords: Vec<String>,
    pub passages: Arc<[Passage]>,
    /// "Fact sheet", "Guide"; with its category.
    pub kind: String,
    pub category: String,
    /// Below 1 for pages that are about the site rather than about a back.
    pub weight: f32,
}

/// A page as the results show it.
pub struct IndexedPage {
    pub path: String,
    pub title: String,
    pub kind: String,
    pub category: String,
    pub(super) subtitle: String,
}

impl Source {
    /// The texts that are read there, without the keywords.
    pub fn texts(&self) -> Vec<&str> {
        let own = [&self.title, &self.subtitle, &self.summary].map(String::as_str);
        own.into_iter().chain(self.passages.iter().map(|passage| passage.words.as_str())).collect()
    }
}

impl From<Source> for IndexedPage {
    fn from(source: Source) -> IndexedPage {
        IndexedPage {
            path: source.path,
            title: source.title,
            kind: source.kind,
            category: source.category,
            subtitle: source.subtitle,
        }
    }
}
