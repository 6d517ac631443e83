//! The words of the site, and those nearest to one that was typed wrongly.

use std::collections::{HashMap, HashSet};

/// A word as the site writes it.
struct Known {
    surface: String,
    term: u32,
    /// How often it stands on the pages.
    count: u32,
    letters: u32,
    sound: String,
}

/// Every word of the site in the order of the alphabet.
#[derive(Default)]
pub struct Vocabulary {
    known: Vec<Known>,
    terms: HashSet<u32>,
}

/// A word that may have been meant, and how near it is: 1 is the same.
#[derive(Debug, PartialEq)]
pub struct Near<'v> {
    pub surface: &'v str,
    pub term: u32,
    pub weight: f32,
}

impl Vocabulary {
    /// `counted` gives each word its term and how often it is written.
    pub fn new(counted: HashMap<String, (u32, u32)>) -> Vocabulary {
        let mut known: Vec<Known> = counted
            .into_iter()
            .map(|(surface, (term, count))| Known {
                letters: letters(&surface),
                sound: sound(&surface),
                surface,
                term,
                count,
            })
            .collect();
        known.sort_by(|one, other| one.surface.cmp(&other.surface));
        let terms = known.iter().map(|known| known.term).collect();
        Vocabulary { known, terms }
    }

    pub fn term(&self, surface: &str) -> Option<u32> {
        let at = self.known.binary_search_by(|known| known.surface.as_str().cmp(surface)).ok()?;
        Some(self.known[at].term)
    }

    /// Whether the site writes any form of a word.
    pub fn holds(&self, term: u32) -> bool {
        self.terms.contains(&term)
    }

    /// Words that begin so, the commonest first, each term once.
    pub fn beginning(&self, start: &str, most: usize) -> Vec<u32> {
        let from = self.known.partition_point(|known| known.surface.as_str() < start);
        let mut found: Vec<&Known> =
            self.known[from..].iter().take_while(|known| known.surface.starts_with(start)).collect();
        found.sort_by_key(|known| std::cmp::Reverse(known.count));
        let mut terms: Vec<u32> = Vec::new();
        for known in found {
            if terms.len() < most && !terms.contains(&known.term) {
                terms.push(known.term);
            }
        }
        terms
    }

    /// The nearest words to one that the site does not write: one slip in four letters, two in seven, and one more
    /// when it sounds the same.
    pub fn near(&self, typed: &str) -> Vec<Near<'_>> {
        let length = typed.chars().count();
        if length < 3 || typed.chars().any(|c| !c.is_ascii_lowercase()) {
            return Vec::new();
        }
        let most = (length > 3) as usize + (length > 6) as usize;
        let (mask, heard) = (letters(typed), sound(typed));
        let mut found: Vec<(f32, &Known)> = self
            .known
            .iter()
            // A short word is near to everything.
            .filter(|known| known.surface.len() > 3 && known.surface.len().abs_diff(length) <= 3)
            .filter_map(|known| {
                let alike = known.sound == heard;
                let allowed = if alike { most + 1 } else { most };
                // Each slip changes two letters at most.
                if (known.letters ^ mask).count_ones() > 2 * allowed as u32 {
                    return None;
                }
                let slips = slips(typed.as_bytes(), known.surface.as_bytes());
                let same_start = typed.as_bytes()[0] == known.surface.as_bytes()[0];
                if slips > allowed || (!alike && !same_start && slips > 1) {
                    return None;
                }
                let cost = slips as f32 - if alike { 1.0 } else { 0.0 } + if same_start { 0.0 } else { 0.4 }
                    - 0.12 * (known.count as f32).ln_1p();
                Some((cost, known))
            })
            .collect();
        found.sort_by(|one, other| {
            one.0.total_cmp(&other.0).then_with(|| one.1.surface.cmp(&other.1.surface))
        });
        let best = found.first().map_or(0.0, |first| first.0);
        found.retain(|near| near.0 <= best + 0.5);
        let mut nearest: Vec<Near> = Vec::new();
        for (cost, known) in found {
            if nearest.len() < 3 && !nearest.iter().any(|near| near.term == known.term) {
                let weight = 0.85 / (1.0 + 0.6 * (cost - best));
                nearest.push(Near { surface: &known.surface, term: known.term, weight });
            }
        }
        nearest
    }

    /// "backpain" as "back" and "pain".
    pub fn split<'t>(&self, typed: &'t str) -> Option<(&'t str, &'t str)> {
        if !typed.is_ascii() {
            return None;
        }
        let count = |part: &str| {
            let at = self.known.binary_search_by(|known| known.surface.as_str().cmp(part)).ok()?;
            Some(self.known[at].count)
        };
        (3..typed.len().saturating_sub(2))
            .filter_map(|at| {
                let (one, other) = typed.split_at(at);
                Some((count(one)?.min(count(other)?), (one, other)))
            })
            .max_by_key(|(count, _)| *count)
            .map(|(_, parts)| parts)
    }
}

