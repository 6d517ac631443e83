//! Keeps the list of open connections: a bounded number, a share for each network, and the idlest is ended for a new
//! one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::sync::Notify;

use crate::web::security;

/// More would not fit into the memory that the service may have: each takes up to 64 KB while it sends a form.
const MOST: u64 = 6_000;
/// Of the files that the program may open: for the database, the content, mail, and connections that come and go.
const OTHER_FILES: u64 = 512;
/// Beyond the most, while those that were asked to end do so.
const OVERLAP: usize = 64;
/// Of one network near the most, so that the next one finds room.
const LEAST_SHARE: usize = 4;
/// Who says nothing for so long may have to go.
const QUIET: Duration = Duration::from_secs(1);
/// How often it is seen whether someone has become quiet.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// All connections of a listener.
pub struct Connections {
    most: usize,
    /// How many one network may hold while there is room; no limit behind a proxy, whose connections are all its own.
    most_of_one: Option<usize>,
    held: Mutex<Held>,
    freed: Notify,
}

#[derive(Default)]
struct Held {
    next: u64,
    all: HashMap<u64, Arc<HttpConnection>>,
    networks: HashMap<IpAddr, usize>,
}

/// One connection, as its task and this list know it.
pub struct HttpConnection {
    network: IpAddr,
    began: Instant,
    /// A request has come whole, and its answer is being made. Who sends or reads slowly is not busy.
    busy: AtomicBool,
    /// A request was read.
    has_asked: AtomicBool,
    /// Milliseconds since `began` at which it became quiet.
    quiet_since: AtomicU64,
    is_to_close: AtomicBool,
    end: Notify,
}

/// A connection's place, given back when it is dropped.
pub struct ConnectionPlace {
    connections: Arc<Connections>,
    id: u64,
    pub connection: Arc<HttpConnection>,
    /// How many others were open when it came.
    pub others: usize,
}

/// How many connections are held at once, by the number of files that this process may open; that is raised as far as
/// they need it and the system lets it.
pub fn most() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let wanted = MOST + OTHER_FILES;
    let raised = limit.maximum.map_or(wanted, |maximum| maximum.min(wanted));
    if limit.current.is_some_and(|current| current < raised) {
        // Where it is refused, fewer are held.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum });
    }
    places(getrlimit(Resource::Nofile).current)
}

/// No limit of files is `None`.
fn places(files: Option<u64>) -> usize {
    let places = files.map_or(MOST, |files| files.saturating_sub(OTHER_FILES).clamp(64, MOST));
    usize::try_from(places).unwrap_or(usize::MAX)
}

impl HttpConnection {
    fn of(network: IpAddr) -> HttpConnection {
        HttpConnection {
            network,
            began: Instant::now(),
            busy: AtomicBool::new(false),
            has_asked: AtomicBool::new(false),
            quiet_since: AtomicU64::new(0),
            is_to_close: AtomicBool::new(false),
            end: Notify::new(),
        }
    }

    /// A request was read, and its body has still to come: until then it is the visitor who is waited for.
    pub fn begin_body(&self) {
        self.has_asked.store(true, Ordering::Relaxed);
        self.end_answer();
    }

    pub fn begin_answer(&self) {
        self.has_asked.store(true, Ordering::Relaxed);
        self.busy.store(true, Ordering::Relaxed);
    }

    pub fn end_answer(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.quiet_since.store(now, Ordering::Relaxed);
        self.busy.store(false, Ordering::Relaxed);
    }

    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed)
    }

    /// False until the first request was read.
    pub fn has_asked(&self) -> bool {
        self.has_asked.load(Ordering::Relaxed)
    }

    /// Returns when the place is needed for someone else.
    pub async fn close_requested(&self) {
        self.end.notified().await;
    }

    /// How long it has been quiet; nothing while it is busy, or when it is to close already.
    fn quiet_for(&self) -> Option<Duration> {
        if self.is_busy() || self.is_to_close.load(Ordering::Relaxed) {
            return None;
        }
        let since = Duration::from_millis(self.quiet_since.load(Ordering::Relaxed));
        Some(self.began.elapsed().saturating_sub(since)).filter(|quiet| *quiet >= QUIET)
    }
}

impl Connections {
    pub fn new(most: usize, most_of_one: Option<usize>) -> Arc<Connections> {
        Arc::new(Connections { most, most_of_one, held: Mutex::default(), freed: Notify::new() })
    }

    /// Waits until one more can be taken: there is room, or someone quiet who can go.
    pub async fn room(&self) {
        loop {
            {
                let held = self.lock();
                let full = held.all.len() >= self.most + OVERLAP;
                if held.all.len() < self.most || !full && held.idlest(None).is_some() {
                    return;
                }
            }
            let _ = tokio::time::timeout(LOOK_EVERY, self.freed.notified()).await;
        }
    }

