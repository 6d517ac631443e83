//! The words of the rules, and which of them a typed word may be, slips of the keyboard included.

use std::collections::{HashMap, HashSet};

use strsim::osa_distance;

/// A word or a stem of the rules.
pub type Id = u32;

/// A word that a slip may stand for, and which letters it has.
struct Target {
    word: String,
    letters: u32,
}

#[derive(Default)]
pub struct Vocabulary {
    words: HashMap<String, Id>,
    /// Beginnings of words: `suicid*`.
    stems: HashMap<String, Id>,
    longest_stem: usize,
    /// Ways of writing that stand for a word of the rules: "carnt" for "cant".
    same: HashMap<String, String>,
    /// Words that English has, which are never taken for a slip.
    real: HashSet<String>,
    /// The words that a slip may stand for, by their first letter.
    by_letter: HashMap<u8, Vec<Target>>,
}

impl Vocabulary {
    pub fn new(real: &str, same: &HashMap<String, Vec<String>>) -> Vocabulary {
        let mut vocabulary = Vocabulary {
            real: real.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect(),
            ..Self::default()
        };
        for (word, ways) in same {
            vocabulary.word(word);
            for way in ways {
                vocabulary.same.insert(way.clone(), word.clone());
                vocabulary.add_target(way);
            }
        }
        vocabulary
    }

    /// The number of a word of the rules; a new word is added.
    pub fn word(&mut self, word: &str) -> Id {
        let next = self.next();
        let word = self.same.get(word).cloned().unwrap_or_else(|| word.to_owned());
        let id = *self.words.entry(word.clone()).or_insert(next);
        if id == next {
            self.add_target(&word);
        }
        id
    }

    /// The number of a beginning of words.
    pub fn stem(&mut self, stem: &str) -> Id {
        let next = self.next();
        self.longest_stem = self.longest_stem.max(stem.len());
        *self.stems.entry(stem.to_owned()).or_insert(next)
    }

    /// How many words and stems there are: numbers run from 0 to this.
    pub fn size(&self) -> usize {
        self.words.len() + self.stems.len()
    }

    /// Whether this is a word as it stands, not a slip.
    pub fn knows(&self, word: &str) -> bool {
        self.words.contains_key(word) || self.same.contains_key(word) || self.real.contains(word)
    }

    /// Every word and stem of the rules that a typed word may be.
    pub fn ids(&self, typed: &str) -> Vec<Id> {
        let typed = self.same.get(typed).map_or(typed, String::as_str);
        let mut ids = self.exact(typed);
        if self.words.contains_key(typed) || self.real.contains(typed) {
            return ids;
        }
        // The beginning of a word may be known though its end is a slip: "numbb".
        let only_held_down = !ids.is_empty();
        for meant in self.slips_of(typed) {
            if !only_held_down || squeezed(typed).eq(squeezed(meant)) {
                ids.extend(self.exact(self.same.get(meant).map_or(meant, String::as_str)));
            }
        }
        ids
    }

    /// The two words that were typed as one: "cantfeel".
    pub fn parted(&self, typed: &str) -> Option<usize> {
        if self.knows(typed) || !self.exact(typed).is_empty() { None } else { self.split(typed) }
    }

    /// Whether a word, were it not known as English, would be taken for another.
    pub fn is_slip(&self, word: &str) -> bool {
        self.exact(word).is_empty() && (self.split(word).is_some() || !self.slips_of(word).is_empty())
    }

    fn add_target(&mut self, word: &str) {
        if word.len() >= SHORTEST && word.is_ascii() {
            let target = Target { word: word.to_owned(), letters: letters(word) };
            self.by_letter.entry(word.as_bytes()[0]).or_default().push(target);
        }
    }

    fn next(&self) -> Id {
        self.size() as Id
    }

    fn split(&self, typed: &str) -> Option<usize> {
        if !typed.is_ascii() || !(6..=LONGEST).contains(&typed.len()) {
            return None;
        }
        let is_word = |part: &str| self.words.contains_key(part) || self.same.contains_key(part);
        (3..=typed.len() - 3).find(|at| is_word(&typed[..*at]) && is_word(&typed[*at..]))
    }

    fn exact(&self, word: &str) -> Vec<Id> {
        // No longer than any of them: what is typed may be one word of thousands of letters.
        let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
        let ends = ends.skip_while(|end| *end < 3).take_while(|end| *end <= self.longest_stem);
        let stems = ends.filter_map(|end| self.stems.get(&word[..end]));
        self.words.get(word).into_iter().chain(stems).copied().collect()
    }

