//! The time now, and times as the database keeps them.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;

/// The time now; tests set their own.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<Mutex<Timestamp>>>);

impl Clock {
    pub fn set_to(moment: Timestamp) -> Clock {
        Clock(Some(Arc::new(Mutex::new(moment))))
    }

    /// Moves a clock made by `set_to`.
    pub fn advance(&self, by: jiff::SignedDuration) {
        let clock = self.0.as_ref().expect("only a clock that was set can be moved");
        *clock.lock().expect("no one panics while setting a clock") += by;
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Some(clock) => *clock.lock().expect("no one panics while setting a clock"),
            None => Timestamp::now(),
        }
    }
}

/// Whole seconds since 1970, as the database keeps time.
pub fn seconds(moment: Timestamp) -> i64 {
    moment.as_second()
}

/// A stored time. A number that no calendar holds is shown as the start of 1970 rather than failing a page.
pub fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH)
}
