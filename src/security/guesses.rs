//! Wrong passwords of each account: the more there were lately, the longer the next answer takes.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Wrong guesses that cost nothing: people mistype.
const FREE: u32 = 3;
const FIRST: Duration = Duration::from_millis(250);
/// Nobody is locked out by the guesses of others: the owner waits this long at most.
const LONGEST: Duration = Duration::from_secs(5);
const FORGOTTEN_AFTER: Duration = Duration::from_secs(15 * 60);
/// Made-up accounts must not fill the memory.
const MOST_ACCOUNTS: usize = 10_000;

#[derive(Default)]
pub struct Guesses(Mutex<HashMap<String, (u32, Instant)>>);

impl Guesses {
    /// How long to wait before the next password of this account is looked at.
    pub fn delay(&self, account: &str) -> Duration {
        let all = self.0.lock().expect("no one panics while counting");
        let lately = all.get(account).filter(|(_, last)| last.elapsed() < FORGOTTEN_AFTER);
        lately.map_or(Duration::ZERO, |(wrong, _)| after(*wrong))
    }

    /// Notes a wrong password, and says how many there were lately.
    pub fn wrong(&self, account: &str) -> u32 {
        let mut all = self.0.lock().expect("no one panics while counting");
        if all.len() >= MOST_ACCOUNTS {
            all.retain(|_, (wrong, last)| *wrong > FREE && last.elapsed() < FORGOTTEN_AFTER);
        }
        if all.len() >= MOST_ACCOUNTS && !all.contains_key(account) {
            return 1;
        }
        let (wrong, last) = all.entry(account.to_owned()).or_insert((0, Instant::now()));
        *wrong = if last.elapsed() < FORGOTTEN_AFTER { wrong.saturating_add(1) } else { 1 };
        *last = Instant::now();
        *wrong
    }

    pub fn right(&self, account: &str) {
        self.0.lock().expect("no one panics while counting").remove(account);
    }

    pub fn prune(&self) {
        let mut all = self.0.lock().expect("no one panics while counting");
        all.retain(|_, (_, last)| last.elapsed() < FORGOTTEN_AFTER);
    }
}

fn after(wrong: u32) -> Duration {
    if wrong < FREE {
        return Duration::ZERO;
    }
    FIRST.saturating_mul(1 << (wrong - FREE).min(16)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_grows_with_wrong_guesses_and_never_beyond_five_seconds() {
        let guesses = Guesses::default();
        let mut delays = Vec::new();
        for _ in 0..12 {
            guesses.wrong("a@example.org");
            delays.push(guesses.delay("a@example.org").as_millis());
        }
        assert_eq!(delays[..8], [0, 0, 250, 500, 1000, 2000, 4000, 5000]);
        assert_eq!(delays[11], 5000);
        assert_eq!(guesses.delay("b@example.org"), Duration::ZERO);
        guesses.right("a@example.org");
        assert_eq!(guesses.delay("a@example.org"), Duration::ZERO);
    }
}
