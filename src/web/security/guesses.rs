//! Delays sign-ins: the more wrong guesses there were at an account lately, the longer the next one waits, one at a
//! time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::web::security::shared::{CountedBucket, Draw};

/// The delays between guesses.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Wrong guesses that cost nothing: people mistype.
    free: u32,
    /// Between the last of those and the next guess; it doubles with each one after.
    first: Duration,
    /// Between two guesses, however many there were.
    longest: Duration,
    /// The longest that anyone waits in the line.
    patience: Duration,
    /// Whether whoever would have to wait longer is turned away, and their guess not looked at.
    turns_away: bool,
    forgotten_after: Duration,
}

impl Pace {
    /// Anyone can guess at a password, so the queue stays short enough for the owner to wait in it.
    pub const PASSWORD: Pace = Pace {
        free: 3,
        first: Duration::from_millis(250),
        longest: Duration::from_secs(5),
        patience: Duration::from_secs(15),
        turns_away: true,
        forgotten_after: Duration::from_secs(15 * 60),
    };
    /// For all guesses at one account: they delay each other and the owner, and lock nobody out.
    pub const PASSWORD_IN_ALL: Pace =
        Pace { patience: Duration::from_secs(5), turns_away: false, ..Pace::PASSWORD };
    /// Only someone with the password can guess at a code, so delays lock out nobody whose password is their own. Some
    /// 300 guesses a day at 3 codes of a million that are right: less than one in a thousand.
    pub const CODE: Pace = Pace {
        longest: Duration::from_secs(5 * 60),
        patience: Duration::from_secs(5),
        turns_away: true,
        forgotten_after: Duration::from_secs(24 * 60 * 60),
        ..Pace::PASSWORD
    };
    /// The answer to the question of a private page, such as four digits, from one household: five at once, then one
    /// after a minute, two, four and so on, some 30 in a day.
    pub const ANSWER: Pace = Pace {
        free: 5,
        first: Duration::from_secs(60),
        longest: Duration::from_secs(60 * 60),
        patience: Duration::ZERO,
        turns_away: true,
        forgotten_after: Duration::from_secs(24 * 60 * 60),
    };
    /// The same from everywhere. Whoever has the link and a great many networks finds one of 10,000 numbers in a week
    /// with a chance of 1 in 50; a stranger with one network does not reach it in the first hours.
    pub const ANSWER_IN_ALL: Pace = Pace { free: 30, ..Pace::ANSWER };
    pub const NONE: Pace = Pace {
        free: u32::MAX,
        first: Duration::ZERO,
        longest: Duration::ZERO,
        patience: Duration::MAX,
        turns_away: false,
        forgotten_after: Duration::from_secs(60),
    };

    /// Between the guess of this number, from 0, and the one before it.
    fn gap(&self, number: u32) -> Duration {
        if number < self.free {
            return Duration::ZERO;
        }
        self.first.saturating_mul(1 << (number - self.free).min(16)).min(self.longest)
    }
}

/// When a guess is looked at.
#[derive(Debug, PartialEq)]
pub struct GuessTurn {
    pub wait: Duration,
    /// Which guess it is since the last right one, from 1.
    pub number: u32,
}

struct Line {
    guesses: u32,
    /// When the last guess that was let in is looked at.
    last: Instant,
}

pub struct Guesses {
    pace: Pace,
    draw: Draw,
    lines: Mutex<HashMap<u16, Line>>,
}

impl Guesses {
    pub fn new(pace: Pace, draw: Draw) -> Guesses {
        Guesses { pace, draw, lines: Mutex::default() }
    }

    /// A place in the line of an account. Each guess is counted as wrong until it was right, so that many at once wait
    /// for one another. Nothing when the line is too long.
    pub fn turn(&self, who: &impl Hash) -> Option<GuessTurn> {
        self.turn_at(who, Instant::now())
    }

    fn turn_at(&self, who: &impl Hash, now: Instant) -> Option<GuessTurn> {
        let bucket = self.draw.bucket(who);
        let turn = self.turn_of(bucket, now)?;
        self.draw.tell(bucket, false);
        Some(turn)
    }

    /// Counts a guess that another program has let in, or forgets those that were wrong.
    pub fn count(&self, counted: CountedBucket) {
        if !self.draw.is_of(counted) {
            return;
        }
        if counted.was_right {
            self.lock().remove(&counted.bucket);
        } else {
            self.turn_of(counted.bucket, Instant::now());
        }
    }

