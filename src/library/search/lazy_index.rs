//! The index, built when the first search needs it or ahead of that, so that pages are answered without it.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::anyhow;
use tokio::sync::SetOnce;
use tokio::task;

use crate::library::search::index::{Index, SearchAnswer};
use crate::library::search::source::{IndexedPage, Source};
use crate::library::search::synonyms::Synonyms;
use crate::signs::SignsReader;

pub struct LazyIndex {
    /// Until it is built.
    parts: Mutex<Option<IndexParts>>,
    built: SetOnce<anyhow::Result<Index>>,
}

/// What it is built of.
struct IndexParts {
    sources: Vec<Source>,
    synonyms: Synonyms,
    signs: Arc<SignsReader>,
}

impl LazyIndex {
    /// Of no page yet.
    pub fn new(synonyms: Synonyms, signs: Arc<SignsReader>) -> LazyIndex {
        let parts = IndexParts { sources: Vec::new(), synonyms, signs };
        LazyIndex { parts: Mutex::new(Some(parts)), built: SetOnce::new() }
    }

    /// Says which pages it holds, before it is built.
    pub fn hold(&mut self, sources: Vec<Source>) {
        if let Some(parts) = self.parts.get_mut().unwrap_or_else(PoisonError::into_inner) {
            parts.sources = sources;
        }
    }

    /// Builds it, unless that was begun: 100 milliseconds for the shipped pages, on this thread and others.
    pub fn build(&self) {
        let parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(IndexParts { sources, synonyms, signs }) = parts else { return };
        // On a thread of its own, as it blocks, and so that whoever waits hears of a panic too.
        let build = || Index::build(sources, &synonyms, &signs);
        let built = thread::scope(|scope| scope.spawn(build).join());
        let built = built.unwrap_or_else(|_| Err(anyhow!("a thread panicked")));
        // The parts are taken once, and so it is set once.
        let _ = self.built.set(built);
    }

    /// As `Index::search`.
    pub async fn search(self: &Arc<LazyIndex>, typed: &str) -> sqlx::Result<SearchAnswer<'_>> {
        self.ready().await?.search(typed).await
    }

    /// As `Index::suggest`.
    pub async fn suggest(self: &Arc<LazyIndex>, typed: &str) -> sqlx::Result<Vec<&IndexedPage>> {
        self.ready().await?.suggest(typed).await
    }

    async fn ready(self: &Arc<LazyIndex>) -> sqlx::Result<&Index> {
        if !self.built.initialized() {
            let index = self.clone();
            task::spawn_blocking(move || index.build());
        }
        let built = self.built.wait().await;
        built.as_ref().map_err(|error| sqlx::Error::Configuration(format!("{error:#}").into()))
    }
}
