//! The order of the results: how much each page has to do with what was asked.

use std::collections::HashMap;

use super::Index;
use super::index::Postings;
use super::query::{Query, Wanted};

/// No one reads further than this.
const MOST: usize = 50;
/// So many of the first are looked at again for words in a row.
const LOOKED_AT_AGAIN: usize = 100;
/// Pages with less than this part of the best page's score are left out.
const WEAKEST: f32 = 0.12;

impl Index {
    /// Pages in the order of their worth, the best first. Equal pages keep the order of the library.
    pub fn rank(&self, query: &Query) -> Vec<usize> {
        let postings = &self.postings;
        let mut scores = vec![0.0; postings.pages];
        let mut covered = vec![0u32; postings.pages];
        let mut best = vec![0.0; postings.pages];
        for wanted in &query.wanted {
            let touched = best_of(postings, wanted, &mut best);
            for page in touched {
                scores[page] += std::mem::take(&mut best[page]) * wanted.strength;
                covered[page] |= wanted.covers;
            }
        }
        let all = masses(query, u32::MAX);
        let lines = line_scores(postings, query);
        let mut ranked: Vec<(usize, f32)> = Vec::new();
        for (page, score) in scores.into_iter().enumerate().filter(|(_, score)| *score > 0.0) {
            let part = masses(query, covered[page]);
            let coverage = if all > 0.0 { part / all } else { 1.0 };
            let score = (score * (0.35 + 0.65 * coverage) + lines[page]) * self.pages[page].weight;
            ranked.push((page, score));
        }
        let top = ranked.iter().map(|(_, score)| *score).fold(0.0, f32::max);
        ranked.retain(|(_, score)| *score >= WEAKEST * top);
        sort(&mut ranked);
        let again = ranked.len().min(LOOKED_AT_AGAIN);
        for (page, score) in &mut ranked[..again] {
            for pair in &query.pairs {
                if postings.phrase_on(pair, *page as u32) > 0.0 {
                    *score += 0.3 * postings.mass(pair[0]).min(postings.mass(pair[1]));
                }
            }
        }
        sort(&mut ranked[..again]);
        let has_quotes =
            |page: usize| query.quoted.iter().all(|phrase| postings.phrase_on(phrase, page as u32) > 0.0);
        if !query.quoted.is_empty() && ranked.iter().any(|(page, _)| has_quotes(*page)) {
            ranked.retain(|(page, _)| has_quotes(*page));
        }
        ranked.into_iter().map(|(page, _)| page).take(MOST).collect()
    }
}

fn sort(ranked: &mut [(usize, f32)]) {
    ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
}

/// Writes the best alternative's score for each page that has one; gives those pages.
fn best_of(postings: &Postings, wanted: &Wanted, best: &mut [f32]) -> Vec<usize> {
    let mut touched = Vec::new();
    let mut keep = |page: u32, score: f32| {
        let page = page as usize;
        if best[page] == 0.0 {
            touched.push(page);
        }
        best[page] = best[page].max(score);
    };
    for (phrase, weight) in &wanted.any_of {
        if let [term] = phrase[..] {
            let rarity = postings.rarity(term).max(wanted.least) * weight;
            postings
                .of(term)
                .iter()
                .for_each(|posting| keep(posting.page, rarity * saturated(posting.weight)));
            continue;
        }
        let Some(rarest) = phrase.iter().min_by_key(|term| postings.of(**term).len()) else { continue };
        let rarity = postings.rarity(*rarest).max(wanted.least) * weight;
        for posting in postings.of(*rarest) {
            let together = postings.phrase_on(phrase, posting.page);
            if together > 0.0 {
                keep(posting.page, rarity * saturated(together));
            }
        }
    }
    touched
}

/// The tenth time that a page says a word counts for less than the first.
fn saturated(weight: f32) -> f32 {
    weight / (4.0 + weight)
}

/// How like the query is to the nearest keyword or title of each page.
fn line_scores(postings: &Postings, query: &Query) -> Vec<f32> {
    let mut shared = vec![0.0f32; postings.lines.len()];
    let mut touched: Vec<u32> = Vec::new();
    let mut here: HashMap<u32, f32> = HashMap::new();
    for wanted in &query.wanted {
        let covered: f32 = masses(query, wanted.covers);
        for (phrase, weight) in &wanted.any_of {
            let worth = match phrase[..] {
                _ if wanted.least > 0.0 => covered,
                [term] => postings.mass(term) * wanted.strength,
                // Its words have counted one by one.
                _ => continue,
            };
            for line in postings.lines_with_all(phrase) {
                // A title says what its page is about; a keyword may name something in passing.
                if wanted.least > 0.0 && !postings.lines[line as usize].is_title {
                    continue;
                }
                let best = here.entry(line).or_default();
                *best = best.max(worth * weight);
            }
        }
        for (line, worth) in here.drain() {
            let so_far = &mut shared[line as usize];
            if *so_far == 0.0 {
                touched.push(line);
            }
            *so_far += worth;
        }
    }
    let asked = masses(query, u32::MAX);
    let most = 2.0 * (1.0 + postings.pages as f32).ln();
    let mut scores = vec![0.0f32; postings.pages];
    for number in touched {
        let line = &postings.lines[number as usize];
        let shared = shared[number as usize];
        let inside = if line.is_title { 0.95 * shared / asked } else { 0.0 };
        let alike = (2.0 * shared / (asked + line.mass)).max(inside).min(1.0);
        let page = line.page as usize;
        scores[page] = scores[page].max(most * alike * alike);
    }
    scores
}

/// What some of the typed words weigh together.
fn masses(query: &Query, bits: u32) -> f32 {
    let masses = query.masses.iter().enumerate();
    masses.filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, mass)| mass).sum()
}
