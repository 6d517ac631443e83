//! What was typed, as what may have been meant: corrected, widened by synonyms, and searched for.

use crate::library::search::Index;
use crate::library::search::synonyms::{Phrase, phrase};
use crate::library::search::words::{Word, key, strength, words};

/// More than anyone types who wants an answer.
const MOST_WORDS: usize = 24;

/// A word to look for: one of several, each with how well it stands for what was typed.
pub struct Wanted {
    pub any_of: Vec<(u32, f32)>,
    /// Which of the typed words it stands for, one bit each.
    pub covers: u32,
    pub strength: f32,
}

/// What was typed, understood.
#[derive(Default)]
pub struct Query {
    pub wanted: Vec<Wanted>,
    /// Numbers of meanings, and which of the typed words each stands for.
    pub meanings: Vec<(usize, u32)>,
    /// What each typed word weighs, in their order.
    pub masses: Vec<f32>,
    /// Words in a row, as the pages may have them.
    pub pairs: Vec<[u32; 2]>,
    /// What stood between quotation marks.
    pub quoted: Vec<Vec<u32>>,
    /// The typed text with its likely slips mended.
    pub meant: Option<String>,
    /// Every typed word and what it may have meant, as keys.
    pub keys: Vec<Vec<String>>,
}

/// A typed word that says something, and the words of the site it may be.
struct Typed {
    may_be: Vec<(u32, f32)>,
    keys: Vec<String>,
    /// Less likely ones, which count when help may be needed.
    less_likely: Vec<String>,
    strength: f32,
}

impl Index {
    /// Reads what was typed. `unfinished`: the last word may be the beginning of one.
    pub fn read(&self, typed: &str, unfinished: bool) -> Query {
        let mut query = Query::default();
        let mut typed_words: Vec<Typed> = Vec::new();
        let mut mended = String::new();
        let mut copied = 0;
        let mut found = words(typed);
        found.truncate(MOST_WORDS);
        let all_stop = found.iter().all(|word| strength(&word.surface) == 0.0);
        let last = found.len();
        for (number, word) in (1..).zip(&found) {
            let is_beginning = unfinished && number == last && word.at.end == typed.len();
            let (parts, better) = self.parts(word, is_beginning);
            if let Some(better) = better {
                mended.push_str(&typed[copied..word.at.start]);
                mended.push_str(&better);
                copied = word.at.end;
            }
            for part in parts {
                query.keys.push([part.keys.as_slice(), &part.less_likely].concat());
                if part.strength > 0.0 || all_stop || is_beginning {
                    typed_words.push(part);
                }
            }
        }
        typed_words.truncate(MOST_WORDS);
        if copied > 0 {
            query.meant = Some(mended + &typed[copied..]);
        }
        self.want_words(&mut query, &typed_words);
        self.want_joined(&mut query, &found);
        self.want_meanings(&mut query, &typed_words);
        query.quoted = quotes(typed).into_iter().filter_map(|said| self.terms(&phrase(said))).collect();
        query.quoted.retain(|phrase| phrase.len() > 1);
        query
    }

    /// One typed word as one or, when two ran together, two; and its better spelling, when it has one.
    fn parts(&self, word: &Word, is_beginning: bool) -> (Vec<Typed>, Option<String>) {
        let mut typed = self.exact(&word.surface);
        let known = typed.may_be.first().is_some_and(|(term, _)| self.vocabulary.holds(*term));
        if is_beginning {
            let known = self.vocabulary.beginning(&word.surface, 20);
            typed.may_be.extend(known.into_iter().map(|term| (term, 0.7)));
            typed.strength = 1.0;
        }
        if known || typed.strength == 0.0 || (is_beginning && !typed.may_be.is_empty()) {
            return (vec![typed], None);
        }
        let in_keywords = !typed.may_be.is_empty();
        let mut near = self.vocabulary.near(&word.surface);
        if !in_keywords
            && near.first().is_none_or(|near| near.weight < 0.8)
            && let Some((one, other)) = self.vocabulary.split(&word.surface)
        {
            return (vec![self.exact(one), self.exact(other)], Some(format!("{one} {other}")));
        }
        if in_keywords {
            near.truncate(1);
        }
        let better = near.first().map(|near| near.surface.to_owned());
        typed.keys.extend(better.as_deref().map(key));
        typed.less_likely.extend(near.iter().skip(1).map(|near| key(near.surface)));
        typed.may_be.extend(near.into_iter().map(|near| (near.term, near.weight)));
        if typed.may_be.is_empty() && word.surface.chars().count() > 3 {
            let longer = self.vocabulary.beginning(&word.surface, 8);
            typed.may_be.extend(longer.into_iter().map(|term| (term, 0.6)));
        }
        (vec![typed], better)
    }

