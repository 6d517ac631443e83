//! The reader: a text in, the signs that it holds out.

use std::ops::Range;
use std::path::Path;

use super::calm::Calm;
use super::calm_groups::CalmGroups;
use super::finding::{Finding, Mark, merged};
use super::matcher::Place;
use super::normalise::{Break, Word, words};
use super::pattern::Pattern;
use super::rules::{Rules, Sign};
use super::text::Text;

/// Reads what people type. Loaded once with the content; reading keeps and logs nothing.
pub struct SignsReader {
    rules: Rules,
    calm: CalmGroups,
}

impl SignsReader {
    /// Reads `signs.toml` and `signs_real_words.txt` from the content folder.
    pub fn load(content: &Path) -> anyhow::Result<SignsReader> {
        let rules = Rules::load(content)?;
        Ok(SignsReader { calm: CalmGroups::new(&rules.lexicon)?, rules })
    }

    pub fn read(&self, text: &str) -> Finding {
        let mut whole = Text::new(&self.rules.lexicon, self.parted(words(text)));
        let answered = self.calm.answered(&whole);
        if !answered.is_empty() {
            whole.forget(answered.into_iter());
        }
        let mut read = whole.clone();
        let other: Vec<usize> = self
            .rules
            .other_meanings
            .iter()
            .flat_map(|pattern| places_of(&whole, pattern))
            .flatten()
            .collect();
        if !other.is_empty() {
            read.forget(other.into_iter());
        }
        let (calm, calm_whole) = (Calm::new(&read, &self.calm), Calm::new(&whole, &self.calm));
        let find = |sign: &Sign| match sign.literal {
            true => mark(sign, &whole, &calm_whole),
            false => mark(sign, &read, &calm),
        };
        let marks: Vec<(&Sign, Mark)> =
            self.rules.signs.iter().filter_map(|sign| Some((sign, find(sign)?))).collect();
        let yields: Vec<bool> = marks.iter().map(|(sign, mark)| yields(sign, mark, &marks)).collect();
        let kept = marks.into_iter().zip(yields).filter(|(_, yields)| !yields);
        Finding { marks: kept.map(|((_, mark), _)| mark).collect() }
    }

    /// Whether a word would be taken for a slip: for making `signs_real_words.txt` anew.
    pub fn is_slip(&self, word: &str) -> bool {
        self.rules.lexicon.vocabulary.is_slip(word)
    }

    /// Parts words that were typed as one: "cantfeel".
    fn parted(&self, words: Vec<Word>) -> Vec<Word> {
        let mut out = Vec::with_capacity(words.len());
        for word in words {
            // Only where each letter is one byte of the original is it known where to part it.
            let plain = word.range.len() == word.text.len();
            match self.rules.lexicon.vocabulary.parted(&word.text).filter(|_| plain) {
                Some(at) => {
                    let middle = word.range.start + at;
                    let (first, second) = word.text.split_at(at);
                    out.push(Word {
                        text: first.to_owned(),
                        range: word.range.start..middle,
                        before: word.before,
                    });
                    out.push(Word {
                        text: second.to_owned(),
                        range: middle..word.range.end,
                        before: Break::None,
                    });
                }
                None => out.push(word),
            }
        }
        out
    }
}

fn places_of<'t>(text: &'t Text, pattern: &Pattern) -> impl Iterator<Item = Range<usize>> + use<'t> {
    text.find(pattern, &|_| true).into_iter().map(|place| place.start..place.end)
}

/// Whether all the words of a mark already say one of the signs that it yields to.
fn yields(sign: &Sign, mark: &Mark, marks: &[(&Sign, Mark)]) -> bool {
    let stronger = marks.iter().filter(|(other, _)| sign.yields_to.iter().any(|name| **name == *other.name));
    let taken: Vec<&Range<usize>> = stronger.flat_map(|(_, mark)| &mark.words).collect();
    mark.words
        .iter()
        .all(|range| taken.iter().any(|taken| taken.start <= range.start && range.end <= taken.end))
}

fn mark(sign: &Sign, text: &Text, calm: &Calm) -> Option<Mark> {
    let alive = |place: Place| !calm.silences(&sign.silenced_by, place);
    let ranges = |patterns: &[Pattern]| -> Vec<Range<usize>> {
        let places = patterns.iter().flat_map(|pattern| text.find(pattern, &alive));
        places.map(|place| text.words[place.start].range.start..text.words[place.end - 1].range.end).collect()
    };
    let named = ranges(&sign.patterns);
    let ranges = if named.is_empty() { ranges(&sign.broad) } else { named };
    if ranges.is_empty() {
        return None;
    }
    Some(Mark {
        kind: sign.kind,
        help: sign.help,
        sign: sign.name.clone(),
        label: sign.label.clone(),
        words: merged(ranges),
    })
}
