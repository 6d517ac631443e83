//! Finds patterns in the words of one text.

use super::normalise::Break;
use super::pattern::{Element, Pattern, Sequence};
use super::text::{Text, holds};

/// How many words may stand between two parts of `one & other`.
const NEAR: usize = 12;

/// Where a sequence stands: its first word and the one after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub start: usize,
    pub end: usize,
}

/// What an element of a sequence comes after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Nothing,
    Word,
    Gap,
}

impl Text<'_> {
    /// Every place where a sequence stands.
    pub fn places(&self, sequence: &Sequence) -> Vec<Place> {
        if !self.may_hold(sequence) {
            return Vec::new();
        }
        let starts = (0..self.words.len()).filter(|at| self.begins(sequence, *at));
        starts
            .flat_map(|start| self.ends(sequence, start).into_iter().map(move |end| Place { start, end }))
            .collect()
    }

    /// Whether every word and group that a sequence needs is somewhere in the text.
    fn may_hold(&self, sequence: &Sequence) -> bool {
        sequence.iter().all(|element| match element {
            Element::Word(wanted) => wanted.iter().any(|id| self.has_word[*id as usize]),
            Element::Group(group) => self.has_group[*group],
            _ => true,
        })
    }

    /// The places of one way in which the pattern is met by places that `alive` lets through, or nothing.
    pub fn find(&self, pattern: &Pattern, alive: &dyn Fn(Place) -> bool) -> Vec<Place> {
        let mut found = Vec::new();
        if !pattern.0.iter().flatten().all(|sequence| self.may_hold(sequence)) {
            return found;
        }
        for set in &pattern.0 {
            let mut candidates = Vec::new();
            for sequence in set {
                let places: Vec<Place> =
                    self.places(sequence).into_iter().filter(|place| alive(*place)).collect();
                if places.is_empty() {
                    return Vec::new();
                }
                candidates.push(places);
            }
            let before = found.len();
            for first in &candidates[0] {
                let mut together = vec![*first];
                if self.join(&candidates[1..], &mut together) {
                    found.extend(together);
                }
            }
            if found.len() == before {
                return Vec::new();
            }
        }
        found
    }

    /// Finds one place for each list, near those already chosen and in their sentence.
    fn join(&self, candidates: &[Vec<Place>], chosen: &mut Vec<Place>) -> bool {
        let Some((first, rest)) = candidates.split_first() else { return true };
        for place in first {
            let near = chosen.iter().any(|other| {
                let gap = place.start.saturating_sub(other.end).max(other.start.saturating_sub(place.end));
                let (from, to) = (place.start.min(other.start), place.start.max(other.start));
                let apart = place.end <= other.start || other.end <= place.start;
                apart && gap <= NEAR && self.sentence_end(from) > to
            });
            if near {
                chosen.push(*place);
                if self.join(rest, chosen) {
                    return true;
                }
                chosen.pop();
            }
        }
        false
    }

    /// A quick look at the first element.
    pub fn begins(&self, sequence: &Sequence, at: usize) -> bool {
        match &sequence[0] {
            Element::Word(wanted) => holds(&self.ids[at], wanted),
            Element::Group(group) => self.group_at(*group, at),
            _ => true,
        }
    }

    pub fn ends(&self, sequence: &[Element], start: usize) -> Vec<usize> {
        let mut ends = Vec::new();
        self.walk(sequence, start, After::Nothing, &mut ends);
        ends.sort_unstable();
        ends.dedup();
        ends
    }

    /// Adds every end of a sequence whose first element is looked for at `at`.
    fn walk(&self, sequence: &[Element], at: usize, after: After, ends: &mut Vec<usize>) {
        let Some((element, rest)) = sequence.split_first() else {
            ends.push(at);
            return;
        };
        match element {
            Element::ClauseStart => {
                if self.clause_starts(at) {
                    self.walk(rest, at, after, ends);
                }
            }
            Element::ClauseEnd => {
                if self.clause_ends(at) {
                    self.walk(rest, at, After::Word, ends);
                }
            }
            Element::TextStart => {
                if (0..at).all(|before| self.fillers[before]) {
                    self.walk(rest, at, after, ends);
                }
            }
            Element::TextEnd => {
                if (at..self.words.len()).all(|after| self.fillers[after]) {
                    self.walk(rest, at, After::Word, ends);
                }
            }
            Element::Not(unwanted) => {
                let next =
                    (at..self.words.len()).find(|next| !self.fillers[*next] || !self.goes_on(at, *next));
                let next = next.filter(|next| self.goes_on(at, *next));
                let here = [Some(at), next];
                if !here.iter().flatten().any(|next| self.goes_on(at, *next) && self.is(unwanted, *next)) {
                    self.walk(rest, at, After::Word, ends);
                }
            }
            Element::Gap(most) => {
                self.over(at, *most, |word| !self.stops[word], &mut |next| {
                    self.walk(rest, next, After::Gap, ends)
                });
            }
            Element::Links => {
                let small = |word: usize| self.links[word] || self.fillers[word];
                self.over(at, 5, small, &mut |next| self.walk(rest, next, After::Word, ends));
            }
            Element::Word(_) | Element::Group(_) => {
                let fillers = if after == After::Nothing { 0 } else { 3 };
                self.over(at, fillers, |word| self.fillers[word], &mut |next| {
                    if next >= self.words.len()
                        || (after != After::Nothing && self.words[next].before.ends_sentence())
                    {
                        return;
                    }
                    // A comma parts words that would else be one phrase: "no, feeling low".
                    if after == After::Word && next == at && self.words[next].before == Break::Comma {
                        return;
                    }
                    match element {
                        Element::Group(group) => {
                            for end in &self.groups[*group][next] {
                                self.walk(rest, *end, After::Word, ends);
                            }
                        }
                        _ if self.is(element, next) => self.walk(rest, next + 1, After::Word, ends),
                        _ => {}
                    }
                });
            }
        }
    }

    /// Calls `then` at `at` and after each of up to `most` words that may be passed over, in one sentence.
    fn over(&self, at: usize, most: usize, pass: impl Fn(usize) -> bool, then: &mut dyn FnMut(usize)) {
        then(at);
        for next in at..(at + most).min(self.words.len()) {
            if !pass(next) || self.words[next].before.ends_sentence() {
                return;
            }
            then(next + 1);
        }
    }

    fn is(&self, element: &Element, at: usize) -> bool {
        match element {
            Element::Word(wanted) => holds(&self.ids[at], wanted),
            Element::Group(group) => self.group_at(*group, at),
            _ => false,
        }
    }
}
