//! The passage of a page that answers a search, cut short, with the words that matched marked.

use std::collections::HashMap;

use crate::library::search::Index;
use crate::library::search::query::Query;
use crate::library::search::words::{key, strength, words};

/// About two lines on a phone, three or four.
const LONGEST: usize = 230;
/// What stands before the first marked word of a passage that is cut.
const BEFORE: usize = 70;

/// Words that stand for what was typed less well than this are not marked.
const LIKELY: f32 = 0.5;

/// What a word counts that only means what was typed.
const MEANT: f32 = 0.4;

/// Words, by how much each counts.
pub type LookedFor = HashMap<u32, f32>;

/// A text in pieces, each with whether it is marked.
pub type Marked = Vec<(bool, String)>;

impl Index {
    /// The words of the site that a query looks for, and how much each counts: most when it was typed.
    pub fn looked_for(&self, query: &Query) -> LookedFor {
        let typed = |least: f32| -> LookedFor {
            let wanted = query.wanted.iter().filter(|wanted| wanted.strength >= least);
            let likely = wanted.flat_map(|wanted| &wanted.any_of).filter(|(_, weight)| *weight >= LIKELY);
            likely.copied().collect()
        };
        let strong = typed(1.0);
        let mut all = if strong.is_empty() { typed(0.0) } else { strong };
        for term in query.meanings.iter().flat_map(|(meaning, _)| &self.meanings[*meaning].terms) {
            all.entry(*term).or_insert(MEANT);
        }
        all
    }

    /// The passage with the most of what was looked for; the page's own line when its text has none of it.
    pub fn passage(&self, page: usize, looked_for: &LookedFor) -> Marked {
        let shown = &self.pages[page];
        let mut scores = vec![0.0f32; shown.passages.len()];
        for (term, weight) in looked_for {
            for passage in self.postings.passages_with(*term, page as u32) {
                scores[passage] += self.postings.mass(*term) * weight;
            }
        }
        let best = scores.iter().copied().enumerate().rev().max_by(|one, other| one.1.total_cmp(&other.1));
        let text =
            best.filter(|(_, score)| *score > 0.0).map_or(&shown.subtitle, |(at, _)| &shown.passages[at]);
        self.mark(text, looked_for)
    }

    fn mark(&self, text: &str, looked_for: &LookedFor) -> Marked {
        let is_hit = |surface: &str| {
            strength(surface) > 0.0
                && self.postings.term(&key(surface)).is_some_and(|term| looked_for.contains_key(&term))
        };
        let found = words(text);
        let mut hits: Vec<std::ops::Range<usize>> = Vec::new();
        for word in found.iter().filter(|word| is_hit(&word.surface)) {
            match hits.last_mut() {
                // Words in a row are marked as one.
                Some(last) if matches!(&text[last.end..word.at.start], " " | "-") => last.end = word.at.end,
                _ => hits.push(word.at.clone()),
            }
        }
        let (start, end) = window(text, hits.first().map_or(0, |hit| hit.start));
        let mut marked: Marked = Vec::new();
        let mut push = |is_marked: bool, piece: &str| {
            if !piece.is_empty() {
                marked.push((is_marked, piece.to_owned()));
            }
        };
        push(false, if start > 0 { "… " } else { "" });
        let mut at = start;
        for hit in hits.into_iter().filter(|hit| hit.start >= start && hit.end <= end) {
            push(false, &text[at..hit.start]);
            push(true, &text[hit.clone()]);
            at = hit.end;
        }
        push(false, &text[at..end]);
        push(false, if end < text.len() { " …" } else { "" });
        marked
    }
}

/// The part of a long text around its first hit, cut between words.
fn window(text: &str, hit: usize) -> (usize, usize) {
    if text.len() <= LONGEST {
        return (0, text.len());
    }
    let gap_before = |at: usize| text[..text.floor_char_boundary(at)].rfind(' ');
    let mut start = if hit <= BEFORE { 0 } else { gap_before(hit - BEFORE).map_or(0, |gap| gap + 1) };
    if text.len() - start < LONGEST {
        start = gap_before(text.len() - LONGEST).map_or(0, |gap| gap + 1);
    }
    let end = if start + LONGEST >= text.len() {
        text.len()
    } else {
        gap_before(start + LONGEST).filter(|gap| *gap > start).unwrap_or(text.len())
    };
    (start, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_words_around_its_hit() {
        let text = format!("{}needle {}", "straw ".repeat(60), "straw é ".repeat(60));
        let hit = text.find("needle").unwrap();
        let (start, end) = window(&text, hit);
        assert!(start < hit && hit < end && end - start <= LONGEST + 10);
        assert!(text[..start].ends_with(' ') && text[end..].starts_with(' '));
        assert_eq!(window("short", 0), (0, 5));
        let unbroken = "é".repeat(400);
        let (start, end) = window(&unbroken, 0);
        assert!(unbroken.get(start..end).is_some());
    }
}
