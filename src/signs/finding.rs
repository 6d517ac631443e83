//! What the reader found in a text: signs, how soon each needs help, and the words that made it say so.

use std::ops::Range;
use std::sync::Arc;

/// How soon somebody needs help, the least urgent first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Deserialize,
    serde::Serialize,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// An urgent GP appointment or NHS 111 today.
    SameDay,
    /// Somebody may not be safe with themselves: the crisis lines.
    Crisis,
    /// 999 or A&E now.
    Emergency,
}

/// Which help a sign calls for: one card each, as `content/safety.toml` words them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Help {
    /// Somebody may have taken too much or be badly hurt: 999 or A&E.
    Harm,
    /// 999 or A&E now.
    Emergency,
    /// The crisis lines.
    Crisis,
    /// An urgent GP appointment or NHS 111 today.
    SameDay,
}

/// One sign that was found, and the words that made the reader say so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub kind: Kind,
    pub help: Help,
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

impl Kind {
    /// The word stored for it.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The word stored for the gravest sign of a text, and for none.
    pub fn word(sign: Option<Kind>) -> &'static str {
        sign.map(Kind::as_str).unwrap_or_default()
    }

    /// What a stored word stands for. The gravest stands for one that cannot be read, until somebody has read the text.
    pub fn of_word(word: Option<String>) -> Option<Kind> {
        word.filter(|word| !word.is_empty()).map(|word| word.parse().unwrap_or(Kind::Emergency))
    }

    /// What the desk calls it.
    pub fn label(self) -> &'static str {
        match self {
            Kind::SameDay => "Same-day words",
            Kind::Crisis => "Crisis words",
            Kind::Emergency => "Emergency words",
        }
    }
}

impl Help {
    /// Each once, the most urgent first. Whoever may have taken too much finds the crisis lines before the signs of back
    /// and legs.
    pub fn in_order(called_for: impl Iterator<Item = Help>) -> Vec<Help> {
        let mut help: Vec<Help> = called_for.collect();
        if help.contains(&Help::Harm) {
            help.push(Help::Crisis);
        }
        help.sort_unstable();
        help.dedup();
        if help.first() == Some(&Help::Harm) {
            help.sort_by_key(|help| !matches!(help, Help::Harm | Help::Crisis));
        }
        help
    }
}

impl From<Kind> for Help {
    fn from(kind: Kind) -> Help {
        match kind {
            Kind::Emergency => Help::Emergency,
            Kind::Crisis => Help::Crisis,
            Kind::SameDay => Help::SameDay,
        }
    }
}

impl Finding {
    pub fn is_calm(&self) -> bool {
        self.marks.is_empty()
    }

    /// The most urgent kind.
    pub fn kind(&self) -> Option<Kind> {
        self.marks.first().map(|mark| mark.kind)
    }

    /// Each help once, in the order in which it is shown: crisis words keep their own help beside an emergency.
    pub fn help(&self) -> Vec<Help> {
        Help::in_order(self.marks.iter().map(|mark| mark.help))
    }

    pub fn has(&self, kind: Kind) -> bool {
        self.marks.iter().any(|mark| mark.kind == kind)
    }

    /// Every marked place, in order and without overlap, for `<mark>`.
    pub fn ranges(&self) -> Vec<Range<usize>> {
        merged(self.marks.iter().flat_map(|mark| mark.words.iter().cloned()).collect())
    }

    /// `text` in pieces, each with whether it is marked. The text must be the one that was read.
    pub fn marked<'t>(&self, text: &'t str) -> Vec<(bool, &'t str)> {
        let (mut pieces, mut from) = (Vec::new(), 0);
        for range in self.ranges() {
            pieces.extend(
                text.get(from..range.start).filter(|piece| !piece.is_empty()).map(|piece| (false, piece)),
            );
            pieces.extend(text.get(range.clone()).map(|piece| (true, piece)));
            from = range.end;
        }
        pieces.extend(text.get(from..).filter(|piece| !piece.is_empty()).map(|piece| (false, piece)));
        pieces
    }

    /// The same for a page that shows the text only when it holds a sign: nothing without one.
    pub fn marked_if_any<'t>(&self, text: &'t str) -> Vec<(bool, &'t str)> {
        if self.is_calm() { Vec::new() } else { self.marked(text) }
    }

    /// What staff are told: each sign in plain words, with the words of `text` that made it say so.
    pub fn reasons(&self, text: &str) -> Vec<(Kind, String, Vec<String>)> {
        let words = |mark: &Mark| -> Vec<String> {
            mark.words.iter().filter_map(|range| text.get(range.clone())).map(str::to_owned).collect()
        };
        self.marks.iter().map(|mark| (mark.kind, mark.label.to_string(), words(mark))).collect()
    }

    /// The marked words of `text`, which must be the text that was read.
    pub fn words<'t>(&self, text: &'t str) -> Vec<&'t str> {
        self.ranges().into_iter().filter_map(|range| text.get(range)).collect()
    }

    /// “numb”, “cannot wee”: the marked words of `text`, each once, in its order.
    pub fn in_quotes(&self, text: &str) -> String {
        let mut once: Vec<String> = Vec::new();
        for word in self.words(text).iter().map(|word| format!("“{}”", word.trim())) {
            if !once.contains(&word) {
                once.push(word);
            }
        }
        once.join(", ")
    }
}

/// Ranges in order, those that overlap or touch as one.
pub fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
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
