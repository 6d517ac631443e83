//! The order of the results: how much each page has to do with what was asked.

use crate::library::search::Index;
use crate::library::search::index::Postings;
use crate::library::search::query::{Query, Wanted};

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
            for page in best_of(postings, wanted, &mut best) {
                scores[page] += std::mem::take(&mut best[page]) * wanted.strength;
                covered[page] |= wanted.covers;
            }
        }
        for (meaning, covers) in &query.meanings {
            for (page, score) in &self.meanings[*meaning].pages {
                scores[*page as usize] += score;
                covered[*page as usize] |= covers;
            }
        }
        let all = masses(query, u32::MAX);
        let lines = self.line_scores(query);
        let mut ranked: Vec<(usize, f32)> = Vec::new();
        for (page, score) in scores.into_iter().enumerate().filter(|(_, score)| *score > 0.0) {
            let coverage = if all > 0.0 { masses(query, covered[page]) / all } else { 1.0 };
            let score = (score * (0.35 + 0.65 * coverage) + lines[page]) * self.pages[page].weight;
            ranked.push((page, score));
        }
        let top = ranked.iter().map(|(_, score)| *score).fold(0.0, f32::max);
        ranked.retain(|(_, score)| *score >= WEAKEST * top);
        self.sort(query, &mut ranked);
        ranked.into_iter().map(|(page, _)| page).take(MOST).collect()
    }

    fn sort(&self, query: &Query, ranked: &mut Vec<(usize, f32)>) {
        let postings = &self.postings;
        let has_quotes =
            |page: usize| query.quoted.iter().all(|phrase| postings.phrase_on(phrase, page as u32) > 0.0);
        if !query.quoted.is_empty() && ranked.iter().any(|(page, _)| has_quotes(*page)) {
            ranked.retain(|(page, _)| has_quotes(*page));
        }
        let order =
            |one: &(usize, f32), other: &(usize, f32)| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0));
        if ranked.len() > LOOKED_AT_AGAIN {
            ranked.select_nth_unstable_by(LOOKED_AT_AGAIN, order);
            ranked.truncate(LOOKED_AT_AGAIN);
        }
        for (page, score) in ranked.iter_mut() {
            for pair in &query.pairs {
                if postings.phrase_on(pair, *page as u32) > 0.0 {
                    *score += 0.3 * postings.mass(pair[0]).min(postings.mass(pair[1]));
                }
            }
        }
        ranked.sort_by(order);
    }

    /// How like the query is to the nearest keyword or title of each page.
    fn line_scores(&self, query: &Query) -> Vec<f32> {
        let postings = &self.postings;
        let mut shared = vec![0.0f32; postings.lines.len()];
        for wanted in &query.wanted {
            for (term, weight) in &wanted.any_of {
                let worth = postings.mass(*term) * wanted.strength * weight;
                postings.lines_with(*term).iter().for_each(|line| shared[*line as usize] += worth);
            }
        }
        for (meaning, covers) in &query.meanings {
            let worth = masses(query, *covers);
            self.meanings[*meaning].titles.iter().for_each(|line| shared[*line as usize] += worth);
        }
        let asked = masses(query, u32::MAX);
        let most = 2.0 * (1.0 + postings.pages as f32).ln();
        let mut scores = vec![0.0f32; postings.pages];
        for (line, shared) in postings.lines.iter().zip(shared).filter(|(_, shared)| *shared > 0.0) {
            let inside = if line.is_title { 0.95 * shared / asked } else { 0.0 };
            let alike = (2.0 * shared / (asked + line.mass)).max(inside).min(1.0);
            let page = line.page as usize;
            scores[page] = scores[page].max(most * alike * alike);
        }
        scores
    }
}

/// Writes the best alternative's score for each page that has one; gives those pages.
fn best_of(postings: &Postings, wanted: &Wanted, best: &mut [f32]) -> Vec<usize> {
    let mut touched = Vec::new();
    for (term, weight) in &wanted.any_of {
        let rarity = postings.rarity(*term) * weight;
        for posting in postings.of(*term) {
            let page = posting.page as usize;
            if best[page] == 0.0 {
                touched.push(page);
            }
            best[page] = best[page].max(rarity * saturated(posting.weight));
        }
    }
    touched
}

/// The tenth time that a page says a word counts for less than the first.
pub fn saturated(weight: f32) -> f32 {
    weight / (4.0 + weight)
}

/// What some of the typed words weigh together.
fn masses(query: &Query, bits: u32) -> f32 {
    let masses = query.masses.iter().enumerate();
    masses.filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, mass)| mass).sum()
}