    /// The words of the rules that are nearest, when they are near enough for their length.
    fn slips_of(&self, typed: &str) -> Vec<&str> {
        if typed.len() < SHORTEST || typed.len() > LONGEST || !typed.bytes().all(|b| b.is_ascii_lowercase()) {
            return Vec::new();
        }
        let bytes = typed.as_bytes();
        let mut best = usize::MAX;
        let mut meant: Vec<&str> = Vec::new();
        let has = letters(typed);
        let firsts = [bytes[0], bytes[1]];
        let firsts = if bytes[0] == bytes[1] { &firsts[..1] } else { &firsts[..] };
        for Target { word, letters } in
            firsts.iter().filter_map(|letter| self.by_letter.get(letter)).flatten()
        {
            // Two slips change at most four letters.
            if (has ^ letters).count_ones() > 4 {
                continue;
            }
            // Another first letter is a slip only when the first two were swapped.
            if word.as_bytes()[0] != bytes[0] && word.as_bytes()[1] != bytes[0] {
                continue;
            }
            let Some(slips) = slips(typed, word) else { continue };
            if slips < best {
                best = slips;
                meant.clear();
            }
            if slips == best && !meant.contains(&word.as_str()) {
                meant.push(word);
            }
        }
        meant
    }
}

/// Shorter words are too like one another.
const SHORTEST: usize = 4;
/// Longer words are not compared.
const LONGEST: usize = 24;

/// The letters left out, added, changed or swapped with their neighbour, when they are at most `limit`.
fn within(one: &str, other: &str, limit: usize) -> Option<usize> {
    let near = one.len().abs_diff(other.len()) <= limit;
    near.then(|| osa_distance(one, other)).filter(|slips| *slips <= limit)
}

fn slips(typed: &str, word: &str) -> Option<usize> {
    if typed.len().abs_diff(word.len()) > 2 + typed.len() / 2 {
        return None;
    }
    // "nummmb": a letter held down too long.
    if typed.len() > word.len() && squeezed(typed).eq(squeezed(word)) {
        return Some(1);
    }
    match word.len() {
        4 => {
            within(typed, word, 1).filter(|_| typed.len() == 5 || (typed.len() == 4 && swapped(typed, word)))
        }
        5..=7 => within(typed, word, 1),
        _ => within(typed, word, 2),
    }
}

/// One bit for each letter that a word has.
fn letters(word: &str) -> u32 {
    word.bytes().filter(u8::is_ascii_lowercase).fold(0, |letters, b| letters | 1 << (b - b'a'))
}

/// Whether the words have the same letters in another order.
fn swapped(one: &str, other: &str) -> bool {
    let sorted = |word: &str| {
        let mut letters = word.as_bytes().to_vec();
        letters.sort_unstable();
        letters
    };
    sorted(one) == sorted(other)
}

fn squeezed(word: &str) -> impl Iterator<Item = u8> + '_ {
    let bytes = word.as_bytes();
    (0..bytes.len()).filter(move |at| *at == 0 || bytes[at - 1] != bytes[*at]).map(move |at| bytes[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_very_many_letters_takes_no_longer_than_as_many_letters_in_words() {
        let mut vocabulary = Vocabulary::default();
        let suicid = vocabulary.stem("suicid");
        let began = std::time::Instant::now();
        assert!(vocabulary.ids(&"a".repeat(300_000)).is_empty());
        assert_eq!(vocabulary.ids(&format!("suicid{}", "a".repeat(300_000))), [suicid]);
        assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    }

    #[test]
    fn slips_are_mended_towards_words_of_the_rules_and_english_is_left_alone() {
        let same = HashMap::from([("cant".to_owned(), vec!["carnt".to_owned()])]);
        let mut vocabulary = Vocabulary::new("# English\nnumber\nbladed\nweekly", &same);
        let (numb, bladder) = (vocabulary.word("numb"), vocabulary.word("bladder"));
        let (cant, suicid) = (vocabulary.word("cant"), vocabulary.stem("suicid"));
        for (typed, meant) in [("nubm", numb), ("nummmb", numb), ("bladdar", bladder), ("carnt", cant)] {
            assert_eq!(vocabulary.ids(typed), [meant], "{typed}");
        }
        assert_eq!(vocabulary.ids("suicidal"), [suicid]);
        assert!(vocabulary.ids("number").is_empty() && vocabulary.ids("bladed").is_empty());
        assert!(vocabulary.ids("n").is_empty() && vocabulary.ids("日本語日本語").is_empty());
        assert_eq!(vocabulary.parted("numbbladder"), Some(4));
    }
}
