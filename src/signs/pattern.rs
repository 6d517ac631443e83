//! The small language in which `content/signs.toml` writes what people type.
//!
//! | In a pattern | It stands for |
//! |---|---|
//! | `word`, `stem*`, `one\|other` | that word, words that begin so, either word |
//! | `<group>` | any phrase of that group |
//! | `~` | up to four linking words ("have to go for a") |
//! | `..`, `..8` | up to four, up to eight words of any kind |
//! | `!word`, `!<group>` | what follows is something else |
//! | `^`, `$` | a clause begins, a clause ends |
//! | `^^`, `$$` | the text begins, the text ends: a search of a few words |
//! | `one & other` | both, in any order, near each other in one sentence |
//! | `one && other` | both, anywhere in the text |
//!
//! Small words ("my", "the", "really") may stand between any two words of a pattern.

use std::collections::HashMap;

use anyhow::{Context, bail, ensure};

use super::spelling::{Id, Vocabulary};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// Any of these words or stems.
    Word(Vec<Id>),
    Group(usize),
    Links,
    Gap(usize),
    Not(Box<Element>),
    ClauseStart,
    ClauseEnd,
    TextStart,
    TextEnd,
}

/// Words in their order.
pub type Sequence = Vec<Element>;

/// Sequences near each other; several such sets anywhere in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(pub Vec<Vec<Sequence>>);

/// Reads patterns, and gives their words numbers.
pub struct Parser<'v> {
    pub vocabulary: &'v mut Vocabulary,
    pub groups: &'v HashMap<String, usize>,
}

impl Parser<'_> {
    pub fn pattern(&mut self, text: &str) -> anyhow::Result<Pattern> {
        let sets = text.split("&&").map(|set| set.split('&').map(|part| self.sequence(part)).collect());
        Ok(Pattern(sets.collect::<anyhow::Result<_>>().with_context(|| format!("pattern {text:?}"))?))
    }

    /// One phrase without `&`.
    pub fn sequence(&mut self, text: &str) -> anyhow::Result<Sequence> {
        let elements: Sequence =
            text.split_whitespace().map(|part| self.element(part)).collect::<anyhow::Result<_>>()?;
        let anchors = [Element::ClauseStart, Element::TextStart];
        let begins = elements.iter().find(|element| !anchors.contains(element));
        ensure!(
            matches!(begins, Some(Element::Word(_) | Element::Group(_))),
            "{text:?} must begin with a word or a group"
        );
        Ok(elements)
    }

    fn element(&mut self, part: &str) -> anyhow::Result<Element> {
        Ok(match part {
            "~" => Element::Links,
            "^" => Element::ClauseStart,
            "$" => Element::ClauseEnd,
            "^^" => Element::TextStart,
            "$$" => Element::TextEnd,
            _ => {
                if let Some(rest) = part.strip_prefix('!') {
                    Element::Not(Box::new(self.element(rest)?))
                } else if let Some(count) = part.strip_prefix("..") {
                    Element::Gap(if count.is_empty() { 4 } else { count.parse()? })
                } else if let Some(name) = part.strip_prefix('<').and_then(|part| part.strip_suffix('>')) {
                    Element::Group(*self.groups.get(name).with_context(|| format!("no group {name:?}"))?)
                } else {
                    Element::Word(part.split('|').map(|word| self.word(word)).collect::<anyhow::Result<_>>()?)
                }
            }
        })
    }

    fn word(&mut self, word: &str) -> anyhow::Result<Id> {
        let stem = word.strip_suffix('*');
        let letters = stem.unwrap_or(word);
        if letters.is_empty()
            || !letters.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.')
        {
            bail!("{word:?} is not a plain lower-case word without apostrophes");
        }
        match stem {
            Some(stem) if stem.len() < 3 => bail!("{word:?}: a stem has at least three letters"),
            Some(stem) => Ok(self.vocabulary.stem(stem)),
            None => Ok(self.vocabulary.word(word)),
        }
    }
}