    /// A place for who comes from this address. Near the most, the idlest goes for it; a network that holds its share
    /// gives one of its own quiet ones, or gets nothing.
    pub fn place(self: &Arc<Connections>, address: IpAddr) -> Option<ConnectionPlace> {
        let network = security::provider(address);
        let mut held = self.lock();
        let own = held.networks.get(&network).copied().unwrap_or(0);
        if self.share(held.all.len()).is_some_and(|share| own >= share) {
            held.idlest(Some(network))?.request_close();
        } else if held.all.len() >= self.most {
            held.idlest(None)?.request_close();
        }
        let (id, connection) = (held.next, Arc::new(HttpConnection::of(network)));
        held.next += 1;
        let others = held.all.len();
        held.all.insert(id, connection.clone());
        *held.networks.entry(network).or_default() += 1;
        Some(ConnectionPlace { connections: self.clone(), id, connection, others })
    }

    /// How many one network may hold: all that it may while half is free, and less and less after that.
    fn share(&self, taken: usize) -> Option<usize> {
        let free = self.most.saturating_sub(taken);
        self.most_of_one.map(|most| (free * most * 2 / self.most).clamp(LEAST_SHARE.min(most), most))
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn idlest(&self, of: Option<IpAddr>) -> Option<&HttpConnection> {
        let theirs = self.all.values().filter(|one| of.is_none_or(|network| one.network == network));
        let quiet = theirs.filter_map(|one| Some((one.quiet_for()?, one)));
        quiet.max_by_key(|(quiet, _)| *quiet).map(|(_, one)| &**one)
    }
}

impl HttpConnection {
    fn request_close(&self) {
        self.is_to_close.store(true, Ordering::Relaxed);
        self.end.notify_one();
    }
}

impl Drop for ConnectionPlace {
    fn drop(&mut self) {
        let mut held = self.connections.lock();
        held.all.remove(&self.id);
        if let Some(count) = held.networks.get_mut(&self.connection.network) {
            *count -= 1;
            if *count == 0 {
                held.networks.remove(&self.connection.network);
            }
        }
        drop(held);
        self.connections.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_held_as_files_may_be_opened_beside_the_others() {
        assert_eq!(
            [Some(100), Some(1024), Some(4096), Some(1 << 20), None].map(places),
            [64, 512, 3584, 6000, 6000]
        );
    }

    fn busy(connections: &Arc<Connections>, address: &str) -> Option<ConnectionPlace> {
        let place = connections.place(address.parse().unwrap())?;
        place.connection.begin_answer();
        Some(place)
    }

    #[test]
    fn a_network_holds_as_many_as_it_may_and_gives_back_what_has_ended() {
        let connections = Connections::new(100, Some(2));
        let first = busy(&connections, "2001:db8::1").unwrap();
        let _second = busy(&connections, "2001:db8::2:2").unwrap();
        assert!(busy(&connections, "2001:db8::3").is_none(), "the same household");
        assert!(busy(&connections, "2001:db8:0:1::1").is_none(), "of the same /48");
        assert!(busy(&connections, "2001:db8:1::1").is_some() && busy(&connections, "192.0.2.1").is_some());
        drop(first);
        assert!(busy(&connections, "2001:db8::3").is_some());
        let mapped =
            [busy(&connections, "192.0.2.1").unwrap(), busy(&connections, "::ffff:192.0.2.1").unwrap()];
        assert!(busy(&connections, "192.0.2.1").is_none(), "the same address in both notations");
        drop(mapped);
        assert_eq!(connections.lock().networks.len(), 1, "nothing is remembered of who has gone");
    }

    #[test]
    fn without_a_limit_every_connection_is_taken() {
        let connections = Connections::new(512, None);
        let places: Vec<_> = (0..100).map(|_| busy(&connections, "127.0.0.1")).collect();
        assert!(places.iter().all(Option::is_some));
    }

    #[test]
    fn a_hundred_networks_that_hold_all_they_may_leave_room_for_the_next() {
        let connections = Connections::new(512, Some(48));
        let mut places = Vec::new();
        for _ in 0..48 {
            for network in 0..100 {
                places.extend(busy(&connections, &format!("10.0.{network}.1")));
            }
        }
        assert!(places.len() < 512, "{}", places.len());
        assert!(busy(&connections, "192.0.2.1").is_some());
    }

    #[tokio::test]
    async fn when_all_are_taken_the_idlest_goes_first_and_a_busy_one_never() {
        let connections = Connections::new(3, None);
        let busy = busy(&connections, "192.0.2.1").unwrap();
        let idle = connections.place([192, 0, 2, 2].into()).unwrap();
        let less_idle = connections.place([192, 0, 2, 3].into()).unwrap();
        assert!(connections.place([192, 0, 2, 4].into()).is_none(), "nobody has been quiet for long");
        tokio::time::sleep(QUIET).await;
        less_idle.connection.end_answer();
        let _next = connections.place([192, 0, 2, 4].into()).unwrap();
        let is_to_close = |place: &ConnectionPlace| place.connection.is_to_close.load(Ordering::Relaxed);
        assert!(is_to_close(&idle) && !is_to_close(&less_idle) && !is_to_close(&busy));
        idle.connection.close_requested().await;
    }
}
