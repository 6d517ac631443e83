//! The queue in memory: who waits, found again by name, phone, address or reference.
//!
//! Names are sealed in the database, so it cannot search them. The program that may open them keeps what the queue
//! shows in memory, and takes in what has changed before every use.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use crate::consultations::State;
use crate::consultations::handling::{Attention, store as desk_store};
use crate::library::count;
use crate::web::app::App;
use crate::web::form::contact::{CallTime, Method};
use crate::web::form::email;
use crate::web::metrics::Alarm;

pub use crate::consultations::queue_index::search_key::{LookedFor, national};

use crate::consultations::queue_index::search_key::plain;
use store::Row;

mod persons;
mod search_key;
mod store;

/// Rows opened between two breaths: other work goes on while a full queue is read.
const AT_ONCE: i64 = 500;

/// What the queue knows of a request: how to reach the person, never what they wrote.
#[derive(Clone)]
pub struct Entry {
    pub reference: Arc<str>,
    pub state: State,
    pub created_at: i64,
    pub due_at: i64,
    pub ended_at: Option<i64>,
    pub changed_at: i64,
    pub revision: i64,
    pub safety: bool,
    pub suspect: bool,
    pub method: Method,
    pub times: Vec<CallTime>,
    /// "yes", "no" or nothing.
    pub voicemail: String,
    pub name: String,
    pub phone: String,
    pub owner: Option<i64>,
    pub next_try_at: Option<i64>,
    pub attention: Attention,
    /// When the consultation that is booked begins and ends.
    pub booked: Option<(i64, i64)>,
    pub calls: i64,
    /// Name, address, number and reference, each folded: what a search looks through.
    found_by: String,
    /// By which the same person is known: address and number.
    marks: [Option<u64>; 2],
    /// Whose it is, when they have others: a place in `Entries::persons`.
    pub person: Option<usize>,
    /// What is stored of it does not open: only what is not sealed is known.
    pub unopened: bool,
}

