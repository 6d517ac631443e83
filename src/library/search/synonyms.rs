//! What `content/synonyms.toml` says: what people call a thing, what the pages call it, and words that cannot wait.

use std::path::Path;

use anyhow::ensure;
use serde::Deserialize;

use super::words::{key, strength, words};
use crate::clinic::read_toml;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Synonyms {
    /// Phrases that bring up the emergency box: all their words, in any order.
    pub emergency: Group,
    /// Phrases that bring up the help for people in despair, in the same way.
    pub crisis: Group,
    pub group: Vec<Group>,
}

/// A search for what people say finds what pages say, and back.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Group {
    pub people: Vec<String>,
    pub pages: Vec<String>,
    /// Most pages say it, so it must not count for more than a word of theirs.
    #[serde(default)]
    pub common: bool,
    /// Only when nothing else is typed.
    #[serde(default)]
    pub whole: bool,
}

/// A phrase as keys, without the words that say nothing.
pub type Phrase = Vec<String>;

impl Synonyms {
    pub fn load(content: &Path) -> anyhow::Result<Synonyms> {
        let file = content.join("synonyms.toml");
        let synonyms: Synonyms = read_toml(&file)?;
        for group in &synonyms.group {
            ensure!(
                !group.people.is_empty() && !group.pages.is_empty(),
                "{}: a group needs people = [...] and pages = [...]",
                file.display()
            );
        }
        let alarms = [&synonyms.emergency, &synonyms.crisis];
        let said = synonyms.group.iter().flat_map(|group| group.people.iter().chain(&group.pages));
        for said in said.chain(alarms.iter().flat_map(|alarm| &alarm.pages)) {
            // "What is pain" would otherwise be said by everyone who types "pain".
            let kept = phrase(said).len();
            ensure!(
                kept > 1 || (kept == 1 && words(said).len() == 1),
                "{}: {said:?} is left with {kept} words to search for; say more, or one word",
                file.display()
            );
        }
        for said in alarms.iter().flat_map(|alarm| &alarm.people) {
            ensure!(!words(said).is_empty(), "{}: {said:?} holds no word", file.display());
        }
        Ok(synonyms)
    }
}

pub fn phrase(said: &str) -> Phrase {
    words(said).iter().filter(|word| strength(&word.surface) > 0.0).map(|word| key(&word.surface)).collect()
}

/// Other words may stand between those of a phrase, but not many.
const BETWEEN: usize = 3;

/// Phrases of which one is enough to show help before the results.
#[derive(Default)]
pub struct Alarm {
    phrases: Vec<Vec<String>>,
    /// The number of what the pages that help most say.
    pub meaning: usize,
}

impl Alarm {
    pub fn new(phrases: &[String], meaning: usize) -> Alarm {
        let keys = |said: &String| words(said).iter().map(|word| key(&word.surface)).collect();
        Alarm { phrases: phrases.iter().map(keys).collect(), meaning }
    }

    /// Whether every word of a phrase is among these, near each other; each typed word comes with what it may have
    /// meant.
    pub fn is_in(&self, typed: &[Vec<String>]) -> bool {
        let near = |phrase: &Vec<String>, typed: &[Vec<String>]| {
            phrase.iter().all(|wanted| typed.iter().flatten().any(|key| key == wanted))
        };
        self.phrases.iter().any(|phrase| {
            let span = (phrase.len() + BETWEEN).min(typed.len());
            span > 0 && typed.windows(span).any(|typed| near(phrase, typed))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_phrase_with_all_its_words_in_any_order_is_enough() {
        let alarm = Alarm::new(&["cant feel legs".to_owned(), "cauda equina".to_owned()], 0);
        let typed = |text: &str| words(text).iter().map(|word| vec![key(&word.surface)]).collect::<Vec<_>>();
        assert!(alarm.is_in(&typed("my legs, I can’t feel them")));
        assert!(!alarm.is_in(&typed("my legs feel heavy")));
    }

    #[test]
    fn a_group_that_searches_for_nothing_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (text, said) in [
            (
                "[emergency]\npeople = []\npages = []\n[crisis]\npeople = []\npages = []\n[[group]]\npeople = [\"the of\"]\npages = [\"pain\"]",
                "the of",
            ),
            (
                "[emergency]\npeople = []\npages = []\n[crisis]\npeople = []\npages = []\n[[group]]\npeople = []\npages = [\"pain\"]",
                "people",
            ),
            (
                "[emergency]\npeople = []\npages = []\n[crisis]\npeople = []\npages = []\n[[group]]\npeeple = []\npages = [\"pain\"]",
                "peeple",
            ),
        ] {
            std::fs::write(folder.path().join("synonyms.toml"), text).unwrap();
            let error = Synonyms::load(folder.path()).err().unwrap().to_string();
            assert!(error.contains(said) && error.contains("synonyms.toml"), "{error}");
        }
    }
}
