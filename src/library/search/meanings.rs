//! What people mean by words of their own: each synonym as what is looked for on the pages.

use std::collections::HashMap;

use crate::library::search::store::Asked;
use crate::library::search::synonyms::{HelpPhrases, Phrase, SynonymGroup, Synonyms, phrase};
use crate::library::search::words::{canonical, strength, words};

/// How well the pages' words stand for people's.
const FORTH: f32 = 0.6;
/// What a page counts for whose title says what people mean, even where most pages say it somewhere.
const TITLED: f32 = 5.0;
const TITLED_LEADING: f32 = 10.0;
/// Nothing is more to the point than help that cannot wait.
const TITLED_HELP: f32 = 20.0;

/// A phrase that somebody may type.
pub struct MeaningPhrase {
    pub phrase: Phrase,
    pub meaning: usize,
    /// Only when nothing else is typed.
    pub whole: bool,
    /// Only when none of these words is typed.
    pub unless: Vec<String>,
}

/// What it stands for.
pub struct Meaning {
    /// Nothing when there is no phrase.
    pub asked: Option<Asked>,
    /// Its phrases, to be marked in passages.
    pub phrases: Vec<String>,
}

/// All that people may say.
#[derive(Default)]
pub struct Meanings {
    pub all: Vec<Meaning>,
    pub said: Vec<MeaningPhrase>,
    /// Numbers of what is said, by the key of its first word.
    pub said_first: HashMap<String, Vec<usize>>,
    /// The numbers of what the pages say that help when a sign is found.
    pub emergency: usize,
    pub crisis: usize,
}

impl Meanings {
    pub fn new(synonyms: &Synonyms) -> Meanings {
        let mut meanings = Meanings::default();
        for group in &synonyms.group {
            let titled = match group {
                SynonymGroup { common: true, .. } => 0.0,
                SynonymGroup { leads: true, .. } => TITLED_LEADING,
                _ => TITLED,
            };
            let meaning = meanings.keep_meaning(&group.pages, FORTH, titled);
            meanings.keep_said(group, meaning);
        }
        meanings.emergency = meanings.keep_help(&synonyms.emergency);
        meanings.crisis = meanings.keep_help(&synonyms.crisis);
        meanings
    }

    fn keep_said(&mut self, group: &SynonymGroup, meaning: usize) {
        let unless: Vec<String> = group.unless.iter().flat_map(|word| phrase(word)).collect();
        for said in group.people.iter().map(|said| phrase(said)) {
            self.said_first.entry(said[0].clone()).or_default().push(self.said.len());
            self.said.push(MeaningPhrase {
                phrase: said,
                meaning,
                whole: group.whole,
                unless: unless.clone(),
            });
        }
    }

    fn keep_help(&mut self, help: &HelpPhrases) -> usize {
        self.keep_meaning(&help.pages, 1.0, TITLED_HELP)
    }

    /// Gives the number of the meaning.
    fn keep_meaning(&mut self, meant: &[String], weight: f32, titled: f32) -> usize {
        let phrases: Vec<String> = meant.iter().map(|meant| quoted(meant)).collect();
        let any = phrases.join(" OR ");
        let asked = Asked { expression: any, on_page: weight, in_line: 0.0, in_title: titled };
        let asked = Some(asked).filter(|asked| !asked.expression.is_empty());
        self.all.push(Meaning { asked, phrases });
        self.all.len() - 1
    }
}

/// A phrase in FTS5's language, as the index holds its words; empty when it has none.
pub fn quoted(phrase: &str) -> String {
    let found = words(phrase);
    let kept = found.iter().filter(|word| strength(&word.surface) > 0.0);
    let list: Vec<String> = kept.map(|word| canonical(&word.surface)).collect();
    if list.is_empty() { String::new() } else { format!("\"{}\"", list.join(" ")) }
}
