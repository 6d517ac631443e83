//! Which day it is for the content.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::storage::clock::Clock;

/// The day in the United Kingdom.
pub fn today(clock: &Clock) -> Date {
    day_of(clock.now())
}

/// The day of a moment there.
pub fn day_of(moment: Timestamp) -> Date {
    in_london(moment).date()
}

/// A moment on the clocks there.
pub fn in_london(moment: Timestamp) -> Zoned {
    moment.to_zoned(TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC))
}
