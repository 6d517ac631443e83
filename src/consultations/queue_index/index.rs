//! Keeps the queue in memory, and reads what has changed before every use.
//!
//! Names are encrypted in the database, so it cannot search them. The program that may decrypt them keeps what the
//! queue shows.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::consultations::queue_index::entry::QueueEntry;
use crate::consultations::queue_index::search_key::{SearchKey, SearchText};
use crate::consultations::queue_index::{persons, store};
use crate::library::count;
use crate::web::app::App;
use crate::web::metrics::Alarm;

/// Rows decrypted before yielding to other tasks.
const AT_ONCE: i64 = 500;

/// The queue in memory.
#[derive(Default)]
pub struct QueueIndex {
    entries: RwLock<Entries>,
    /// One at a time takes in what changed.
    refreshing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
pub struct Entries {
    all: Vec<QueueEntry>,
    slots: HashMap<Arc<str>, usize>,
    /// For each person with more than one request, where these are in `all`.
    persons: Vec<Vec<usize>>,
    /// What each of `all` is found by.
    texts: SearchText,
    spam: usize,
    unopened: usize,
    /// The last row taken in.
    seen: (i64, String),
    erased: i64,
}

impl QueueIndex {
    /// Takes in what has changed in the database since the last time.
    pub async fn refresh(&self, app: &App) -> sqlx::Result<()> {
        let _refreshing = self.refreshing.lock().await;
        let readers = app.database.readers();
        let (revision, erased) = store::pulse(readers).await?;
        let (mut seen, known_erased) = {
            let entries = self.read();
            (entries.seen.clone(), entries.erased)
        };
        // The last number that was seen was damaged, and is another one now.
        if revision < seen.0 && erased == known_erased {
            seen = (0, String::new());
        }
        let left = if erased == known_erased { None } else { Some(store::references(readers).await?) };
        let mut fresh: Vec<QueueEntry> = Vec::new();
        while revision > seen.0 || seen.1.is_empty() {
            let rows = store::changed(readers, &seen, AT_ONCE).await?;
            let Some(last) = rows.last() else { break };
            seen = (last.revision, last.reference.clone());
            for row in rows {
                fresh.push(QueueEntry::of(row, app));
            }
            tokio::task::yield_now().await;
        }
        if left.is_some() || !fresh.is_empty() {
            let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(left) = left {
                entries.keep_only(&left, erased);
            }
            fresh.into_iter().for_each(|entry| entries.put(entry));
            entries.seen = seen;
            entries.put_in_order();
            warn_of_unopened(app, entries.unopened);
        }
        Ok(())
    }

    /// Requests that ended last, the latest first.
    pub async fn done_lately(&self, app: &App, most: i64) -> sqlx::Result<Vec<QueueEntry>> {
        let references = store::ended_last(app.database.readers(), most).await?;
        let entries = self.read();
        Ok(references.iter().filter_map(|reference| entries.get(reference).cloned()).collect())
    }

    pub fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    pub fn all(&self) -> &[QueueEntry] {
        &self.all
    }

    pub fn get(&self, reference: &str) -> Option<&QueueEntry> {
        self.slots.get(reference).map(|slot| &self.all[*slot])
    }

    /// How many are among spam and are not over.
    pub fn spam(&self) -> usize {
        self.spam
    }

    /// The last change of all that is in the index.
    pub fn revision(&self) -> i64 {
        self.seen.0
    }

    /// How many people have more than one request.
    pub fn persons(&self) -> usize {
        self.persons.len()
    }

    /// Other requests with the same address or number, the newest first.
    pub fn same_person(&self, entry: &QueueEntry) -> Vec<&QueueEntry> {
        let Some(person) = entry.person else { return Vec::new() };
        let shares = |(one, other): (&Option<u64>, &Option<u64>)| one.is_some() && one == other;
        let same = |other: &&QueueEntry| {
            other.contact_hashes.iter().zip(&entry.contact_hashes).any(shares)
                && other.reference != entry.reference
        };
        let mut found: Vec<&QueueEntry> =
            self.persons[person].iter().map(|slot| &self.all[*slot]).filter(same).collect();
        found.sort_by_key(|other| std::cmp::Reverse(other.created_at));
        found
    }

    /// Where in `all` those stand that are looked for, in its order.
    pub fn found_by(&self, key: &SearchKey) -> Vec<u32> {
        key.found_in(&self.texts)
    }

    /// After every change: what is known of persons and of texts speaks of places in `all`.
    fn put_in_order(&mut self) {
        self.persons = persons::find(&mut self.all);
        self.texts = SearchText::of(self.all.iter().map(|entry| &*entry.found_by));
    }

    fn put(&mut self, entry: QueueEntry) {
        self.take_out(&entry.reference.clone());
        self.spam += usize::from(entry.is_open_spam());
        self.unopened += usize::from(entry.unopened);
        self.slots.insert(entry.reference.clone(), self.all.len());
        self.all.push(entry);
    }

    fn take_out(&mut self, reference: &str) {
        let Some(slot) = self.slots.remove(reference) else { return };
        let gone = self.all.swap_remove(slot);
        self.spam -= usize::from(gone.is_open_spam());
        self.unopened -= usize::from(gone.unopened);
        if let Some(moved) = self.all.get(slot) {
            self.slots.insert(moved.reference.clone(), slot);
        }
    }

    fn keep_only(&mut self, left: &HashSet<String>, erased: i64) {
        let gone: Vec<Arc<str>> =
            self.slots.keys().filter(|reference| !left.contains(&***reference)).cloned().collect();
        gone.iter().for_each(|reference| self.take_out(reference));
        self.erased = erased;
    }
}

fn warn_of_unopened(app: &App, number: usize) {
    const NAME: &str = "requests-unopened";
    if number == 0 {
        return app.site.metrics.end(NAME);
    }
    let sentence = format!(
        "{} cannot be opened: tell whoever looks after the site at once, to put the right sealing.key back or restore the last good backup.",
        count(number, "request")
    );
    app.site.metrics.raise(Alarm { name: NAME, sentence, link: None });
}
