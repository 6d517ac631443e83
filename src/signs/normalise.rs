//! A text as plain words, each with its place in the original and the kind of break before it.

use std::ops::Range;

use deunicode::deunicode_char;

/// What stands between a word and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Break {
    None,
    Comma,
    Sentence,
    /// A sentence that asks has ended.
    Question,
}

impl Break {
    pub fn ends_sentence(self) -> bool {
        self >= Break::Sentence
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Lower case, without apostrophes and accents: "can't" is `cant`.
    pub text: String,
    /// Bytes of the original.
    pub range: Range<usize>,
    pub before: Break,
}

/// The words of a text. Negatives are joined ("can not" is `cant`), and so are words like "h8"; other letters and
/// digits are parted ("temp38").
pub fn words(text: &str) -> Vec<Word> {
    let mut scan = Scan {
        words: Vec::new(),
        word: String::new(),
        range: 0..0,
        before: Break::None,
        dots: 0,
        after_i: false,
        apostrophe: 0,
    };
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        match c {
            '\'' | '`' | '´' | '‘' | '’' | '‛' | 'ʼ' | 'ʹ' | '′' | '＇' => {
                scan.after_i |= scan.word == "i";
                scan.apostrophe = scan.word.len();
            }
            // Soft hyphen, joiners, direction marks, accents on their own, byte order mark, variation selectors.
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' => {}
            '\u{feff}' | '\u{300}'..='\u{36f}' | '\u{fe00}'..='\u{fe0f}' => {}
            '-' | '\u{2010}' | '\u{2011}' if scan.word.is_empty() => scan.breaks(Break::Comma),
            '-' | '\u{2010}' | '\u{2011}' => {
                let spaced = chars.peek().is_none_or(|(_, next)| !next.is_alphanumeric());
                scan.breaks(if spaced { Break::Comma } else { Break::None });
            }
            '&' | '＆' => {
                scan.end_word();
                "and".chars().for_each(|letter| scan.letter(letter, at..end));
                scan.end_word();
            }
            '.' | '．' if scan.in_number() && chars.peek().is_some_and(|(_, next)| next.is_ascii_digit()) => {
                scan.letter('.', at..end);
            }
            '.' | '．' => scan.dot(),
            '?' | '？' => scan.breaks(Break::Question),
            '!' | ';' | '\n' | '\r' | '！' | '。' | '\u{2028}' | '\u{2029}' => {
                scan.breaks(Break::Sentence);
            }
            _ if c.is_alphanumeric() => scan.plain(c, at..end),
            _ if c.is_whitespace() || matches!(c, '/' | '_' | '*' | '#' | '"' | '“' | '”') => {
                scan.end_word()
            }
            _ => scan.breaks(Break::Comma),
        }
    }
    scan.end_word();
    join_negatives(scan.words)
}

struct Scan {
    words: Vec<Word>,
    word: String,
    range: Range<usize>,
    before: Break,
    dots: usize,
    /// An apostrophe stands after an "i".
    after_i: bool,
    /// How many letters stand before the last apostrophe.
    apostrophe: usize,
}

/// Words that keep the "s" of "it's", because patterns name them so.
const KEEP_S: [&str; 16] = [
    "he", "she", "it", "that", "this", "there", "here", "what", "who", "where", "how", "let", "else",
    "nobody", "anyone", "noone",
];

impl Scan {
    /// Folds case, accents, ligatures and full-width forms; a letter that has no plain one stays as it is.
    fn plain(&mut self, c: char, range: Range<usize>) {
        match deunicode_char(c).filter(|plain| plain.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            Some(plain) => plain.chars().for_each(|c| self.letter(c.to_ascii_lowercase(), range.clone())),
            None => c.to_lowercase().for_each(|c| self.letter(c, range.clone())),
        }
    }

    fn letter(&mut self, letter: char, range: Range<usize>) {
        let parted = self.word.chars().next_back().is_some_and(|last| {
            let digit = |c: char| c.is_ascii_digit() || c == '.';
            digit(last) != digit(letter)
        });
        if parted {
            self.end_word();
        }
        if self.word.is_empty() {
            self.range = range.clone();
            self.after_i = false;
            self.apostrophe = 0;
        }
        self.word.push(letter);
        self.range.end = range.end;
        self.dots = 0;
    }

