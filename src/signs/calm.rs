//! Which words of a text are denied, long past, over, or about somebody else.

use super::calm_groups::CalmGroups;
use super::matcher::Place;
use super::normalise::Break;
use super::silence::Silence;
use super::text::Text;

/// How long a question is at most that a plain "no" answers.
const SHORT: usize = 14;

impl CalmGroups {
    /// The words of the questions after trouble that a plain "no" answers: "Fever? No.", "fever - no, weight loss - no".
    /// Not those after what ought to be: "Can you wee? No."
    pub fn answered(&self, text: &Text) -> Vec<usize> {
        let count = text.words.len();
        let answers: Vec<usize> = (1..count)
            .filter(|at| text.words[*at].before != Break::None && text.group_at(self.answers_no, *at))
            .collect();
        let in_list = |at: usize| text.words[at].before == Break::Comma;
        let is_list = answers.iter().filter(|at| in_list(**at)).count() > 1;
        let asked = |answer: usize| {
            let start = match text.words[answer].before {
                Break::Question => text.sentence_start(answer - 1),
                Break::Comma if is_list => (0..answer).rev().find(|at| !text.goes_with(*at)).unwrap_or(0),
                _ => answer,
            };
            let has = |group| (start..answer).any(|at| text.group_at(group, at));
            let is_denied = answer - start <= SHORT && has(self.asks_of_trouble) && !has(self.asks_of_good);
            is_denied.then_some(start..answer)
        };
        answers.iter().filter_map(|answer| asked(*answer)).flatten().collect()
    }
}

/// What is calm in one text.
pub struct Calm<'t> {
    text: &'t Text<'t>,
    groups: &'t CalmGroups,
    /// For each word, the word that denies it.
    denied_by: Vec<Option<usize>>,
    /// For each word, whether it is said to be ruled out or to work as it should.
    fine: Vec<bool>,
}

