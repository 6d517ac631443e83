//! The time now, and times as the database keeps them.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// The time now; tests set their own.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<Mutex<SetClock>>>);

struct SetClock {
    now: Timestamp,
    elapsed: Duration,
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

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Some(_) => self.set().now,
            None => Timestamp::now(),
        }
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
