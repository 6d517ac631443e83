//! The index of the whole site: built when the library is loaded, asked by the search page and the suggestions.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Context;

use crate::library::parallel;
use crate::library::search::marked::{Marked, pieces};
use crate::library::search::meanings::Meanings;
use crate::library::search::query::{SearchQuery, read};
use crate::library::search::source::{IndexedPage, Source};
use crate::library::search::spelling::{SearchVocabulary, is_common};
use crate::library::search::store::{Asked, IndexEntry, Store};
use crate::library::search::synonyms::Synonyms;
use crate::library::search::words::{canonical, strength};
use crate::signs::Help;
use crate::signs::SignsReader;

/// Pages with less than this part of the best page's score are left out.
const WEAKEST: f32 = 0.05;

pub struct Index {
    pages: Vec<IndexedPage>,
    store: Store,
    vocabulary: SearchVocabulary,
    meanings: Meanings,
    signs: Arc<SignsReader>,
}

/// What a search says.
pub struct SearchAnswer<'i> {
    /// Pages in the order of their worth.
    pub found: Vec<Found<'i>>,
    /// The typed text with its likely slips mended.
    pub meant: Option<String>,
    /// Which help the words, or what they were meant to be, call for: the most urgent first.
    pub help: Vec<Help>,
    index: &'i Index,
    marked: Vec<(String, f32)>,
}

pub struct Found<'i> {
    pub page: &'i IndexedPage,
    number: u32,
}

impl Index {
    /// Blocks its thread, on which no runtime may run.
    pub fn build(
        sources: Vec<Source>,
        synonyms: &Synonyms,
        signs: &Arc<SignsReader>,
    ) -> anyhow::Result<Index> {
        let spoken: Vec<&String> = synonyms.group.iter().flat_map(|group| &group.people).collect();
        let pages: Vec<_> =
            sources.iter().map(|source| (source.texts(), source.keywords.as_slice())).collect();
        let vocabulary = SearchVocabulary::new(&pages, &spoken);
        let entries = parallel::map(&sources, |source| entry(source, &vocabulary));
        let mut meanings = Meanings::new(synonyms);
        let store = fill(&entries, &mut meanings)?;
        let pages = sources.into_iter().map(IndexedPage::from).collect();
        Ok(Index { pages, store, vocabulary, meanings, signs: signs.clone() })
    }

    /// Everything about a typed text. Pages are found whatever it holds; nothing of it is kept.
    pub async fn search(&self, typed: &str) -> sqlx::Result<SearchAnswer<'_>> {
        let query = self.read(typed, false);
        let found = self.found(&query).await?;
        Ok(SearchAnswer { found, meant: query.meant, help: query.help, index: self, marked: query.marked })
    }

    /// The pages for a text whose last word may be unfinished.
    pub async fn suggest(&self, typed: &str) -> sqlx::Result<Vec<&IndexedPage>> {
        let found = self.found(&self.read(typed, true)).await?;
        Ok(found.into_iter().map(|found| found.page).collect())
    }

    fn read(&self, typed: &str, unfinished: bool) -> SearchQuery {
        read(typed, unfinished, &self.vocabulary, &self.meanings, &self.signs)
    }

    async fn found(&self, query: &SearchQuery) -> sqlx::Result<Vec<Found<'_>>> {
        let mut ranked = self.store.ranked(&query.asked, query.quoted.as_deref()).await?;
        if ranked.is_empty() {
            // Words that most pages have, or a phrase that none has.
            let every = query.asked.iter().cloned().map(|asked| Asked { on_page: 1.0, ..asked });
            ranked = self.store.ranked(&every.collect::<Vec<_>>(), None).await?;
        }
        let best = ranked.first().map_or(0.0, |(_, score)| *score);
        let found = ranked.into_iter().filter(|(_, score)| *score >= WEAKEST * best);
        Ok(found.map(|(number, _)| Found { page: &self.pages[number as usize], number }).collect())
    }
}

impl SearchAnswer<'_> {
    /// For some of the pages found, the passage that answers best, with what matched marked; the page's own line when
    /// its text has nothing of it.
    pub async fn passages(&self, some: Range<usize>) -> sqlx::Result<Vec<Marked>> {
        let found = &self.found[some];
        let numbers: Vec<u32> = found.iter().map(|found| found.number).collect();
        let passages = self.index.store.passages(&numbers, &self.marked).await?;
        let line = |found: &Found| vec![(false, found.page.subtitle.clone())];
        Ok(found
            .iter()
            .map(|found| passages.get(&found.number).map_or_else(|| line(found), |text| pieces(text)))
            .collect())
    }
}

fn fill(entries: &[IndexEntry], meanings: &mut Meanings) -> anyhow::Result<Store> {
    let filled = async {
        let store = Store::open(entries).await?;
        for asked in meanings.all.iter_mut().filter_map(|meaning| meaning.asked.as_mut()) {
            if is_common(store.count(&asked.expression).await?, entries.len()) {
                asked.on_page = 0.0;
            }
        }
        anyhow::Ok(store)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(filled).context("the search index cannot be filled")
}

fn entry(source: &Source, vocabulary: &SearchVocabulary) -> IndexEntry {
    // Words that say nothing take no place, so that "nerve in my back" holds "nerve back".
    let indexed = |text: &str| {
        let found = vocabulary.words(text);
        let kept = found.iter().filter(|word| strength(&word.surface) > 0.0);
        kept.map(|word| canonical(&word.surface)).collect::<Vec<_>>().join(" ")
    };
    let all = |headings: bool| {
        let passages = source.passages.iter().filter(move |passage| passage.heading == headings);
        passages.map(|passage| passage.words.as_str()).collect::<Vec<_>>()
    };
    let lines: Vec<String> =
        [&source.title].into_iter().chain(&source.keywords).map(|line| indexed(line)).collect();
    let shown = [source.subtitle.as_str()].into_iter().chain(all(false));
    IndexEntry {
        title: indexed(&source.title),
        keywords: indexed(&source.keywords.join("; ")),
        lede: indexed(&format!("{} {}", source.subtitle, source.summary)),
        headings: indexed(&all(true).join("; ")),
        body: indexed(&all(false).join(" ")),
        lines,
        passages: shown.map(str::to_owned).collect(),
        weight: source.weight,
    }
}