    fn turn_of(&self, bucket: u16, now: Instant) -> Option<GuessTurn> {
        let mut lines = self.lock();
        let line = lines.entry(bucket).or_insert(Line { guesses: 0, last: now });
        if now.saturating_duration_since(line.last) >= self.pace.forgotten_after {
            line.guesses = 0;
        }
        let mut at = now.max(line.last + self.pace.gap(line.guesses));
        if at - now > self.pace.patience {
            if self.pace.turns_away {
                return None;
            }
            at = now + self.pace.patience;
        }
        let wait = at - now;
        line.guesses = line.guesses.saturating_add(1);
        line.last = at;
        Some(GuessTurn { wait, number: line.guesses })
    }

    pub fn right(&self, who: &impl Hash) {
        let bucket = self.draw.bucket(who);
        self.lock().remove(&bucket);
        self.draw.tell(bucket, true);
    }

    pub fn prune(&self) {
        let mut lines = self.lock();
        lines.retain(|_, line| line.last.elapsed() < self.pace.forgotten_after);
        lines.shrink_to_fit();
    }

    #[cfg(test)]
    pub fn size(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u16, Line>> {
        self.lines.lock().expect("no one panics while counting")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::security::shared::Draws;

    fn waits(pace: Pace, guesses: usize) -> Vec<Option<u128>> {
        let (line, now) = (Guesses::new(pace, Draws::alone().draw()), Instant::now());
        let turn = |_| line.turn_at(&"a@example.org", now).map(|turn| turn.wait.as_millis());
        (0..guesses).map(turn).collect()
    }

    #[test]
    fn guesses_at_once_are_looked_at_one_after_another_and_then_turned_away() {
        let at = |millis: &[u128]| millis.iter().copied().map(Some).collect::<Vec<_>>();
        let passwords = waits(Pace::PASSWORD, 20);
        assert_eq!(passwords[..8], at(&[0, 0, 0, 250, 750, 1750, 3750, 7750]));
        assert_eq!(passwords[8..10], [Some(12_750), None]);
        assert_eq!(passwords.iter().flatten().count(), 9);
        assert_eq!(waits(Pace::CODE, 100).iter().flatten().count(), 7);
        assert!(waits(Pace::NONE, 100).iter().all(|wait| *wait == Some(0)));
    }

    #[test]
    fn the_gap_grows_with_wrong_guesses_and_who_comes_after_it_does_not_wait() {
        for (pace, most) in [(Pace::PASSWORD, 5), (Pace::CODE, 300)] {
            let line = Guesses::new(pace, Draws::alone().draw());
            let mut now = Instant::now();
            for number in 1..40 {
                let turn = line.turn_at(&1, now).expect("nobody else stands there");
                assert_eq!(turn, GuessTurn { wait: Duration::ZERO, number });
                now += Duration::from_secs(most);
            }
            now -= Duration::from_secs(1);
            let early = line.turn_at(&1, now).map(|turn| turn.wait.as_secs());
            assert_eq!(early, Some(1), "{most}");
            assert_eq!(line.turn_at(&2, now).unwrap().number, 1, "each account by itself");
            line.right(&1);
            assert_eq!(line.turn_at(&1, now), Some(GuessTurn { wait: Duration::ZERO, number: 1 }));
        }
    }

    #[test]
    fn a_day_of_guessing_codes_comes_to_three_hundred() {
        let line = Guesses::new(Pace::CODE, Draws::alone().draw());
        let start = Instant::now();
        let looked_at = (0..24 * 60 * 60)
            .filter(|second| line.turn_at(&1, start + Duration::from_secs(*second)).is_some());
        let looked_at = looked_at.count();
        assert!((250..=310).contains(&looked_at), "{looked_at}");
    }

    #[test]
    fn answers_to_the_question_of_a_private_page_are_five_and_then_one_after_longer_and_longer_waits() {
        let (line, mut now) = (Guesses::new(Pace::ANSWER, Draws::alone().draw()), Instant::now());
        assert_eq!(waits(Pace::ANSWER, 20).iter().flatten().count(), 5);
        assert_eq!(waits(Pace::ANSWER_IN_ALL, 100).iter().flatten().count(), 30);
        let day = now + Duration::from_secs(24 * 60 * 60);
        let mut looked_at = 0;
        while now < day {
            looked_at += usize::from(line.turn_at(&1, now).is_some());
            now += Duration::from_secs(10);
        }
        assert!((25..=35).contains(&looked_at), "{looked_at}");
    }

    #[test]
    fn wrong_guesses_are_forgotten() {
        let line = Guesses::new(Pace::PASSWORD, Draws::alone().draw());
        let now = Instant::now();
        for _ in 0..9 {
            line.turn_at(&1, now);
        }
        let later = now + Duration::from_secs(16 * 60);
        assert_eq!(line.turn_at(&1, later), Some(GuessTurn { wait: Duration::ZERO, number: 1 }));
    }
}
