//! The index: where each word stands on each page, and how much that page has to do with it.

use std::collections::HashMap;

use crate::library::search::Source;
use crate::library::search::spelling::Vocabulary;
use crate::library::search::words::{Word, key, strength, words};

/// Where on a page a word stands, and how much it says there.
#[derive(Clone, Copy)]
enum Field {
    Title,
    Keywords,
    Lede,
    Heading,
    Text,
}

impl Field {
    const ALL: [Field; 5] = [Field::Title, Field::Keywords, Field::Lede, Field::Heading, Field::Text];

    fn weight(self) -> f32 {
        match self {
            Field::Title => 8.0,
            Field::Keywords => 4.0,
            Field::Lede => 3.0,
            Field::Heading => 2.5,
            Field::Text => 1.0,
        }
    }
}

/// A field is kept in the upper bits of a place, so that a phrase never runs from one field into another.
const FIELD_SHIFT: u32 = 28;
/// Nothing that stands in another sentence or line is next to a word.
const GAP: u32 = 16;
/// How much the length of a text takes from the weight of one word in it.
const LENGTH: f32 = 0.4;

/// One word on one page.
pub struct Posting {
    pub page: u32,
    /// Its weighted count, less on long pages.
    pub weight: f32,
    first: u32,
    count: u32,
}

/// A line that a person might type: a keyword or a title.
pub struct Line {
    pub page: u32,
    pub is_title: bool,
    /// What its words weigh together.
    pub mass: f32,
}

/// The words of all pages.
#[derive(Default)]
pub struct Postings {
    terms: HashMap<String, u32>,
    by_term: Vec<Vec<Posting>>,
    places: Vec<u32>,
    rarity: Vec<f32>,
    pub lines: Vec<Line>,
    lines_by_term: Vec<Vec<u32>>,
    /// Where the passages of each page begin.
    starts: Vec<Vec<u32>>,
    pub pages: usize,
}

impl Postings {
    /// Reads every page. The vocabulary holds these words and those of the pages themselves, but not those of their
    /// keywords, which may be misspelt on purpose.
    pub fn build(sources: &[Source], spoken: &[&String]) -> (Postings, Vocabulary) {
        let mut built = Postings { pages: sources.len(), ..Postings::default() };
        let mut counted: HashMap<String, (u32, u32)> = HashMap::new();
        let mut read: Vec<HashMap<u32, Vec<u32>>> = Vec::new();
        let mut lengths: Vec<f32> = Vec::new();
        for source in sources {
            let mut reader =
                Reader { built: &mut built, counted: &mut counted, places: HashMap::new(), next: [0; 5] };
            reader.read(Field::Title, &source.title);
            source.keywords.iter().for_each(|line| reader.read(Field::Keywords, line));
            reader.read(Field::Lede, &source.subtitle);
            reader.read(Field::Lede, &source.summary);
            let mut starts = Vec::new();
            for passage in &source.passages {
                if passage.heading {
                    reader.read(Field::Heading, &passage.words);
                }
                starts.push(reader.next[Field::Text as usize]);
                if !passage.heading {
                    reader.read(Field::Text, &passage.words);
                }
            }
            lengths.push(reader.next[Field::Text as usize] as f32 + 100.0);
            read.push(reader.places);
            built.starts.push(starts);
        }
        for word in spoken.iter().flat_map(|said| words(said)).filter(|word| strength(&word.surface) > 0.0) {
            let term = built.intern(&word.surface);
            counted.entry(word.surface).or_insert((term, 1));
        }
        let mean = lengths.iter().sum::<f32>() / lengths.len().max(1) as f32;
        built.by_term.resize_with(built.terms.len(), Vec::new);
        for (page, (places, length)) in (0..).zip(read.into_iter().zip(lengths)) {
            let mut places: Vec<(u32, Vec<u32>)> = places.into_iter().collect();
            places.sort_by_key(|(term, _)| *term);
            for (term, mut places) in places {
                places.sort_unstable();
                let weight = weight_of(&places);
                built.by_term[term as usize].push(Posting {
                    page,
                    weight: weight / (1.0 - LENGTH + LENGTH * length / mean),
                    first: built.places.len() as u32,
                    count: places.len() as u32,
                });
                built.places.extend(places);
            }
        }
        built.rarity = built.by_term.iter().map(|found| rarity(built.pages, found.len())).collect();
        built.keep_lines(sources);
        (built, Vocabulary::new(counted))
    }

    pub fn term(&self, key: &str) -> Option<u32> {
        self.terms.get(key).copied()
    }

    pub fn of(&self, term: u32) -> &[Posting] {
        &self.by_term[term as usize]
    }

    /// High for a word on few pages, near nothing for a word on every page.
    pub fn rarity(&self, term: u32) -> f32 {
        self.rarity[term as usize]
    }

    /// The same, but never so low that a line of common words weighs nothing.
    pub fn mass(&self, term: u32) -> f32 {
        self.rarity(term).max(0.25)
    }

    pub fn lines_with(&self, term: u32) -> &[u32] {
        &self.lines_by_term[term as usize]
    }

