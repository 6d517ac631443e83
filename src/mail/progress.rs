//! The worker's state: which mails are in flight, whether the mail server can be used, whether to stop.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::mail::limits::MOST_AN_HOUR_IN_ALL;
use crate::mail::outcome::{Outcome, PROBE_EVERY};

/// The job that sends mail, as the alarms and the metrics name it.
pub const MAIL_WORKER: &str = "mail-worker";
/// Mails sent at the same time.
pub const AT_ONCE: usize = 4;
/// Mails taken up at the same time.
const BATCH: usize = 20;
/// Seconds.
pub const HOUR: i64 = 60 * 60;

pub struct Progress {
    in_flight: Arc<Mutex<HashSet<i64>>>,
    /// When each mail that failed was last tried, in seconds by a clock that cannot be set.
    tried_at: Mutex<HashMap<i64, i64>>,
    /// When mails went that had been held in a flood, by the same clock: their turns are moments of the system's, which may
    /// jump over all of them.
    /// Nothing before the outbox was asked what the last run sent.
    held_went_at: Mutex<Option<VecDeque<i64>>>,
    /// While the mail server cannot be used: when it was last tried.
    outage: Mutex<Option<i64>>,
    stopping: AtomicBool,
    slots: Semaphore,
    handovers: Semaphore,
}

impl Default for Progress {
    fn default() -> Progress {
        Progress {
            in_flight: Arc::default(),
            tried_at: Mutex::default(),
            held_went_at: Mutex::default(),
            outage: Mutex::default(),
            stopping: AtomicBool::new(false),
            slots: Semaphore::new(AT_ONCE),
            handovers: Semaphore::new(1),
        }
    }
}

/// A mail in flight is not taken up again, whatever the clock says about its lease.
pub struct InFlight {
    id: i64,
    in_flight: Arc<Mutex<HashSet<i64>>>,
}

impl Drop for InFlight {
    fn drop(&mut self) {
        lock(&self.in_flight).remove(&self.id);
    }
}

/// What an outcome says about the mail server.
#[derive(PartialEq, Debug)]
pub enum ServerChange {
    None,
    OutageBegins,
    OutageEnds,
}

impl Progress {
    pub fn hold(&self, id: i64) -> InFlight {
        lock(&self.in_flight).insert(id);
        InFlight { id, in_flight: self.in_flight.clone() }
    }

    pub fn in_flight(&self) -> HashSet<i64> {
        lock(&self.in_flight).clone()
    }

    /// How many mails may be taken up now: in an outage, one a minute.
    pub fn room(&self, now: i64) -> usize {
        match self.next_probe(now) {
            None => BATCH,
            Some(0) if lock(&self.in_flight).is_empty() => 1,
            Some(_) => 0,
        }
    }

    /// How many mails that were held in a flood may go now: so many an hour.
    pub fn held_may_go(&self, elapsed: i64) -> usize {
        let mut went = lock(&self.held_went_at);
        let went = went.get_or_insert_default();
        while went.front().is_some_and(|at| elapsed - at >= HOUR) {
            went.pop_front();
        }
        usize::try_from(MOST_AN_HOUR_IN_ALL).unwrap_or(0).saturating_sub(went.len())
    }

    /// True until `held_go`: the hour's count is not known after a start.
    pub fn must_count_held(&self) -> bool {
        lock(&self.held_went_at).is_none()
    }

    pub fn held_go(&self, many: usize, elapsed: i64) {
        lock(&self.held_went_at).get_or_insert_default().extend(std::iter::repeat_n(elapsed, many));
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

    pub fn learn(&self, outcome: &Outcome, now: i64) -> ServerChange {
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
            (false, true) => ServerChange::OutageBegins,
            (true, false) => ServerChange::OutageEnds,
            _ => ServerChange::None,
        }
    }

    /// Seconds since this program last tried the mail, which is now: none for the first time.
    pub fn since_last_try(&self, id: i64, elapsed: i64) -> i64 {
        lock(&self.tried_at).insert(id, elapsed).map_or(0, |last| elapsed - last)
    }

    /// The mail is not tried again.
    pub fn forget(&self, id: i64) {
        lock(&self.tried_at).remove(&id);
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

    /// Waits until no other mail is between the mail server and the record of its outcome: a program that is killed then
    /// leaves one mail that may go twice.
    pub async fn handover(&self) -> SemaphorePermit<'_> {
        self.handovers.acquire().await.expect("the handovers are never closed")
    }
}

/// A panic while this was locked leaves nothing half done.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
