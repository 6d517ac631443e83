//! A text as the words to search for: lower case, without accents and apostrophes, with the weight of each.

use std::ops::Range;

use crate::library::search::stem::stem;

/// One word of a text.
#[derive(Debug, PartialEq)]
pub struct Word {
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

/// Everything between 0 (dropped) and 1.
pub fn strength(surface: &str) -> f32 {
    if STOP.contains(&surface) {
        0.0
    } else if WEAK.contains(&surface) {
        0.3
    } else {
        1.0
    }
}

pub fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut open: Option<Word> = None;
    let mut between = String::new();
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            let word = open.get_or_insert_with(|| Word {
                at: at..at,
                surface: String::new(),
                hyphened: !words.is_empty() && matches!(between.as_str(), "-" | "‑" | "/"),
            });
            c.to_lowercase().for_each(|lower| push_plain(&mut word.surface, lower));
            word.at.end = at + c.len_utf8();
        } else if is_inside_words(c) {
            continue;
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
    words.into_iter().flat_map(parted).collect()
}

/// "Backache" is a back that aches.
fn parted(word: Word) -> Vec<Word> {
    let at = "back".len();
    let is_two = matches!(word.surface.as_str(), "backache" | "backaches" | "backpain" | "backpains");
    if !is_two || word.at.len() != word.surface.len() {
        return vec![word];
    }
    let (back, pain) = word.surface.split_at(at);
    let middle = word.at.start + at;
    let part = |at: Range<usize>, surface: &str| Word { at, surface: surface.to_owned(), hyphened: false };
    vec![
        Word { hyphened: word.hyphened, ..part(word.at.start..middle, back) },
        part(middle..word.at.end, pain),
    ]
}

/// What makes two words of the same meaning equal.
pub fn key(surface: &str) -> String {
    match surface {
        "cannot" => stem("cant"),
        "sleeplessness" => stem("sleepless"),
        "lower" => stem("low"),
        "ache" | "aches" | "aching" | "achy" | "sore" | "painful" | "hurts" => stem("pain"),
        surface => stem(surface),
    }
}

/// Apostrophes of every kind, accents on their own, soft hyphens and joiners do not end a word.
fn is_inside_words(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{300}'..='\u{36f}')
}

fn push_plain(out: &mut String, lower: char) {
    let plain = match lower {
        'à'..='å' => "a",
        'æ' => "ae",
        'ç' => "c",
        'è'..='ë' => "e",
        'ì'..='ï' => "i",
        'ñ' => "n",
        'ò'..='ö' | 'ø' => "o",
        'œ' => "oe",
        'ù'..='ü' => "u",
        'ý' | 'ÿ' => "y",
        '\u{300}'..='\u{36f}' => "",
        other => return out.push(other),
    };
    out.push_str(plain);
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