    fn end_word(&mut self) {
        if self.word.is_empty() {
            return;
        }
        // "I'll" is not "ill".
        if self.after_i && self.word == "ill" {
            self.word = "iwill".to_owned();
        }
        // "My leg's numb" is of one leg.
        if self.apostrophe > 1
            && self
                .word
                .strip_suffix('s')
                .is_some_and(|word| word.len() == self.apostrophe && !KEEP_S.contains(&word))
        {
            self.word.pop();
        }
        let before = if self.words.is_empty() { Break::Sentence } else { self.before };
        let word = Word { text: std::mem::take(&mut self.word), range: self.range.clone(), before };
        self.words.push(word);
        self.before = Break::None;
    }

    fn breaks(&mut self, kind: Break) {
        self.end_word();
        self.before = self.before.max(kind);
    }

    /// One dot ends a sentence; a row of them is a pause.
    fn dot(&mut self) {
        self.end_word();
        self.dots += 1;
        if self.dots == 1 {
            self.before = self.before.max(Break::Sentence);
        } else if self.before == Break::Sentence {
            self.before = Break::Comma;
        }
    }

    fn in_number(&self) -> bool {
        self.word.ends_with(|c: char| c.is_ascii_digit())
    }
}

/// Makes one word of "can not", "can t", "did not" and their like.
fn join_negatives(words: Vec<Word>) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::with_capacity(words.len());
    for word in words {
        if word.before == Break::None
            && let Some(last) = out.last_mut()
            && let Some(joined) = negative(&last.text, &word.text).or_else(|| text_speak(last, &word))
        {
            last.text = joined;
            last.range.end = word.range.end;
            continue;
        }
        out.push(word);
    }
    out
}

fn negative(first: &str, second: &str) -> Option<String> {
    const VERBS: [&str; 17] = [
        "do", "does", "did", "is", "are", "was", "were", "have", "has", "had", "could", "would", "should",
        "must", "ca", "wo", "need",
    ];
    match (first, second) {
        ("can", "not" | "t") => Some("cant".to_owned()),
        ("will", "not") | ("won", "t") => Some("wont".to_owned()),
        (verb, "not" | "nt") if VERBS.contains(&verb) => Some(format!("{verb}nt")),
        (verb, "t") if verb.strip_suffix('n').is_some_and(|verb| VERBS.contains(&verb)) => {
            Some(format!("{verb}t"))
        }
        _ => None,
    }
}

/// Words of letters and digits: "h8", "no1".
fn text_speak(first: &Word, second: &Word) -> Option<String> {
    if first.range.end != second.range.start {
        return None;
    }
    let word = match (first.text.as_str(), second.text.as_str()) {
        ("h", "8") => "hate",
        ("l", "8") => "late",
        ("no", "1") => "noone",
        ("any", "1") => "anyone",
        ("every", "1") => "everyone",
        ("some", "1") => "someone",
        ("2", "day") => "today",
        ("2", "nite" | "night") => "tonight",
        ("2", "moro" | "morrow" | "mrw") => "tomorrow",
        _ => return None,
    };
    Some(word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        words(text).iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_are_plain_whatever_was_typed() {
        assert_eq!(plain("I CAN’T wee"), "i cant wee");
        assert_eq!(plain("I’ll be ill"), "iwill be ill");
        assert_eq!(plain("my leg’s numb, it’s my legs' turn"), "my leg numb its my legs turn");
        assert_eq!(plain("can not, can't, can t, did not"), "cant cant cant didnt");
        assert_eq!(plain("ﬁne ＮＵＭＢ café"), "fine numb cafe");
        assert_eq!(plain("A&E temp38.5c 16ft"), "a and e temp 38.5 c 16 ft");
        assert_eq!(plain("h8 2day, no1. 2 day"), "hate today noone 2 day");
    }

    #[test]
    fn a_word_keeps_its_place_in_the_original() {
        let text = "“Can’t” fée l";
        for word in words(text) {
            assert!(text.get(word.range.clone()).is_some(), "{word:?}");
        }
        assert_eq!(&text[words(text)[0].range.clone()], "Can’t");
    }

    #[test]
    fn breaks_tell_clauses_from_sentences() {
        let breaks: Vec<_> = words("a, b. c... d - e f-g? h").iter().map(|word| word.before).collect();
        use Break::*;
        assert_eq!(breaks, [Sentence, Comma, Sentence, Comma, Comma, None, None, Question]);
    }
}
