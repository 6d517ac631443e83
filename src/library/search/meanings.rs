//! What people mean by words of their own: the pages of each synonym, found once when the index is built.

use std::collections::HashMap;

use crate::library::search::Index;
use crate::library::search::alarm::{Alarm, Help};
use crate::library::search::index::Postings;
use crate::library::search::ranking::saturated;
use crate::library::search::synonyms::{Group, Phrase, Synonyms, phrase};

/// How well the pages' words stand for people's, and people's for the pages'.
const FORTH: f32 = 0.9;
const BACK: f32 = 0.25;
/// What people mean by their own words counts, even where most pages have the pages' word somewhere.
const LEAST: f32 = 2.0;
const LEAST_LEADING: f32 = 6.0;
/// Nothing is more to the point than help that cannot wait.
const LEAST_ALARM: f32 = 6.0;

/// A phrase that somebody may type.
pub struct Said {
    pub phrase: Phrase,
    pub meaning: usize,
    /// Only when nothing else is typed.
    pub whole: bool,
    /// Only when none of these words is typed.
    pub unless: Vec<String>,
}

/// What it stands for.
#[derive(Default)]
pub struct Meaning {
    /// Pages with their scores.
    pub pages: Vec<(u32, f32)>,
    /// The titles that say it.
    pub titles: Vec<u32>,
    /// It is what the whole search is about.
    pub leads: bool,
    /// Its words, to be marked in passages.
    pub terms: Vec<u32>,
}

impl Index {
    pub fn keep_synonyms(&mut self, synonyms: &Synonyms) {
        for group in &synonyms.group {
            let least = match group {
                Group { common: true, .. } => 0.0,
                Group { leads: true, .. } => LEAST_LEADING,
                _ => LEAST,
            };
            let forth = self.keep_meaning(&group.pages, FORTH, least);
            self.meanings[forth].leads = group.leads;
            self.keep(&group.people, forth, group);
            let back = self.keep_meaning(&group.people, BACK, 0.0);
            self.keep(&group.pages, back, group);
        }
        self.emergency = self.alarm(&synonyms.emergency);
        self.crisis = self.alarm(&synonyms.crisis);
        self.emergency.calm_with(&self.crisis);
    }

    /// A phrase as terms; nothing when the site lacks one of its words.
    pub fn terms(&self, phrase: &[String]) -> Option<Vec<u32>> {
        phrase.iter().map(|key| self.postings.term(key)).collect()
    }

    fn keep(&mut self, said: &[String], meaning: usize, group: &Group) {
        let unless: Vec<String> = group.unless.iter().flat_map(|word| phrase(word)).collect();
        for said in said.iter().map(|said| phrase(said)) {
            self.said_first.entry(said[0].clone()).or_default().push(self.said.len());
            self.said.push(Said { phrase: said, meaning, whole: group.whole, unless: unless.clone() });
        }
    }

    fn alarm(&mut self, help: &Help) -> Alarm {
        Alarm::new(help, self.keep_meaning(&help.pages, 1.0, LEAST_ALARM))
    }

    /// Gives the number of the meaning.
    fn keep_meaning(&mut self, meant: &[String], weight: f32, least: f32) -> usize {
        let phrases: Vec<Vec<u32>> = meant.iter().filter_map(|meant| self.terms(&phrase(meant))).collect();
        let mut meaning =
            Meaning { pages: pages(&self.postings, &phrases, weight, least), ..Meaning::default() };
        // Pages that only say what people say are found by it, but it need not be marked there.
        if weight > BACK {
            meaning.terms = phrases.concat();
        }
        if least > 0.0 {
            let lines = phrases.iter().flat_map(|phrase| self.postings.lines_with_all(phrase));
            // A title says what its page is about; a keyword may name something in passing.
            meaning.titles = lines.filter(|line| self.postings.lines[*line as usize].is_title).collect();
            meaning.titles.sort_unstable();
            meaning.titles.dedup();
        }
        self.meanings.push(meaning);
        self.meanings.len() - 1
    }
}

/// Each page that says one of the phrases, with the score of the one that it says best.
fn pages(postings: &Postings, phrases: &[Vec<u32>], weight: f32, least: f32) -> Vec<(u32, f32)> {
    let mut best: HashMap<u32, f32> = HashMap::new();
    for phrase in phrases {
        let Some(rarest) = phrase.iter().min_by_key(|term| postings.of(**term).len()) else { continue };
        let rarity = postings.rarity(*rarest).max(least) * weight;
        for posting in postings.of(*rarest) {
            let said =
                if phrase.len() == 1 { posting.weight } else { postings.phrase_on(phrase, posting.page) };
            if said > 0.0 {
                let score = best.entry(posting.page).or_default();
                *score = score.max(rarity * saturated(said));
            }
        }
    }
    let mut pages: Vec<(u32, f32)> = best.into_iter().collect();
    pages.sort_unstable_by_key(|(page, _)| *page);
    pages
}
