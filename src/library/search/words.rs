//! A text as the words to search for: lower case, without accents and apostrophes, with the weight and key of each.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use deunicode::deunicode_char;
use rust_stemmers::{Algorithm, Stemmer};

/// One word of a text.
#[derive(Debug, PartialEq)]
pub struct SearchWord {
    /// Its bytes in the text.
    pub at: Range<usize>,
    /// Lower case, without accents and apostrophes.
    pub surface: String,
    /// No letter or digit but a hyphen stands between this word and the one before: "x-ray".
    pub hyphened: bool,
}

/// Words that say nothing about what is wanted.
#[rustfmt::skip]
const STOP: &[&str] = &[
    "a", "about", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do",
    "does", "for", "from", "had", "has", "have", "having", "he", "her", "his", "how", "i", "if", "im", "in", "is",
    "it", "its", "ive", "me", "mine", "my", "of", "on", "or", "our", "she", "should", "so", "some", "than", "that", "the", "til", "till", "until",
    "their", "them", "then", "there", "these", "they", "this", "to", "too", "u", "ur", "was", "we", "were", "what",
    "when", "where", "which", "while", "who", "why", "will", "with", "would", "you", "your",
];
/// Words that say a little.
#[rustfmt::skip]
const WEAK: &[&str] = &[
    "after", "again", "always", "arent", "bad", "because", "best", "better", "cannot", "cant", "cause", "didnt", "doesnt",
    "dont", "even", "ever", "feel", "get", "gets", "getting", "give", "go", "goes", "going", "good", "got", "happen",
    "help", "isnt", "just", "keep", "keeps", "know", "less", "like", "long", "lot", "make", "makes", "mean", "more",
    "much", "need", "never", "new", "no", "not", "now", "only", "please", "problem", "problems", "really", "right",
    "still", "stop", "take", "thing", "things", "treatment", "trouble", "try", "up", "use", "very", "want", "way",
    "wont", "worse", "worst",
];

/// How much a word says, where that is less than all.
static STRENGTHS: LazyLock<HashMap<&str, f32>> = LazyLock::new(|| {
    let weak = WEAK.iter().map(|word| (*word, 0.3));
    weak.chain(STOP.iter().map(|word| (*word, 0.0))).collect()
});

/// Everything between 0 (dropped) and 1.
pub fn strength(surface: &str) -> f32 {
    STRENGTHS.get(surface).copied().unwrap_or(1.0)
}

pub fn words(text: &str) -> Vec<SearchWord> {
    let mut words: Vec<SearchWord> = Vec::new();
    let mut open: Option<SearchWord> = None;
    let mut between = String::new();
    for (at, c) in text.char_indices() {
        if is_inside_words(c) {
            continue;
        } else if c.is_alphanumeric() {
            let word = open.get_or_insert_with(|| SearchWord {
                at: at..at,
                surface: String::new(),
                hyphened: !words.is_empty() && matches!(between.as_str(), "-" | "‑" | "/"),
            });
            push_plain(&mut word.surface, c);
            word.at.end = at + c.len_utf8();
        } else {
            if let Some(word) = open.take() {
                words.push(word);
                between.clear();
            }
            between.push(c);
        }
    }
    words.extend(open);
    words.retain(|word| !word.surface.is_empty());
    // "Backache" is a back that aches.
    let is_two = |surface: &str| matches!(surface, "backache" | "backaches" | "backpain" | "backpains");
    words
        .into_iter()
        .flat_map(|word| if is_two(&word.surface) { word.parted("back".len()) } else { vec![word] })
        .collect()
}

impl SearchWord {
    /// The two words that this one is made of, when it is written in plain letters.
    pub fn parted(self, length: usize) -> Vec<SearchWord> {
        if self.at.len() != self.surface.len() {
            return vec![self];
        }
        let (one, other) = self.surface.split_at(length);
        let middle = self.at.start + length;
        let part =
            |at: Range<usize>, surface: &str| SearchWord { at, surface: surface.to_owned(), hyphened: false };
        vec![
            SearchWord { hyphened: self.hyphened, ..part(self.at.start..middle, one) },
            part(middle..self.at.end, other),
        ]
    }
}

/// What makes two words of the same meaning equal. It need not be a word.
pub fn key(surface: &str) -> String {
    let one = canonical(surface);
    if !one.bytes().all(|byte| byte.is_ascii_lowercase()) || one.len() < 3 {
        return one;
    }
    Stemmer::create(Algorithm::English).stem(&one).into_owned()
}