    fn exact(&self, surface: &str) -> Typed {
        let key = key(surface);
        let may_be = self.postings.term(&key).map(|term| (term, 1.0)).into_iter().collect();
        Typed { may_be, keys: vec![key], less_likely: Vec::new(), strength: strength(surface) }
    }

    fn want_words(&self, query: &mut Query, typed: &[Typed]) {
        let all_stop = typed.iter().all(|word| word.strength == 0.0);
        for (bit, word) in (0..).zip(typed) {
            let strength = if all_stop { 1.0 } else { word.strength };
            let best = word.may_be.first().map_or(0.0, |(term, weight)| self.postings.mass(*term) * weight);
            query.masses.push(best * strength);
            query.wanted.push(Wanted { any_of: word.may_be.clone(), covers: 1 << bit, strength });
        }
        for two in typed.windows(2) {
            if let (Some(one), Some(other)) = (two[0].may_be.first(), two[1].may_be.first()) {
                query.pairs.push([one.0, other.0]);
            }
        }
    }

    /// "pain killers" where the pages write "painkillers".
    fn want_joined(&self, query: &mut Query, found: &[Word]) {
        for two in found.windows(2) {
            let joined = format!("{}{}", two[0].surface, two[1].surface);
            if let Some(term) = self.vocabulary.term(&joined) {
                query.wanted.push(Wanted { any_of: vec![(term, 1.0)], covers: 0, strength: 1.0 });
            }
        }
    }

    fn want_meanings(&self, query: &mut Query, typed: &[Typed]) {
        for start in 0..typed.len() {
            for number in typed[start].keys.iter().filter_map(|key| self.said_first.get(key)).flatten() {
                let said = &self.said[*number];
                let is_typed = |word: &String| typed.iter().any(|typed| typed.keys.contains(word));
                if said.whole && said.phrase.len() != typed.len() || said.unless.iter().any(is_typed) {
                    continue;
                }
                let Some(covers) = covered(&said.phrase, start, typed) else { continue };
                match query.meanings.iter_mut().find(|(known, _)| *known == said.meaning) {
                    Some((_, known)) => *known |= covers,
                    None => query.meanings.push((said.meaning, covers)),
                }
            }
        }
        // "Nothing works" is not about work: the longer phrase says what its words mean.
        let all = query.meanings.clone();
        query
            .meanings
            .retain(|(_, covers)| all.iter().all(|(_, other)| covers == other || covers & other != *covers));
        // What leads is what all the words are about.
        for (_, covers) in query.meanings.iter_mut().filter(|(meaning, _)| self.meanings[*meaning].leads) {
            *covers = u32::MAX;
        }
        let alarms = [&self.emergency, &self.crisis].into_iter().filter(|alarm| alarm.is_in(&query.keys));
        query.meanings.extend(alarms.map(|alarm| (alarm.meaning, u32::MAX)));
    }
}

/// Which typed words make up a phrase from `start` on, one bit each. One other word may stand between two of them:
/// "trapped the nerve", "ongoing low back pain".
fn covered(phrase: &Phrase, start: usize, typed: &[Typed]) -> Option<u32> {
    let mut at = start;
    let mut bits = 1 << start;
    for wanted in &phrase[1..] {
        let next = (at + 1..typed.len().min(at + 3)).find(|next| typed[*next].keys.contains(wanted))?;
        bits |= 1 << next;
        at = next;
    }
    Some(bits)
}

/// What stands between pairs of quotation marks.
fn quotes(typed: &str) -> Vec<&str> {
    let parts: Vec<&str> = typed.split(['"', '“', '”', '„', '«', '»']).collect();
    let closed = (parts.len() - 1) / 2;
    parts.into_iter().skip(1).step_by(2).take(closed).collect()
}
