//! The time now, and times as the database keeps them.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};

/// The time now; tests set their own.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<Mutex<SetClock>>>);

struct SetClock {
    now: Timestamp,
    elapsed: Duration,
}

/// Two clocks that run evenly differ by less.
pub const DRIFT: SignedDuration = SignedDuration::from_mins(5);

/// What the system's clock showed at the last look, less the time that the machine had run then, in seconds.
static LOOKED: AtomicI64 = AtomicI64::new(NOT_LOOKED);
const NOT_LOOKED: i64 = i64::MIN;

/// How long the machine has run, asleep or not, whatever its time is set to.
pub fn machine_ran() -> SignedDuration {
    SignedDuration::from_secs(clock_gettime(ClockId::Boottime).tv_sec)
}

fn started(now: Timestamp, ran: SignedDuration) -> i64 {
    now.as_second().saturating_sub(ran.as_secs())
}

fn even(now: Timestamp, ran: SignedDuration, looked: i64) -> Timestamp {
    if looked == NOT_LOOKED || started(now, ran).abs_diff(looked) <= DRIFT.as_secs().unsigned_abs() {
        return now;
    }
    Timestamp::from_second(looked.saturating_add(ran.as_secs())).unwrap_or(now)
}

/// When the program first asked how much time has gone by.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Clock {
    pub fn set_to(moment: Timestamp) -> Clock {
        Clock(Some(Arc::new(Mutex::new(SetClock { now: moment, elapsed: Duration::ZERO }))))
    }

    /// Lets time go by on a clock made by `set_to`. Back, it is only set to another time.
    pub fn advance(&self, by: SignedDuration) {
        let mut clock = self.set();
        clock.now += by;
        clock.elapsed += Duration::try_from(by).unwrap_or_default();
    }

    /// Sets a clock made by `set_to` to another time, though none has gone by.
    pub fn jump(&self, by: SignedDuration) {
        self.set().now += by;
    }

    /// The system's time, as `look` sees it. Where that was set since the last look it goes on evenly until the next one:
    /// a time that is wrong for seconds is written down nowhere.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Some(_) => self.set().now,
            None => even(self.system(), machine_ran(), LOOKED.load(Ordering::Relaxed)),
        }
    }

    /// The system's time, whatever it is set to.
    pub fn system(&self) -> Timestamp {
        match &self.0 {
            Some(_) => self.set().now,
            None => Timestamp::now(),
        }
    }

    /// The same, which is compared with the time that is believed. From now on it counts.
    pub fn look(&self) -> Timestamp {
        let now = self.system();
        if self.0.is_none() {
            LOOKED.store(started(now, machine_ran()), Ordering::Relaxed);
        }
        now
    }

    /// The time that has gone by, in seconds from any moment before, whatever the system's clock is set to.
    pub fn elapsed_seconds(&self) -> i64 {
        let elapsed = match &self.0 {
            Some(_) => self.set().elapsed,
            None => START.elapsed(),
        };
        i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX)
    }

    fn set(&self) -> MutexGuard<'_, SetClock> {
        let clock = self.0.as_ref().expect("only a clock that was set can be moved");
        clock.lock().expect("no one panics while setting a clock")
    }
}

/// In seconds, how far ahead of now a stored moment of the past may lie: clocks are corrected by less. What lies further
/// ahead was stored by a clock that was wrong and has gone back since.
const FURTHEST_AHEAD: i64 = 5 * 60;

/// True when a stored moment that must be past lies ahead.
pub fn is_ahead(at: i64, now: i64) -> bool {
    at >= first_ahead(now)
}

/// The first stored moment that lies ahead.
pub fn first_ahead(now: i64) -> i64 {
    now.saturating_add(FURTHEST_AHEAD + 1)
}

/// Whole seconds since 1970, as the database keeps time.
pub fn seconds(moment: Timestamp) -> i64 {
    moment.as_second()
}

/// A stored time. A number that no calendar holds is shown as the start of 1970 rather than failing a page.
pub fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_was_set_since_the_last_look_counts_from_the_next_one() {
        let hours = SignedDuration::from_hours;
        let (noon, ran) = (Timestamp::from_second(1_800_000_000).unwrap(), hours(1_000));
        let looked = started(noon, ran);
        let later = |set: SignedDuration| even(noon + hours(2) + set, ran + hours(2), looked);
        assert_eq!(later(SignedDuration::ZERO), noon + hours(2));
        assert_eq!(later(SignedDuration::from_mins(4)), noon + hours(2) + SignedDuration::from_mins(4));
        for set in [-hours(2_400), hours(23), hours(24 * 800), -SignedDuration::from_mins(6)] {
            assert_eq!(later(set), noon + hours(2), "{set}");
        }
        assert_eq!(even(noon, ran, NOT_LOOKED), noon);
    }
}
