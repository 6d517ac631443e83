//! The signs that need help, and the one reader that finds them in what people type.
//!
//! The reader marks words. It does not judge, and it does not diagnose: a person reads what it marked. Which words
//! are signs is data, in `content/signs.toml`; how a text is read is in the files beside this one:
//!
//! 1. [`normalise`] splits the text into plain words, each with its place in the original.
//! 2. [`spelling`] mends slips of the keyboard, towards the words of the rules only.
//! 3. [`matcher`] finds the patterns of [`pattern`] in those words.
//! 4. [`calm`] says which words have another meaning, are denied, are over, or are about somebody else.
//! 5. [`reader`] keeps what is left.

mod calm;
mod edit_distance;
mod folding;
mod matcher;
mod normalise;
mod pattern;
mod reader;
mod rules;
mod silence;
mod spelling;
mod text;

use std::ops::Range;
use std::sync::Arc;

pub use reader::SignsReader;

/// How soon somebody needs help, the least urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An urgent GP appointment or NHS 111 today.
    SameDay,
    /// Somebody may not be safe with themselves: the crisis lines.
    Crisis,
    /// 999 or A&E now.
    Emergency,
}

/// One sign that was found, and the words that made the reader say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub kind: Kind,
    /// The name of the sign in `content/signs.toml`.
    pub sign: Arc<str>,
    /// What the sign is in plain words, for staff.
    pub label: Arc<str>,
    /// Byte ranges in the text as it was typed, in order and without overlap, on character boundaries.
    pub words: Vec<Range<usize>>,
}

/// What the reader found in one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finding {
    /// The most urgent first.
    pub marks: Vec<Mark>,
}

impl Finding {
    pub fn is_calm(&self) -> bool {
        self.marks.is_empty()
    }

    /// The most urgent kind.
    pub fn kind(&self) -> Option<Kind> {
        self.marks.first().map(|mark| mark.kind)
    }

    /// Each kind once, the most urgent first: crisis words keep their own help beside an emergency.
    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = self.marks.iter().map(|mark| mark.kind).collect();
        kinds.dedup();
        kinds
    }

    pub fn has(&self, kind: Kind) -> bool {
        self.marks.iter().any(|mark| mark.kind == kind)
    }

    /// Every marked place, in order and without overlap, for `<mark>`.
    pub fn ranges(&self) -> Vec<Range<usize>> {
        merged(self.marks.iter().flat_map(|mark| mark.words.iter().cloned()).collect())
    }

    /// The marked places of one kind, in order and without overlap.
    pub fn ranges_of(&self, kind: Kind) -> Vec<Range<usize>> {
        let marks = self.marks.iter().filter(|mark| mark.kind == kind);
        merged(marks.flat_map(|mark| mark.words.iter().cloned()).collect())
    }

    /// The marked words of `text`, which must be the text that was read.
    pub fn words<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.ranges().into_iter().filter_map(|range| text.get(range)).collect()
    }
}

/// Ranges in order, those that overlap or touch as one.
fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}
