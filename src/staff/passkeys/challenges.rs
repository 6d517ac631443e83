//! Challenges that browsers were given: each used once, within 5 minutes, by whom it was given to.
//!
//! They are in memory alone. Anyone can ask for one before signing in, and what strangers ask for must not fill the disk;
//! after a restart the button is pressed once more.

use std::collections::VecDeque;
use std::sync::Mutex;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::storage::encryption::random;

/// In seconds.
pub const LASTS: i64 = 5 * 60;
/// The oldest go when there are more.
const MOST: usize = 10_000;

/// Whom a challenge was given to, and what for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asker {
    /// A browser that nobody signed in with: the hash of the token in its cookie.
    Browser(String),
    /// Who entered the password in this session.
    HalfSession(i64),
    /// Who adds a passkey of this name in this session.
    NewPasskey { session: i64, name: String },
}

struct Challenge {
    challenge: String,
    asker: Asker,
    /// By the clock that never goes back.
    ends: i64,
}

static OPEN: Mutex<VecDeque<Challenge>> = Mutex::new(VecDeque::new());

/// A new challenge, in base64url. `now` is of the clock that never goes back, in seconds.
pub fn give(asker: Asker, now: i64) -> String {
    let challenge = BASE64_URL_SAFE_NO_PAD.encode(random::<32>());
    let mut open = lock();
    if open.len() >= MOST {
        open.pop_front();
    }
    open.push_back(Challenge { challenge: challenge.clone(), asker, ends: now + LASTS });
    challenge
}

/// Uses a challenge up, whoever brings it. Gives whom it was given to; nothing when it was used, has ended or never was.
pub fn take(challenge: &str, now: i64) -> Option<Asker> {
    let mut open = lock();
    let at = open.iter().position(|given| given.challenge == challenge)?;
    open.remove(at).filter(|given| given.ends > now).map(|given| given.asker)
}

fn lock() -> std::sync::MutexGuard<'static, VecDeque<Challenge>> {
    OPEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_used_once_in_time_and_strangers_fill_no_memory() {
        let asker = Asker::HalfSession(1);
        let first = give(asker.clone(), 100);
        assert_eq!(take(&first, 100 + LASTS - 1), Some(asker.clone()));
        assert_eq!(take(&first, 101), None, "used");
        let late = give(asker.clone(), 100);
        assert_eq!(take(&late, 100 + LASTS), None);
        assert_eq!(take("", 100), None);
        let flooded = give(asker, 100);
        for _ in 0..MOST {
            give(Asker::Browser(String::new()), 100);
        }
        assert!(lock().len() <= MOST);
        assert_eq!(take(&flooded, 101), None, "the oldest went");
    }
}
