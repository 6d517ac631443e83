//! Which day it is for the content.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::storage::clock::Clock;

/// The day in the United Kingdom.
pub fn today(clock: &Clock) -> Date {
    day_of(clock.now())
}

/// The day of a moment there.
pub fn day_of(moment: Timestamp) -> Date {
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    moment.to_zoned(zone).date()
}
