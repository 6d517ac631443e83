//! Search: what was typed, slips and all, as the pages that answer it, in the order of their worth.
//!
//! The index is our own and not SQLite's FTS5: it is built with the library and swapped with it, and needs no
//! connection. Over 10,000 sheets it answers in under a millisecond, where FTS5's ranking of common words takes 5 to 11.
//! What makes a search good here, reading slips and lay words, FTS5 would leave to us anyway.

use std::collections::HashMap;

use crate::library::markdown::Passage;

use alarm::Alarm;
use index::Postings;
use meanings::{Meaning, Said};
use passage::LookedFor;
pub use passage::Marked;
pub use sources::sources;
use spelling::Vocabulary;

mod alarm;
mod index;
mod meanings;
pub mod pages;
mod passage;
mod query;
mod ranking;
mod sources;
mod spelling;
mod stem;
mod synonyms;
pub(crate) mod words;
pub use synonyms::{Group, Synonyms};

/// A page as the index reads it.
#[derive(Default)]
pub struct Source {
    pub path: String,
    pub title: String,
    pub subtitle: String,
    pub summary: String,
    pub keywords: Vec<String>,
    pub passages: Vec<Passage>,
    /// "Fact sheet", "Guide"; with its category.
    pub kind: String,
    pub category: String,
    /// Below 1 for pages that are about the site rather than about a back.
    pub weight: f32,
}

/// A page as the results show it.
pub struct Page {
    pub path: String,
    pub title: String,
    pub kind: String,
    pub category: String,
    subtitle: String,
    passages: Vec<String>,
    weight: f32,
}

pub struct Index {
    pages: Vec<Page>,
    postings: Postings,
    vocabulary: Vocabulary,
    meanings: Vec<Meaning>,
    said: Vec<Said>,
    said_first: HashMap<String, Vec<usize>>,
    emergency: Alarm,
    crisis: Alarm,
}

/// What a search says.
pub struct Answer<'i> {
    /// Pages in the order of their worth.
    pub found: Vec<Found<'i>>,
    /// The typed text with its likely slips mended.
    pub meant: Option<String>,
    pub is_emergency: bool,
    pub is_crisis: bool,
}

pub struct Found<'i> {
    pub page: &'i Page,
    number: usize,
    looked_for: std::rc::Rc<LookedFor>,
    index: &'i Index,
}

impl Found<'_> {
    /// The passage that answers best, with what matched marked.
    pub fn passage(&self) -> Marked {
        self.index.passage(self.number, &self.looked_for)
    }
}

impl Index {
    pub fn build(sources: Vec<Source>, synonyms: &Synonyms) -> Index {
        let said = synonyms.group.iter().flat_map(|group| &group.people);
        let helps = [&synonyms.emergency, &synonyms.crisis].into_iter();
        let cried =
            helps.flat_map(|help| help.people.iter().chain(&help.calm).chain(help.kinds.values().flatten()));
        let spoken: Vec<&String> = said.chain(cried).collect();
        let (postings, vocabulary) = Postings::build(&sources, &spoken);
        let mut index = Index {
            pages: sources.into_iter().map(Page::from).collect(),
            postings,
            vocabulary,
            meanings: Vec::new(),
            said: Vec::new(),
            said_first: HashMap::new(),
            emergency: Alarm::default(),
            crisis: Alarm::default(),
        };
        index.keep_synonyms(synonyms);
        index
    }

    /// Everything about a typed text. Pages are found whatever it holds; nothing of it is kept.
    pub fn search(&self, typed: &str) -> Answer<'_> {
        self.answer(typed, false)
    }

    /// A text without the words that seem to be of an emergency and are not.
    pub fn without_calm(&self, text: &str) -> String {
        self.emergency.without_calm(text)
    }

    /// The pages for a text whose last word may be unfinished.
    pub fn suggest(&self, typed: &str) -> Vec<&Page> {
        self.answer(typed, true).found.into_iter().map(|found| found.page).collect()
    }

    fn answer(&self, typed: &str, unfinished: bool) -> Answer<'_> {
        let query = self.read(typed, unfinished);
        let looked_for = std::rc::Rc::new(self.looked_for(&query));
        let found = |number: usize| Found {
            page: &self.pages[number],
            number,
            looked_for: looked_for.clone(),
            index: self,
        };
        Answer {
            found: self.rank(&query).into_iter().map(found).collect(),
            is_emergency: self.emergency.is_in(&query.keys),
            is_crisis: self.crisis.is_in(&query.keys),
            meant: query.meant,
        }
    }
}

impl From<Source> for Page {
    fn from(source: Source) -> Page {
        Page {
            path: source.path,
            title: source.title,
            kind: source.kind,
            category: source.category,
            subtitle: source.subtitle,
            passages: source.passages.into_iter().map(|passage| passage.words).collect(),
            weight: source.weight,
        }
    }
}