    /// The lines that hold every one of these words.
    pub fn lines_with_all(&self, terms: &[u32]) -> Vec<u32> {
        let mut lists: Vec<&Vec<u32>> =
            terms.iter().map(|term| &self.lines_by_term[*term as usize]).collect();
        lists.sort_by_key(|list| list.len());
        let Some((rarest, others)) = lists.split_first() else { return Vec::new() };
        let in_all = |line: &&u32| others.iter().all(|list| list.binary_search(line).is_ok());
        rarest.iter().filter(in_all).copied().collect()
    }

    /// Where the words of a phrase stand in a row on a page: their weight together.
    pub fn phrase_on(&self, phrase: &[u32], page: u32) -> f32 {
        let mut rows: Option<Vec<u32>> = None;
        for (step, term) in (0..).zip(phrase) {
            let found = self.of(*term);
            let Ok(at) = found.binary_search_by_key(&page, |posting| posting.page) else { return 0.0 };
            let places = self.places(&found[at]);
            rows = Some(match rows {
                None => places.to_vec(),
                Some(rows) => {
                    rows.into_iter().filter(|row| places.binary_search(&(row + step)).is_ok()).collect()
                }
            });
        }
        weight_of(&rows.unwrap_or_default())
    }

    /// The passages of a page's text that hold a word.
    pub fn passages_with(&self, term: u32, page: u32) -> Vec<usize> {
        let found = self.of(term);
        let Ok(at) = found.binary_search_by_key(&page, |posting| posting.page) else { return Vec::new() };
        let starts = &self.starts[page as usize];
        let in_text = |place: &&u32| **place >> FIELD_SHIFT == Field::Text as u32;
        let mut passages: Vec<usize> = self
            .places(&found[at])
            .iter()
            .filter(in_text)
            .map(|place| {
                let place = place & ((1 << FIELD_SHIFT) - 1);
                starts.partition_point(|start| *start <= place) - 1
            })
            .collect();
        passages.dedup();
        passages
    }

    fn intern(&mut self, surface: &str) -> u32 {
        let fresh = self.terms.len() as u32;
        *self.terms.entry(key(surface)).or_insert(fresh)
    }

    fn places(&self, posting: &Posting) -> &[u32] {
        &self.places[posting.first as usize..][..posting.count as usize]
    }

    fn keep_lines(&mut self, sources: &[Source]) {
        self.lines_by_term.resize_with(self.terms.len(), Vec::new);
        for (page, source) in (0..).zip(sources) {
            let keywords = source.keywords.iter().map(|line| (false, line));
            for (is_title, line) in keywords.chain([(true, &source.title)]) {
                let mut seen: Vec<u32> = Vec::new();
                let mut mass = 0.0;
                for word in words(line) {
                    let weight = strength(&word.surface);
                    let Some(term) = self.term(&key(&word.surface)) else { continue };
                    if weight > 0.0 && !seen.contains(&term) {
                        seen.push(term);
                        mass += weight * self.mass(term);
                        self.lines_by_term[term as usize].push(self.lines.len() as u32);
                    }
                }
                self.lines.push(Line { page, is_title, mass });
            }
        }
    }
}

/// What a page says in its title counts for more than what it says often.
fn weight_of(places: &[u32]) -> f32 {
    let mut counts = [0.0f32; Field::ALL.len()];
    places.iter().for_each(|place| counts[(place >> FIELD_SHIFT) as usize] += 1.0);
    let said =
        |(field, count): (Field, f32)| if count > 0.0 { field.weight() * (1.0 + count.ln()) } else { 0.0 };
    Field::ALL.into_iter().zip(counts).map(said).sum()
}

fn rarity(pages: usize, found: usize) -> f32 {
    (1.0 + (pages as f32 - found as f32 + 0.5) / (found as f32 + 0.5)).ln()
}

/// Reads one page.
struct Reader<'b> {
    built: &'b mut Postings,
    counted: &'b mut HashMap<String, (u32, u32)>,
    places: HashMap<u32, Vec<u32>>,
    /// The next free place of each field.
    next: [u32; 5],
}

impl Reader<'_> {
    fn read(&mut self, field: Field, text: &str) {
        let found = words(text);
        let mut before: Option<&Word> = None;
        for word in &found {
            // Words that say nothing take no place, so that "nerve in my back" holds "nerve back".
            if strength(&word.surface) > 0.0 {
                self.keep(field, &word.surface);
                if let Some(before) = before.filter(|_| word.hyphened) {
                    self.next[field as usize] -= 1;
                    self.keep(field, &format!("{}{}", before.surface, word.surface));
                }
            }
            before = Some(word);
        }
        self.next[field as usize] += GAP;
    }

    fn keep(&mut self, field: Field, surface: &str) {
        let term = self.built.intern(surface);
        if !matches!(field, Field::Keywords) {
            self.counted.entry(surface.to_owned()).or_insert((term, 0)).1 += 1;
        }
        let next = &mut self.next[field as usize];
        let place = ((field as u32) << FIELD_SHIFT) | *next;
        *next += 1;
        self.places.entry(term).or_default().push(place);
    }
}
