//! The counts since they were last stored, in memory. A kill loses at most the last minute of them.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;
use strum::VariantArray;

use crate::web::security::household;

/// What is counted. Stored as its word in kebab case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Counted {
    /// A page was read; the subject is its path.
    Read,
    Search,
    AssessmentBegun,
    AssessmentFinished,
    /// A form came back with a complaint about a field; the subject is "form: field".
    WrongField,
    /// The weekly mail of a week was made.
    WeeklyMail,
}

/// Networks told apart for one search of a day. More make no difference to what is shown.
const MOST_NETWORKS: usize = 20;
/// Searches without a result that are remembered in a day: what comes later is not counted.
const MOST_QUERIES: usize = 2_000;
/// So many of them are remembered of one network, so that nobody takes the room of all others.
const MOST_OF_A_NETWORK: usize = 20;

#[derive(Default)]
pub struct VisitCounts {
    tally: Mutex<Tally>,
    missed: Mutex<Missed>,
}

#[derive(Default)]
struct Tally([HashMap<String, u32>; Counted::VARIANTS.len()]);

/// Who searched for what today. Networks are kept as hashes under a key that ends with the day and is never stored.
#[derive(Default)]
struct Missed {
    day: Option<Date>,
    key: RandomState,
    networks: HashMap<String, HashSet<u64>>,
    /// How many searches each network was the first to type.
    first: HashMap<u64, usize>,
}

/// A search of one day that found nothing.
#[derive(Debug, PartialEq)]
pub struct FoundNothing {
    pub query: String,
    /// How many networks typed it since the program was started or the day began.
    pub networks: usize,
}

impl Counted {
    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl VisitCounts {
    pub fn add(&self, what: Counted, subject: &str) {
        let mut tally = locked(&self.tally);
        let times = &mut tally.0[what as usize];
        match times.get_mut(subject) {
            Some(times) => *times += 1,
            None => {
                times.insert(subject.to_owned(), 1);
            }
        }
    }

    /// Everything since the last time, and nothing is left.
    pub fn take(&self) -> Vec<(Counted, String, u32)> {
        let taken = std::mem::take(&mut *locked(&self.tally));
        let named = Counted::VARIANTS.iter().zip(taken.0);
        named.flat_map(|(what, times)| times.into_iter().map(|(of, times)| (*what, of, times))).collect()
    }

    /// What could not be stored counts with what comes next.
    pub fn put_back(&self, counts: Vec<(Counted, String, u32)>) {
        let mut tally = locked(&self.tally);
        for (what, subject, times) in counts {
            *tally.0[what as usize].entry(subject).or_default() += times;
        }
    }

    /// A search that found nothing. `query` is one line, as typed.
    pub fn found_nothing(&self, query: &str, from: IpAddr, today: Date) {
        let query = query.to_lowercase();
        let mut missed = locked(&self.missed);
        let missed = &mut *missed;
        if missed.day != Some(today) {
            *missed = Missed { day: Some(today), ..Missed::default() };
        }
        let network = missed.key.hash_one(household(from));
        let is_room = missed.networks.len() < MOST_QUERIES;
        if let Some(networks) = missed.networks.get_mut(&query) {
            if networks.len() < MOST_NETWORKS {
                networks.insert(network);
            }
        } else if is_room {
            let first = missed.first.entry(network).or_default();
            if *first < MOST_OF_A_NETWORK {
                *first += 1;
                missed.networks.insert(query, HashSet::from([network]));
            }
        }
    }

    /// The searches of a day that found nothing. They stay until the day is over.
    pub fn missed_on(&self, day: Date) -> Vec<FoundNothing> {
        let missed = locked(&self.missed);
        let ours = (missed.day == Some(day)).then_some(&missed.networks);
        ours.into_iter()
            .flatten()
            .map(|(query, networks)| FoundNothing { query: query.clone(), networks: networks.len() })
            .collect()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn what_is_counted_is_taken_once() {
        let counts = VisitCounts::default();
        counts.add(Counted::Read, "/fact-sheets/sciatica");
        counts.add(Counted::Read, "/fact-sheets/sciatica");
        counts.add(Counted::Search, "");
        let mut taken = counts.take();
        taken.sort_by_key(|(what, ..)| *what as usize);
        let expected =
            vec![(Counted::Read, "/fact-sheets/sciatica".to_owned(), 2), (Counted::Search, String::new(), 1)];
        assert_eq!(taken, expected);
        assert!(counts.take().is_empty());
        counts.put_back(taken);
        counts.add(Counted::Search, "");
        assert_eq!(counts.take().iter().map(|(.., times)| times).sum::<u32>(), 4);
    }

    #[test]
    fn one_network_does_not_take_the_room_of_what_others_search_for() {
        let counts = VisitCounts::default();
        let monday = date(2026, 11, 23);
        for number in 0..3_000 {
            counts.found_nothing(&format!("words {number}"), "192.0.2.1".parse().unwrap(), monday);
        }
        assert_eq!(counts.missed_on(monday).len(), MOST_OF_A_NETWORK);
        counts.found_nothing("chilblains", "198.51.100.7".parse().unwrap(), monday);
        counts.found_nothing("chilblains", "192.0.2.1".parse().unwrap(), monday);
        let found = counts.missed_on(monday).into_iter().find(|found| found.query == "chilblains");
        assert_eq!(found.map(|found| found.networks), Some(2));
    }

    #[test]
    fn one_network_is_one_however_often_it_searches_and_another_day_begins_anew() {
        let counts = VisitCounts::default();
        let (monday, tuesday) = (date(2026, 11, 23), date(2026, 11, 24));
        for address in ["192.0.2.1", "192.0.2.1", "198.51.100.7"] {
            counts.found_nothing("Chilblains", address.parse().unwrap(), monday);
        }
        let found = FoundNothing { query: "chilblains".to_owned(), networks: 2 };
        assert_eq!(counts.missed_on(monday), [found]);
        counts.found_nothing("chilblains", "192.0.2.1".parse().unwrap(), tuesday);
        assert!(counts.missed_on(monday).is_empty());
        assert_eq!(counts.missed_on(tuesday)[0].networks, 1);
    }
}