#[derive(Default)]
pub struct Board {
    entries: RwLock<Entries>,
    /// One at a time takes in what changed.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
pub struct Entries {
    all: Vec<Entry>,
    slots: HashMap<Arc<str>, usize>,
    /// For each person with more than one request, where these are in `all`.
    persons: Vec<Vec<usize>>,
    suspects: usize,
    unopened: usize,
    /// The last row taken in.
    seen: (i64, String),
    erased: i64,
}

impl Board {
    /// Takes in what has changed in the database since the last time.
    pub async fn refresh(&self, app: &App) -> sqlx::Result<()> {
        let _turn = self.turn.lock().await;
        let readers = app.database.readers();
        let (revision, erased) = store::pulse(readers).await?;
        let (mut seen, known_erased) = {
            let entries = self.read();
            (entries.seen.clone(), entries.erased)
        };
        let left = if erased == known_erased { None } else { Some(store::references(readers).await?) };
        let mut fresh: Vec<Entry> = Vec::new();
        while revision > seen.0 || seen.1.is_empty() {
            let rows = store::changed(readers, &seen, AT_ONCE).await?;
            let Some(last) = rows.last() else { break };
            seen = (last.revision, last.reference.clone());
            for row in rows {
                fresh.push(Entry::of(row, app));
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
            entries.find_persons();
            warn_of_unopened(app, entries.unopened);
        }
        Ok(())
    }

    /// Requests that ended last, the latest first.
    pub async fn done_lately(&self, app: &App, most: i64) -> sqlx::Result<Vec<Entry>> {
        let references = store::ended_last(app.database.readers(), most).await?;
        let entries = self.read();
        Ok(references.iter().filter_map(|reference| entries.get(reference).cloned()).collect())
    }

    pub fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    pub fn all(&self) -> &[Entry] {
        &self.all
    }

    pub fn get(&self, reference: &str) -> Option<&Entry> {
        self.slots.get(reference).map(|slot| &self.all[*slot])
    }

    /// How many look like spam and are not over.
    pub fn suspects(&self) -> usize {
        self.suspects
    }

    /// The last change of all that is on the board.
    pub fn revision(&self) -> i64 {
        self.seen.0
    }

    /// How many people have more than one request.
    pub fn persons(&self) -> usize {
        self.persons.len()
    }

    /// Other requests with the same address or number, the newest first.
    pub fn same_person(&self, entry: &Entry) -> Vec<&Entry> {
        let Some(person) = entry.person else { return Vec::new() };
        let shares = |(one, other): (&Option<u64>, &Option<u64>)| one.is_some() && one == other;
        let same = |other: &&Entry| {
            other.marks.iter().zip(&entry.marks).any(shares) && other.reference != entry.reference
        };
        let mut found: Vec<&Entry> =
            self.persons[person].iter().map(|slot| &self.all[*slot]).filter(same).collect();
        found.sort_by_key(|other| std::cmp::Reverse(other.created_at));
        found
    }

    /// After every change: what is known of persons speaks of places in `all`.
    fn find_persons(&mut self) {
        self.persons = persons::find(&mut self.all);
    }

    fn put(&mut self, entry: Entry) {
        self.take_out(&entry.reference.clone());
        self.suspects += usize::from(entry.is_open_suspect());
        self.unopened += usize::from(entry.unopened);
        self.slots.insert(entry.reference.clone(), self.all.len());
        self.all.push(entry);
    }

    fn take_out(&mut self, reference: &str) {
        let Some(slot) = self.slots.remove(reference) else { return };
        let gone = self.all.swap_remove(slot);
        self.suspects -= usize::from(gone.is_open_suspect());
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

impl Entry {
    /// A row that does not open stands on the board too, with what is known of it: somebody waits behind it.
    fn of(row: Row, app: &App) -> Entry {
        let open = |column, sealed: &Option<Vec<u8>>| {
            desk_store::decrypt(&app.cipher, &row.reference, column, sealed)
        };
        let opened =
            || Ok((open("name", &row.name)?, open("email", &row.email)?, open("phone", &row.phone)?));
        let opened: sqlx::Result<(String, String, String)> = opened();
        if let Err(error) = &opened {
            tracing::error!(reference = row.reference, %error, "a request cannot be opened");
        }
        let unopened = opened.is_err();
        let (name, address, phone) = opened.unwrap_or_default();
        let number = national(&phone);
        Entry {
            // The table takes no other words than these: what stands here for them is never seen.
            state: State::from_word(&row.state).unwrap_or(State::New),
            method: Method::from_word(&row.contact_method).unwrap_or(Method::Phone),
            attention: Attention::from_word(&row.attention).unwrap_or_default(),
            times: row.call_times.split(',').filter_map(CallTime::from_word).collect(),
            found_by: [&plain(&name), &plain(&address), &plain(&row.reference), &number]
                .map(String::as_str)
                .join("\n"),
            marks: [
                mark("address", &email::comparable(&address), &address),
                mark("number", &number, &number),
            ],
            person: None,
            unopened,
            reference: row.reference.into(),
            created_at: row.created_at,
            due_at: row.due_at,
            ended_at: row.ended_at,
            changed_at: row.changed_at,
            revision: row.revision,
            safety: row.safety,
            suspect: row.suspect,
            voicemail: row.voicemail,
            owner: row.owner_id,
            next_try_at: row.next_try_at,
            booked: row.booked_from.zip(row.booked_until),
            calls: row.calls,
            name,
            phone,
        }
    }

    fn is_open_suspect(&self) -> bool {
        self.suspect && !self.state.is_over()
    }

    pub fn is_found_by(&self, looked_for: &LookedFor) -> bool {
        looked_for.finds(&self.found_by)
    }
}

fn warn_of_unopened(app: &App, number: usize) {
    const NAME: &str = "requests-unopened";
    if number == 0 {
        return app.site.metrics.end(NAME);
    }
    let sentence = format!(
        "{} cannot be opened: tell who looks after the site at once, to put the right sealing.key back or restore the last good backup.",
        count(number, "request")
    );
    app.site.metrics.raise(Alarm { name: NAME, sentence, link: None });
}

fn mark(kind: &str, text: &str, given: &str) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    (kind, text).hash(&mut hasher);
    (!given.is_empty()).then(|| hasher.finish())
}
