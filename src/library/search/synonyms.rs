//! What `content/synonyms.toml` says: what people call a thing, and what the pages call it.

use std::path::Path;

use anyhow::ensure;
use serde::Deserialize;

use crate::clinic::read_toml;
use crate::library::search::words::{key, strength, words};

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Synonyms {
    /// When the words hold a sign that needs 999 or advice the same day.
    pub emergency: HelpPhrases,
    /// When somebody may not be safe with themselves.
    pub crisis: HelpPhrases,
    pub group: Vec<SynonymGroup>,
}

/// What the pages say that help most.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct HelpPhrases {
    pub pages: Vec<String>,
}

/// A search for what people say finds what pages say, and back.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct SynonymGroup {
    pub people: Vec<String>,
    pub pages: Vec<String>,
    /// Most pages say it, so it must not count for more than a word of theirs.
    #[serde(default)]
    pub common: bool,
    /// Only when nothing else is typed.
    #[serde(default)]
    pub whole: bool,
    /// Who says it wants its page, whatever else they say: pregnant people who cannot sleep want the page on pregnancy.
    #[serde(default)]
    pub leads: bool,
    /// Only when none of these words is typed.
    #[serde(default)]
    pub unless: Vec<String>,
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
        let helps = [&synonyms.emergency, &synonyms.crisis];
        let said = synonyms.group.iter().flat_map(|group| group.people.iter().chain(&group.pages));
        for said in said.chain(helps.iter().flat_map(|help| &help.pages)) {
            // "What is pain" would otherwise be said by everyone who types "pain".
            let kept = phrase(said).len();
            ensure!(
                kept > 1 || (kept == 1 && words(said).len() == 1),
                "{}: {said:?} is left with {kept} words to search for; say more, or one word",
                file.display()
            );
        }
        Ok(synonyms)
    }
}

pub fn phrase(said: &str) -> Phrase {
    words(said).iter().filter(|word| strength(&word.surface) > 0.0).map(|word| key(&word.surface)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_that_searches_for_nothing_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for (text, said) in [
            (
                "[emergency]\npages = []\n[crisis]\npages = []\n[[group]]\npeople = [\"the of\"]\npages = [\"pain\"]",
                "the of",
            ),
            (
                "[emergency]\npages = []\n[crisis]\npages = []\n[[group]]\npeople = []\npages = [\"pain\"]",
                "people",
            ),
            (
                "[emergency]\npages = []\n[crisis]\npages = []\n[[group]]\npeeple = []\npages = [\"pain\"]",
                "peeple",
            ),
        ] {
            std::fs::write(folder.path().join("synonyms.toml"), text).unwrap();
            let error = Synonyms::load(folder.path()).err().unwrap().to_string();
            assert!(error.contains(said) && error.contains("synonyms.toml"), "{error}");
        }
    }
}
