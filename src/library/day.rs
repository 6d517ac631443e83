//! Formats days in words.

use jiff::civil::Date;

/// "27 May 2026".
pub fn day(date: &Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}