impl<'t> Calm<'t> {
    pub fn new(text: &'t Text<'t>, groups: &'t CalmGroups) -> Calm<'t> {
        let count = text.words.len();
        let mut calm = Calm { text, groups, denied_by: vec![None; count], fine: vec![false; count] };
        for at in 0..count {
            if !text.group_at(groups.deny_nothing, at)
                && !calm.is_denied_twice(at)
                && let Some(end) = text.group_end(groups.deny, at)
            {
                calm.deny_from(at, end);
            }
            if text.group_at(groups.ruled_out, at) {
                calm.deny_before(at, groups.condition);
            }
            if text.group_at(groups.is_fine, at) {
                calm.deny_before(at, groups.function);
            }
        }
        calm
    }

    /// "Cannot go out without wetting myself" is no denial.
    fn is_denied_twice(&self, at: usize) -> bool {
        if !self.text.group_at(self.groups.without, at) {
            return false;
        }
        let clause = (0..=at).rev().take_while(|word| *word == at || self.text.goes_with(word + 1));
        clause.skip(1).take(5).any(|word| self.text.group_at(self.groups.cannot, word))
    }

    /// Whether one of these silences the words at a place.
    pub fn silences(&self, silences: &[Silence], place: Place) -> bool {
        silences.iter().any(|silence| match silence {
            Silence::Denied => self.is_denied(place),
            Silence::Past => self.is_past(place) && !self.in_sentence(self.groups.goes_on, place),
            Silence::PastEvent => self.is_past(place),
            Silence::Resolved => self.is_resolved(place),
            Silence::Other => self.is_other(place),
            Silence::NoneOfThese => self.none_of_these_follows(place),
        })
    }

    /// A denial that is part of the sign itself ("no feeling") denies nothing.
    fn is_denied(&self, place: Place) -> bool {
        let outside = |by: usize| by < place.start || by >= place.end;
        (place.start..place.end).any(|at| self.fine[at] || self.denied_by[at].is_some_and(outside))
    }

    /// Whether "I have none of those" follows, in the sentence or in the next.
    fn none_of_these_follows(&self, place: Place) -> bool {
        let end = self.text.sentence_end(place.start);
        let next = if end < self.text.words.len() { self.text.sentence_end(end) } else { end };
        (place.end..next).any(|at| self.text.group_at(self.groups.none_of_these, at))
    }

    /// Denies the thing that follows, and the list that it opens: "no numbness, tingling or weakness".
    fn deny_from(&mut self, by: usize, from: usize) {
        let sentence = self.text.sentence_end(by);
        let mut at = from;
        while at < sentence && self.text.goes_with(at) && self.text.group_at(self.groups.light, at) {
            self.denied_by[at] = Some(by);
            at += 1;
        }
        if at >= sentence || !self.text.goes_with(at) {
            return;
        }
        self.denied_by[at] = Some(by);
        if !self.is_listed(at) {
            return;
        }
        while let Some(next) = self.next_listed(at + 1, sentence) {
            self.denied_by[next] = Some(by);
            at = next;
        }
    }

    /// The next thing of a list: at once, after "in both", after "or", or after a comma with an "or" still to come.
    fn next_listed(&self, at: usize, sentence: usize) -> Option<usize> {
        if at >= sentence {
            return None;
        }
        let comma = self.text.words[at].before == Break::Comma;
        let or_comes = || (at..sentence.min(at + 8)).any(|at| self.text.group_at(self.groups.or, at));
        let joins = |at: usize| self.text.group_at(self.groups.joins, at);
        let opens = joins(at) || self.text.group_at(self.groups.prepositions, at) || (comma && or_comes());
        let mut next = at;
        while opens
            && next < sentence.min(at + 3)
            && (joins(next) || self.passes(next))
            && !self.is_listed(next)
        {
            next += 1;
        }
        let here = next < sentence && self.is_listed(next);
        (here && (opens || !comma)).then_some(next)
    }

    fn passes(&self, at: usize) -> bool {
        let groups = self.groups;
        [groups.prepositions, groups.light].iter().any(|group| self.text.group_at(*group, at))
            || self.text.is_filler(at)
    }

    /// Denies the things just before "ruled out" or "all fine": those of one group, in the same clause, or alone in the
    /// one before ("bladder: good"). Not those of "cannot wee as normal".
    fn deny_before(&mut self, by: usize, things: usize) {
        let parted = self.text.words[by].before == Break::Comma;
        let mut at = by;
        while at > 0 && (self.text.goes_with(at) || (parted && at == by)) && by - at < 8 {
            if self.text.group_at(self.groups.not_so, at - 1) {
                return;
            }
            let thing = self.text.group_at(things, at - 1);
            if !thing
                && !self.text.group_at(self.groups.light, at - 1)
                && !self.text.group_at(self.groups.joins, at - 1)
                && !self.text.is_filler(at - 1)
            {
                break;
            }
            at -= 1;
        }
        if !parted || at == 0 || !self.text.goes_with(at) {
            self.fine[at..by].fill(true);
        }
    }

    fn is_listed(&self, at: usize) -> bool {
        self.text.group_at(self.groups.symptom, at)
    }

    /// Whether "years ago" or its like stands in the same stretch of the sentence.
    fn is_past(&self, place: Place) -> bool {
        let (from, to) = self.stretch(place);
        (from..to).any(|at| {
            self.text.group_at(self.groups.long_ago, at) && !self.is_when_something_else_was(at, place)
        }) && !(from..to).any(|at| self.text.group_at(self.groups.recent, at))
    }

    /// Whether an event that stands with the years is what was then: "numb between my legs, had surgery ten years ago".
    /// Not one that the sign came after: "numb since the operation in 2016".
    fn is_when_something_else_was(&self, ago: usize, place: Place) -> bool {
        let own = |at: usize| at >= place.start && at < place.end;
        let follows = |at: usize| {
            let before = (0..at)
                .rev()
                .find(|at| !self.text.is_filler(*at) || self.text.group_at(self.groups.after, *at));
            before.is_some_and(|at| self.text.group_at(self.groups.after, at))
        };
        (place.end..ago).any(|at| !own(at) && self.text.group_at(self.groups.other_event, at) && !follows(at))
    }

    /// The part of a sentence that a turn ("but", "now") does not part from the place.
    fn stretch(&self, place: Place) -> (usize, usize) {
        let turn = |at: &usize| self.text.group_at(self.groups.turns, *at);
        let from = (self.text.sentence_start(place.start)..place.start).rev().find(turn);
        let end = self.text.sentence_end(place.start);
        let to = (place.end..end).find(turn);
        (from.unwrap_or_else(|| self.text.sentence_start(place.start)), to.unwrap_or(end))
    }

    fn is_resolved(&self, place: Place) -> bool {
        let start = self.text.sentence_start(place.start);
        let end = self.text.sentence_end(place.start);
        let used_to =
            (start..place.start).rev().take(6).any(|at| self.text.group_at(self.groups.no_longer, at));
        used_to || (place.end..end).any(|at| self.is_over(at, end) && !self.is_of_another_thing(at, place))
    }

    /// Whether what is over is something else: "my bum is numb, the sciatica has settled".
    fn is_of_another_thing(&self, over: usize, place: Place) -> bool {
        let subject = (place.end..over).rev().find(|at| !self.text.is_filler(*at));
        let named = |at: usize| &self.text.words[at].text;
        subject.is_some_and(|at| {
            self.text.group_at(self.groups.other_thing, at)
                && !(place.start..place.end).any(|own| named(own) == named(at))
        })
    }

    /// Whether "gone now" or its like stands here, is not denied, and nothing after it says that it goes on.
    fn is_over(&self, at: usize, end: usize) -> bool {
        let Some(after) = self.text.group_end(self.groups.over, at) else { return false };
        let denied = (at.saturating_sub(2)..at).any(|at| self.text.group_at(self.groups.deny, at));
        !denied && !(after..end).any(|at| self.text.group_at(self.groups.comes_back, at))
    }

    /// Whether the nearest person named before the place is somebody else who came to no harm, or for whom nothing says
    /// that it is now or that it is they who need help. "My cancer" is one's own; "my mum's" names her first. What the
    /// dog did to "me" is one's own too.
    fn is_other(&self, place: Place) -> bool {
        let own = [self.groups.myself, self.groups.mine];
        if (place.start..place.end).any(|at| own.iter().any(|group| self.text.group_at(*group, at))) {
            return false;
        }
        let start = self.text.sentence_start(place.start);
        let nearest = (start..place.start).rev().find_map(|at| {
            if self.text.group_at(self.groups.person, at) {
                Some(true)
            } else if self.text.group_at(self.groups.myself, at) || self.text.group_at(self.groups.mine, at) {
                Some(false)
            } else {
                None
            }
        });
        let says = |group| self.in_sentence(group, place);
        let is_patient =
            !says(self.groups.own_pain) && (says(self.groups.patient) || !self.speaks_of_oneself());
        nearest == Some(true) && (says(self.groups.unhurt) || !(self.is_right_now(place) || is_patient))
    }

    /// Whether it happens as they write: not where it is one's own pain that is of now.
    fn is_right_now(&self, place: Place) -> bool {
        let end = self.text.sentence_end(place.start);
        let of_own_pain = |now: usize| {
            now >= place.end
                && (now + 1..end.min(now + 4)).any(|at| self.text.group_at(self.groups.own_pain, at))
        };
        let start = self.text.sentence_start(place.start);
        (start..end).any(|at| self.text.group_at(self.groups.right_now, at) && !of_own_pain(at))
    }

    /// Whoever writes of another person alone asks for that person.
    fn speaks_of_oneself(&self) -> bool {
        let groups = [self.groups.myself, self.groups.own_pain];
        (0..self.text.words.len()).any(|at| groups.iter().any(|group| self.text.group_at(*group, at)))
    }

    fn in_sentence(&self, group: usize, place: Place) -> bool {
        let start = self.text.sentence_start(place.start);
        (start..self.text.sentence_end(place.start)).any(|at| self.text.group_at(group, at))
    }
}
