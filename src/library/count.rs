//! Formats a number with its noun: 1 page, 2 pages.

/// "1 problem", "2 problems".
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
