//! Who has which request open, so that two people do not ring the same patient.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use crate::staff::Account;
use crate::storage::clock::Clock;

/// Without a sign of life from the page, an opening counts this long.
const OPENING: SignedDuration = SignedDuration::from_mins(10);
/// A page that is closed, or loses its connection for a moment, is gone after this long.
const PARTING: SignedDuration = SignedDuration::from_secs(15);

/// In memory only: after a restart nobody is known to be anywhere until the next opening.
#[derive(Default)]
pub struct Presence(Mutex<HashMap<String, Vec<Viewer>>>);

struct Viewer {
    staff: i64,
    name: String,
    since: Timestamp,
    until: Timestamp,
    /// Pages that are open and connected.
    pages: usize,
}

/// Someone else who has the request open.
#[derive(Clone, PartialEq)]
pub struct Other {
    pub name: String,
    pub since: Timestamp,
}

/// A page that is open and connected; it parts when this is dropped.
pub struct OpenPage {
    presence: Arc<Presence>,
    reference: String,
    staff: i64,
    clock: Clock,
}

impl Presence {
    /// Someone opened a request. Gives who else has it open.
    pub fn open(&self, reference: &str, me: &Account, now: Timestamp) -> Vec<Other> {
        let mut all = self.lock();
        let here = all.entry(reference.to_owned()).or_default();
        here.retain(|someone| someone.is_here(now));
        match here.iter_mut().find(|someone| someone.staff == me.id) {
            Some(already) => already.until = now + OPENING,
            None => here.push(Viewer {
                staff: me.id,
                name: me.name.clone(),
                since: now,
                until: now + OPENING,
                pages: 0,
            }),
        }
        others(here, me.id)
    }

    pub fn others(&self, reference: &str, me: i64, now: Timestamp) -> Vec<Other> {
        let mut all = self.lock();
        let Some(here) = all.get_mut(reference) else { return Vec::new() };
        here.retain(|someone| someone.is_here(now));
        others(here, me)
    }

    /// Who looks at the queue has left the requests that no page of theirs shows.
    pub fn leave(&self, me: i64) {
        let mut all = self.lock();
        for here in all.values_mut() {
            here.retain(|someone| someone.staff != me || someone.pages > 0);
        }
        all.retain(|_, here| !here.is_empty());
    }

    /// A page that tells by its connection that it is open.
    pub fn connect(self: &Arc<Presence>, reference: &str, me: &Account, clock: &Clock) -> OpenPage {
        self.open(reference, me, clock.now());
        if let Some(here) = self.lock().get_mut(reference) {
            here.iter_mut().filter(|someone| someone.staff == me.id).for_each(|someone| someone.pages += 1);
        }
        OpenPage {
            presence: self.clone(),
            reference: reference.to_owned(),
            staff: me.id,
            clock: clock.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Vec<Viewer>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Viewer {
    fn is_here(&self, now: Timestamp) -> bool {
        self.pages > 0 || now < self.until
    }
}

impl Drop for OpenPage {
    fn drop(&mut self) {
        let now = self.clock.now();
        let mut all = self.presence.lock();
        let Some(here) = all.get_mut(&self.reference) else { return };
        for someone in here.iter_mut().filter(|someone| someone.staff == self.staff) {
            someone.pages = someone.pages.saturating_sub(1);
            someone.until = now + PARTING;
        }
    }
}

fn others(here: &[Viewer], me: i64) -> Vec<Other> {
    here.iter()
        .filter(|someone| someone.staff != me)
        .map(|someone| Other { name: someone.name.clone(), since: someone.since })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinic::Role;

    fn account(id: i64, name: &str) -> Account {
        Account {
            id,
            email: String::new(),
            name: name.to_owned(),
            role: Role::Reception,
            has_second_factor: true,
        }
    }

    fn names(others: Vec<Other>) -> Vec<String> {
        others.into_iter().map(|other| other.name).collect()
    }

    #[test]
    fn two_people_see_each_other_and_nobody_sees_themselves() {
        let presence = Presence::default();
        let clock = Clock::set_to("2026-05-20T09:00:00Z".parse().unwrap());
        let (sam, priya) = (account(1, "Sam"), account(2, "Priya"));
        assert!(presence.open("BP-1", &sam, clock.now()).is_empty());
        assert_eq!(names(presence.open("BP-1", &priya, clock.now())), ["Sam"]);
        assert_eq!(names(presence.others("BP-1", 1, clock.now())), ["Priya"]);
        assert!(presence.others("BP-2", 1, clock.now()).is_empty());
        clock.advance(OPENING);
        assert!(presence.others("BP-1", 1, clock.now()).is_empty(), "an opening without a sign of life ends");
    }

    #[test]
    fn a_connected_page_keeps_someone_here_and_parts_soon_after_it_closes() {
        let presence = Arc::new(Presence::default());
        let clock = Clock::set_to("2026-05-20T09:00:00Z".parse().unwrap());
        let page = presence.connect("BP-1", &account(1, "Sam"), &clock);
        clock.advance(OPENING + OPENING);
        assert_eq!(names(presence.others("BP-1", 2, clock.now())), ["Sam"]);
        presence.leave(1);
        assert_eq!(names(presence.others("BP-1", 2, clock.now())), ["Sam"], "another page shows the queue");
        drop(page);
        assert_eq!(names(presence.others("BP-1", 2, clock.now())), ["Sam"]);
        clock.advance(PARTING);
        assert!(presence.others("BP-1", 2, clock.now()).is_empty());
    }

    #[test]
    fn who_goes_back_to_the_queue_has_left() {
        let presence = Presence::default();
        let now = Timestamp::UNIX_EPOCH;
        presence.open("BP-1", &account(1, "Sam"), now);
        presence.leave(1);
        assert!(presence.others("BP-1", 2, now).is_empty());
    }
}
