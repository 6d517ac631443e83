//! One text ready for matching: its words, what each may be, and where sentences and clauses begin and end.

use super::normalise::{Break, Word};
use super::rules::Lexicon;
use super::spelling::Id;

/// The words of one text, with what each may be.
#[derive(Clone)]
pub struct Text<'r> {
    pub lexicon: &'r Lexicon,
    pub words: Vec<Word>,
    pub ids: Vec<Vec<Id>>,
    /// Where the phrases of each group end, by the word that they begin at.
    pub groups: Vec<Vec<Vec<usize>>>,
    /// Which words and which groups are here at all.
    pub has_word: Vec<bool>,
    pub has_group: Vec<bool>,
    pub fillers: Vec<bool>,
    pub links: Vec<bool>,
    /// Words that `..` does not pass over.
    pub stops: Vec<bool>,
}

impl<'r> Text<'r> {
    pub fn new(lexicon: &'r Lexicon, words: Vec<Word>) -> Text<'r> {
        let ids: Vec<Vec<Id>> = words.iter().map(|word| lexicon.vocabulary.ids(&word.text)).collect();
        let mut text = Text {
            lexicon,
            words,
            ids,
            groups: Vec::new(),
            has_word: Vec::new(),
            has_group: Vec::new(),
            fillers: Vec::new(),
            links: Vec::new(),
            stops: Vec::new(),
        };
        text.fillers = text.ids.iter().map(|ids| holds(ids, &lexicon.fillers)).collect();
        text.links = text.ids.iter().map(|ids| holds(ids, &lexicon.links)).collect();
        text.stops = text.ids.iter().map(|ids| holds(ids, &lexicon.stops)).collect();
        text.find_groups();
        text
    }

    /// Takes away the meaning of these words, so that no pattern finds them.
    pub fn forget(&mut self, words: impl Iterator<Item = usize>) {
        for at in words {
            self.ids[at].clear();
            self.fillers[at] = false;
            self.links[at] = false;
        }
        self.find_groups();
    }

    pub fn sentence_start(&self, at: usize) -> usize {
        (1..=at).rev().find(|at| self.words[*at].before.ends_sentence()).unwrap_or(0)
    }

    /// The number of the first word of the next sentence.
    pub fn sentence_end(&self, at: usize) -> usize {
        (at + 1..self.words.len())
            .find(|at| self.words[*at].before.ends_sentence())
            .unwrap_or(self.words.len())
    }

    pub fn is_filler(&self, at: usize) -> bool {
        self.fillers[at]
    }

    /// Whether a phrase of the group begins at this word.
    pub fn group_at(&self, group: usize, at: usize) -> bool {
        self.groups[group].get(at).is_some_and(|ends| !ends.is_empty())
    }

    /// Where the longest phrase of the group that begins here ends.
    pub fn group_end(&self, group: usize, at: usize) -> Option<usize> {
        self.groups[group].get(at)?.iter().max().copied()
    }

    /// Whether nothing parts a word from the one before it.
    pub fn goes_with(&self, at: usize) -> bool {
        self.words[at].before == Break::None
    }

    /// Whether the words from `from` to `to` belong to one clause.
    pub fn goes_on(&self, from: usize, to: usize) -> bool {
        to < self.words.len() && (from..=to).all(|at| self.words[at].before == Break::None)
    }

    pub fn clause_starts(&self, at: usize) -> bool {
        at == 0
            || self.words[at].before != Break::None
            || holds(&self.ids[at - 1], &self.lexicon.clause_breaks)
    }

    /// Small words may still come: "what is the point really".
    pub fn clause_ends(&self, at: usize) -> bool {
        for next in at..self.words.len() {
            if self.words[next].before != Break::None || holds(&self.ids[next], &self.lexicon.clause_breaks) {
                return true;
            }
            if !self.fillers[next] {
                return false;
            }
        }
        true
    }

    /// Finds the phrases of each group. A group may stand in the groups that come after it.
    fn find_groups(&mut self) {
        self.groups = vec![Vec::new(); self.lexicon.groups.len()];
        self.has_group = vec![false; self.lexicon.groups.len()];
        self.has_word = vec![false; self.lexicon.vocabulary.size()];
        let mut begun: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.lexicon.groups.len()];
        for (at, ids) in self.ids.iter().enumerate() {
            for id in ids {
                self.has_word[*id as usize] = true;
                for (group, phrase) in self.lexicon.phrases_of(*id) {
                    begun[*group].push((at, *phrase));
                }
            }
        }
        for (number, group) in self.lexicon.groups.iter().enumerate() {
            let anywhere =
                group.others.iter().flat_map(|phrase| (0..self.words.len()).map(|at| (at, *phrase)));
            let starts = begun[number].iter().copied().chain(anywhere);
            let mut ends: Vec<Vec<usize>> = vec![Vec::new(); self.words.len()];
            for (at, phrase) in starts.filter(|(at, phrase)| self.begins(&group.phrases[*phrase], *at)) {
                ends[at].extend(self.ends(&group.phrases[phrase], at));
            }
            for ends in &mut ends {
                ends.sort_unstable();
                ends.dedup();
                self.has_group[number] |= !ends.is_empty();
            }
            self.groups[number] = ends;
        }
    }
}

pub fn holds(ids: &[Id], wanted: &[Id]) -> bool {
    ids.iter().any(|id| wanted.contains(id))
}