/// Which letters a word has, one bit each: words whose letters differ much need not be compared.
fn letters(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |mask, byte| mask | 1 << (byte - b'a'))
}

/// Letters left out, put in, changed, or two that changed places.
fn slips(one: &[u8], other: &[u8]) -> usize {
    let mut before = vec![0; other.len() + 1];
    let mut row: Vec<usize> = (0..=other.len()).collect();
    let mut next = vec![0; other.len() + 1];
    for i in 1..=one.len() {
        next[0] = i;
        for j in 1..=other.len() {
            let same = usize::from(one[i - 1] != other[j - 1]);
            next[j] = (row[j] + 1).min(next[j - 1] + 1).min(row[j - 1] + same);
            if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                next[j] = next[j].min(before[j - 2] + 1);
            }
        }
        std::mem::swap(&mut before, &mut row);
        std::mem::swap(&mut row, &mut next);
    }
    row[other.len()]
}

/// The consonants as they are heard: "siatica" and "sciatica", "pane" and "pain" are alike.
fn sound(word: &str) -> String {
    let spelt = [
        ("ph", "f"),
        ("ght", "t"),
        ("gh", "g"),
        ("kn", "n"),
        ("wr", "r"),
        ("ps", "s"),
        ("sch", "sk"),
        ("ck", "k"),
        ("sce", "se"),
        ("sci", "si"),
        ("scy", "si"),
        ("ce", "se"),
        ("ci", "si"),
        ("cy", "si"),
        ("cc", "k"),
        ("ch", "C"),
        ("c", "k"),
        ("q", "k"),
        ("x", "ks"),
        ("z", "s"),
        ("dge", "j"),
        ("ge", "je"),
        ("gi", "ji"),
        ("tion", "Sn"),
        ("sion", "Sn"),
        ("sh", "S"),
        ("th", "t"),
    ];
    let mut simple = word.to_owned();
    for (from, to) in spelt {
        simple = simple.replace(from, to);
    }
    let mut sound = String::new();
    for (at, c) in simple.chars().enumerate() {
        let heard = match c {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' if at == 0 => 'a',
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' => continue,
            'w' if at > 0 => continue,
            c => c,
        };
        if !sound.ends_with(heard) {
            sound.push(heard);
        }
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let words = [
            "sciatica",
            "insomnia",
            "amitriptyline",
            "mattress",
            "pain",
            "back",
            "night",
            "exercise",
            "fear",
            "spondylitis",
            "stenosis",
            "pan",
            "night",
            "knee",
            "lumbar",
        ];
        let counted = (0..).zip(words).map(|(term, word)| (word.to_owned(), (term, 10))).collect();
        Vocabulary::new(counted)
    }

    #[test]
    fn the_word_that_was_meant_is_nearest() {
        let vocabulary = vocabulary();
        for (typed, meant) in [
            ("siatica", "sciatica"),
            ("insomina", "insomnia"),
            ("amitryptiline", "amitriptyline"),
            ("matress", "mattress"),
            ("pane", "pain"),
            ("exersises", "exercise"),
            ("feer", "fear"),
            ("spondilitis", "spondylitis"),
            ("lumber", "lumbar"),
            ("bak", "back"),
            ("nee", "knee"),
            ("bac", "back"),
            ("zzzzzzzz", ""),
            ("b12345", ""),
        ] {
            let near = vocabulary.near(typed);
            assert_eq!(near.first().map_or("", |near| near.surface), meant, "{typed}");
        }
    }

    #[test]
    fn words_run_together_are_parted() {
        assert_eq!(vocabulary().split("backpain"), Some(("back", "pain")));
        assert_eq!(vocabulary().split("sciatica"), None);
        assert_eq!(vocabulary().split("éééééééé"), None);
    }

    #[test]
    fn a_beginning_finds_its_words() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.beginning("sciat", 9), [vocabulary.term("sciatica").unwrap()]);
        assert!(vocabulary.beginning("q", 9).is_empty());
    }
}