/// One word for those of the same meaning and one spelling for British and American, as the index holds them. It also
/// changes words that have only one spelling, on both sides alike.
pub fn canonical(surface: &str) -> String {
    match surface {
        "cannot" => return "cant".to_owned(),
        "sleeplessness" => return "sleepless".to_owned(),
        "lower" => return "low".to_owned(),
        "ache" | "aches" | "aching" | "achy" | "sore" | "painful" | "hurts" => return "pain".to_owned(),
        _ => {}
    }
    let mut word = respelt(surface.to_owned(), &[("disk", "disc"), ("yz", "ys")]);
    if word.len() > 5 {
        if let Some(singular) = word.strip_suffix("ae") {
            word = format!("{singular}a");
        }
        word = respelt(word, &RESPELT);
        if let Some(start) = word.strip_suffix("tre") {
            word = format!("{start}ter");
        }
    }
    word
}

/// Parts of longer words, in their order.
const RESPELT: [(&str, &str); 9] = [
    ("ize", "ise"),
    ("izi", "isi"),
    ("iza", "isa"),
    ("ae", "e"),
    ("oe", "e"),
    ("our", "or"),
    ("programme", "program"),
    ("practis", "practic"),
    ("ceed", "cede"),
];

/// Most words hold none of the parts, and are not copied.
fn respelt(word: String, parts: &[(&str, &str)]) -> String {
    parts
        .iter()
        .fold(word, |word, (from, to)| if word.contains(from) { word.replace(from, to) } else { word })
}

/// Apostrophes of every kind, primes, accents on their own, soft hyphens and joiners do not end a word.
fn is_inside_words(c: char) -> bool {
    let is_apostrophe = matches!(
        c,
        '\'' | '’' | '‘' | '‛' | '`' | '´' | '′' | '‵' | 'ʹ' | 'ʻ' | 'ʼ' | 'ˈ' | '＇' | '\u{55a}' | 'ꞌ'
    );
    is_apostrophe
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{300}'..='\u{36f}' | '\u{fe0f}')
}

/// Letters that have a case, and digits, as plain ones: accents, ligatures, full width. Other scripts as they are.
fn push_plain(out: &mut String, c: char) {
    if c.is_ascii() {
        return out.push(c.to_ascii_lowercase());
    }
    let has_plain = c.is_lowercase() || c.is_uppercase() || c.is_numeric();
    match deunicode_char(c)
        .filter(|plain| has_plain && plain.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    {
        Some(plain) => out.extend(plain.chars().map(|plain| plain.to_ascii_lowercase())),
        None => out.extend(c.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surfaces(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.surface).collect()
    }

    #[test]
    fn words_are_taken_whatever_stands_around_them() {
        assert_eq!(surfaces("Can’t SLEEP?! (back-pain)…"), ["cant", "sleep", "back", "pain"]);
        assert_eq!(surfaces("Café \u{200b}İ e\u{301}té"), ["cafe", "i", "ete"]);
        assert_eq!(surfaces(" -- \u{0} 🙂 \" * "), Vec::<String>::new());
    }

    #[test]
    fn a_word_knows_its_place_and_whether_a_hyphen_stands_before_it() {
        let text = "“X-ray” – can't";
        let found = words(text);
        assert_eq!(
            found.iter().map(|word| &text[word.at.clone()]).collect::<Vec<_>>(),
            ["X", "ray", "can't"]
        );
        assert_eq!(found.iter().map(|word| word.hyphened).collect::<Vec<_>>(), [false, true, false]);
    }

    #[test]
    fn a_backache_is_a_back_that_aches() {
        let found = words("My backache");
        assert_eq!(found.iter().map(|word| word.at.clone()).collect::<Vec<_>>(), [0..2, 3..7, 7..11]);
        assert_eq!(surfaces("backaches"), ["back", "aches"]);
        assert_eq!(key("aches"), key("pain"));
    }

    #[test]
    fn the_lists_are_written_as_words_are_read() {
        for word in STOP.iter().chain(WEAK) {
            assert_eq!(surfaces(word), [*word]);
        }
        assert!(strength("my") < strength("cant") && strength("cant") < strength("sciatica"));
    }
}
