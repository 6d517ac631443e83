//! Which day it is for the content.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::storage::clock::Clock;

/// The day in the United Kingdom.
pub fn today(clock: &Clock) -> Date {
    let zone = TimeZone::get("Europe/London").unwrap_or(TimeZone::UTC);
    clock.now().to_zoned(zone).date()
}
