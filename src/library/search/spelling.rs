//! The words of the site, and those nearest to one that was typed wrongly.
//!
//! Counted here, not read from an `fts5vocab` table: the index holds Porter stems without apostrophes, while a
//! correction shows a word as the pages write it; and the pairs that are written with a hyphen come from the same pass.

use std::collections::{HashMap, HashSet};

use strsim::osa_distance;

use crate::library::parallel;
use crate::library::search::sound::sound;
use crate::library::search::words::{SearchWord, key, strength, words};

/// Ranking takes about 2 microseconds a page and word.
const MOST_RANKED: usize = 1000;

/// A word as the site writes it.
struct KnownWord {
    surface: String,
    /// How often it stands on the pages.
    count: u32,
    letters: u32,
    sound: String,
}

/// Every word of the site in the order of the alphabet.
#[derive(Default)]
pub struct SearchVocabulary {
    known: Vec<KnownWord>,
    /// The keys of these words, each with the number of pages that have it.
    keys: HashMap<String, usize>,
    /// The keys of the words that stand in keywords, which may be misspelt on purpose.
    keywords: HashSet<String>,
    /// Two words that are written with a hyphen and never as one, by how they look as one: where the second begins.
    compounds: HashMap<String, usize>,
    pages: usize,
}

/// The words of one page.
#[derive(Default)]
struct PageWords {
    /// Each form, and how often it stands there.
    counts: HashMap<String, u32>,
    keys: HashSet<String>,
    keywords: HashSet<String>,
    /// As `SearchVocabulary::compounds`, with those that are written as one, too.
    hyphened: HashMap<String, usize>,
}

impl PageWords {
    fn of(texts: &[&str], keywords: &[String]) -> PageWords {
        let mut page = PageWords::default();
        for found in texts.iter().map(|text| words(text)) {
            page.keep_pairs(&found);
            for SearchWord { surface, .. } in found {
                if strength(&surface) > 0.0 {
                    *page.counts.entry(surface).or_default() += 1;
                }
            }
        }
        page.keys = page.counts.keys().map(|surface| key(surface)).collect();
        for found in keywords.iter().map(|line| words(line)) {
            page.keep_pairs(&found);
            page.keywords.extend(found.iter().map(|word| key(&word.surface)));
        }
        page
    }

    fn keep_pairs(&mut self, found: &[SearchWord]) {
        for two in found.windows(2).filter(|two| two[1].hyphened) {
            let joined = format!("{}{}", two[0].surface, two[1].surface);
            if joined.bytes().all(|byte| byte.is_ascii_lowercase()) {
                self.hyphened.insert(joined, two[0].surface.len());
            }
        }
    }
}

/// A word that may have been meant, and how near it is: 1 is the same.
#[derive(Debug, PartialEq)]
pub struct Near<'v> {
    pub surface: &'v str,
    pub weight: f32,
}

impl SearchVocabulary {
    /// Of the texts and the keywords of each page, and what else is said.
    pub fn new(pages: &[(Vec<&str>, &[String])], spoken: &[&String]) -> SearchVocabulary {
        let mut vocabulary = SearchVocabulary { pages: pages.len(), ..SearchVocabulary::default() };
        let mut counted: HashMap<String, u32> = HashMap::new();
        let mut hyphened: HashMap<String, usize> = HashMap::new();
        for page in parallel::map(pages, |(texts, keywords)| PageWords::of(texts, keywords)) {
            page.keys.into_iter().for_each(|key| *vocabulary.keys.entry(key).or_default() += 1);
            page.counts
                .into_iter()
                .for_each(|(surface, count)| *counted.entry(surface).or_default() += count);
            vocabulary.keywords.extend(page.keywords);
            hyphened.extend(page.hyphened);
        }
        hyphened.retain(|joined, _| !counted.contains_key(joined));
        vocabulary.compounds = hyphened;
        for word in spoken.iter().flat_map(|said| words(said)).filter(|word| strength(&word.surface) > 0.0) {
            vocabulary.keys.entry(key(&word.surface)).or_default();
            counted.entry(word.surface).or_insert(1);
        }
        vocabulary.known =
            counted.into_iter().map(|(surface, count)| KnownWord::new(surface, count)).collect();
        vocabulary.known.sort_by(|one, other| one.surface.cmp(&other.surface));
        vocabulary
    }

    /// The words of a text; those that the site writes with a hyphen are two however they are written.
    pub fn words(&self, text: &str) -> Vec<SearchWord> {
        let parted = |word: SearchWord| match self.compounds.get(&word.surface) {
            Some(length) => word.parted(*length),
            None => vec![word],
        };
        words(text).into_iter().flat_map(parted).collect()
    }

    /// Whether the site writes this very form.
    pub fn writes(&self, surface: &str) -> bool {
        self.known.binary_search_by(|known| known.surface.as_str().cmp(surface)).is_ok()
    }

    /// Whether the site writes any form of a word.
    pub fn holds(&self, key: &str) -> bool {
        self.keys.contains_key(key)
    }

    pub fn is_in_keywords(&self, key: &str) -> bool {
        self.keywords.contains(key)
    }

    /// Whether so many pages have it that FTS5's bm25 gives nothing for it, or that ranking them by it takes long.
    pub fn is_common(&self, key: &str) -> bool {
        is_common(self.pages_with(key), self.pages)
    }

    /// High for a word on few pages, low for a word on every page.
    pub fn rarity(&self, key: &str) -> f32 {
        let (all, with) = (self.pages as f32, self.pages_with(key) as f32);
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln().max(0.25)
    }

    fn pages_with(&self, key: &str) -> usize {
        self.keys.get(key).copied().unwrap_or_default()
    }

    /// Words that begin so, the commonest first, each in one form.
    pub fn beginning(&self, start: &str, most: usize) -> Vec<&str> {
        let from = self.known.partition_point(|known| known.surface.as_str() < start);
        let mut found: Vec<&KnownWord> =
            self.known[from..].iter().take_while(|known| known.surface.starts_with(start)).collect();
        found.sort_by_key(|known| std::cmp::Reverse(known.count));
        let mut seen: HashSet<String> = HashSet::new();
        found.retain(|known| seen.len() < most && seen.insert(key(&known.surface)));
        found.into_iter().map(|known| known.surface.as_str()).collect()
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
        let mut found: Vec<(f32, &KnownWord)> = self
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
                let slips = osa_distance(typed, &known.surface);
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
            let is_new = nearest.iter().all(|near| key(near.surface) != key(&known.surface));
            if nearest.len() < 3 && is_new {
                nearest.push(Near { surface: &known.surface, weight: 0.85 / (1.0 + 0.6 * (cost - best)) });
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

/// Whether what so many of all pages say tells nothing, or is told by too many to rank them by it.
pub fn is_common(pages: usize, all: usize) -> bool {
    pages > all.div_ceil(2).min(MOST_RANKED)
}

impl KnownWord {
    fn new(surface: String, count: u32) -> KnownWord {
        KnownWord { letters: letters(&surface), sound: sound(&surface), surface, count }
    }
}

/// Which letters a word has, one bit each: words whose letters differ much need not be compared.
fn letters(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |mask, byte| mask | 1 << (byte - b'a'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> SearchVocabulary {
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
        let text = words.join(" ").repeat(10);
        SearchVocabulary::new(&[(vec![text.as_str()], [].as_slice())], &[])
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
        assert_eq!(vocabulary.beginning("sciat", 9), ["sciatica"]);
        assert!(vocabulary.beginning("q", 9).is_empty());
    }
}
