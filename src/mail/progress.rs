//! What the worker knows of the moment: which mails it has in hand, whether the mail server can be used, whether to stop.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::mail::outcome::{Outcome, PROBE_EVERY};

/// Mails sent at the same time.
pub const AT_ONCE: usize = 4;
/// Mails taken up at the same time.
const BATCH: usize = 20;

pub struct Progress {
    in_hand: Arc<Mutex<HashSet<i64>>>,
    /// While the mail server cannot be used: when it was last tried.
    outage: Mutex<Option<i64>>,
    stopping: AtomicBool,
    slots: Semaphore,
}

impl Default for Progress {
    fn default() -> Progress {
        Progress {
            in_hand: Arc::default(),
            outage: Mutex::default(),
            stopping: AtomicBool::new(false),
            slots: Semaphore::new(AT_ONCE),
        }
    }
}

/// A mail in hand is not taken up again, whatever the clock says about its lease.
pub struct Held {
    id: i64,
    in_hand: Arc<Mutex<HashSet<i64>>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        lock(&self.in_hand).remove(&self.id);
    }
}

/// What an outcome says about the mail server.
#[derive(PartialEq, Debug)]
pub enum Turn {
    Same,
    OutageBegins,
    OutageEnds,
}

impl Progress {
    pub fn hold(&self, id: i64) -> Held {
        lock(&self.in_hand).insert(id);
        Held { id, in_hand: self.in_hand.clone() }
    }

    pub fn in_hand(&self) -> HashSet<i64> {
        lock(&self.in_hand).clone()
    }

    /// How many mails may be taken up now: in an outage, one a minute.
    pub fn room(&self, now: i64) -> usize {
        match self.next_probe(now) {
            None => BATCH,
            Some(0) if lock(&self.in_hand).is_empty() => 1,
            Some(_) => 0,
        }
    }

    /// In an outage, the seconds until the mail server is tried again. A clock that went back does not make it longer.
    pub fn next_probe(&self, now: i64) -> Option<i64> {
        let last = (*lock(&self.outage))?;
        let since = now - last;
        Some(if since < 0 { 0 } else { (PROBE_EVERY - since).max(0) })
    }

    pub fn is_outage(&self) -> bool {
        lock(&self.outage).is_some()
    }

    pub fn learn(&self, outcome: &Outcome, now: i64) -> Turn {
        let mut outage = lock(&self.outage);
        let was = outage.is_some();
        if matches!(outcome, Outcome::Unreachable(_)) || (was && !outcome.shows_a_working_server()) {
            if !matches!(outcome, Outcome::PutBack) {
                *outage = Some(now);
            }
        } else if outcome.shows_a_working_server() {
            *outage = None;
        }
        match (was, outage.is_some()) {
            (false, true) => Turn::OutageBegins,
            (true, false) => Turn::OutageEnds,
            _ => Turn::Same,
        }
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Waits until one more mail may be sent.
    pub async fn slot(&self) -> SemaphorePermit<'_> {
        self.slots.acquire().await.expect("the slots are never closed")
    }
}

/// A panic while this was locked leaves nothing half done.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
