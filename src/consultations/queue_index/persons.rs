//! Groups requests by person: those that share an address or a number, directly or through other requests.
//!
//! The groups are found by union-find, anew after each change. A map from address or number to requests would not do:
//! somebody who asked once by mail and once by phone, and then with both, must have one place in the queue.

use std::collections::HashMap;

use crate::consultations::queue_index::entry::QueueEntry;

/// The indices of each person's entries, for persons with more than one. Sets `person` of each entry.
pub fn find(entries: &mut [QueueEntry]) -> Vec<Vec<usize>> {
    // Each entry points to one of the same person; the first of them points to itself.
    let mut firsts: Vec<usize> = (0..entries.len()).collect();
    let mut at_hash: HashMap<u64, usize> = HashMap::with_capacity(2 * entries.len());
    for (slot, entry) in entries.iter().enumerate() {
        for hash in entry.contact_hashes.into_iter().flatten() {
            let other = *at_hash.entry(hash).or_insert(slot);
            let (one, other) = (first(&mut firsts, slot), first(&mut firsts, other));
            firsts[one.max(other)] = one.min(other);
        }
    }
    let mut persons: Vec<Vec<usize>> = Vec::new();
    let mut person_of: Vec<Option<usize>> = vec![None; entries.len()];
    for slot in 0..entries.len() {
        let first = first(&mut firsts, slot);
        if first == slot {
            continue;
        }
        let person = *person_of[first].get_or_insert_with(|| {
            persons.push(vec![first]);
            persons.len() - 1
        });
        person_of[slot] = Some(person);
        persons[person].push(slot);
    }
    for (entry, person) in entries.iter_mut().zip(person_of) {
        entry.person = person;
    }
    persons
}

fn first(firsts: &mut [usize], mut slot: usize) -> usize {
    while firsts[slot] != slot {
        // Half of the way is cut, so that no way gets long.
        firsts[slot] = firsts[firsts[slot]];
        slot = firsts[slot];
    }
    slot
}
