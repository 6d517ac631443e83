//! The lines of calendar files (RFC 5545): moments in UTC, escaped text, folded lines.

use jiff::Timestamp;

use crate::web::site::Site;

/// The longest line, in bytes, without its end.
pub const LONGEST_LINE: usize = 75;

/// What names of events end with, so that they are unlike those of any other site.
pub fn host(site: &Site) -> String {
    escaped(site.base_url.rsplit('/').next().unwrap_or_default())
}

pub fn utc(moment: Timestamp) -> String {
    moment.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Free text: what would end a value or begin another is marked, and line breaks are written as such.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' | '\r' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A line with its end, cut into pieces of at most 75 bytes, never within a character.
pub fn folded(line: &str) -> String {
    let mut out = String::new();
    let mut length = 0;
    for c in line.chars() {
        if length + c.len_utf8() > LONGEST_LINE {
            out.push_str("\r\n ");
            length = 1;
        }
        out.push(c);
        length += c.len_utf8();
    }
    out + "\r\n"
}
