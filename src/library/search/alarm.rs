//! Words that cannot wait: the phrases of which one is enough to show help before the results.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::library::search::words::{Word, key, words};

/// What brings up help, and what does not.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Help {
    /// Phrases that bring it up: all their words, near each other, in any order.
    pub people: Vec<String>,
    /// What the pages that help most say.
    pub pages: Vec<String>,
    /// Words that stand for each other in `signs`, by the name that signs give them.
    #[serde(default)]
    pub kinds: HashMap<String, Vec<String>>,
    /// Phrases made of kinds: "<numb> <saddle>". They bring help up even beside calm words.
    #[serde(default)]
    pub signs: Vec<String>,
    /// Phrases in their order, made of kinds too, whose words say nothing of a sign: "fall asleep".
    #[serde(default)]
    pub calm: Vec<String>,
}

impl Help {
    pub fn check(&self, file: &str) -> anyhow::Result<()> {
        for said in self.people.iter().chain(self.kinds.values().flatten()) {
            ensure!(!words(said).is_empty(), "{file}: {said:?} holds no word");
        }
        for sign in self.signs.iter().chain(&self.calm) {
            let phrases = self.written_out(sign).with_context(|| format!("{file}: {sign:?}"))?;
            ensure!(phrases.iter().all(|said| !words(said).is_empty()), "{file}: {sign:?} holds no word");
        }
        Ok(())
    }

    /// A sign with each word of its kinds.
    fn written_out(&self, sign: &str) -> anyhow::Result<Vec<String>> {
        let mut out = vec![String::new()];
        for part in sign.split_whitespace() {
            let one = [part.to_owned()];
            let words = match part.strip_prefix('<').and_then(|part| part.strip_suffix('>')) {
                Some(kind) => {
                    self.kinds.get(kind).with_context(|| format!("no kind {kind:?} is listed"))?.as_slice()
                }
                None => &one,
            };
            out = out
                .iter()
                .flat_map(|start| words.iter().map(move |word| format!("{start} {word}")))
                .collect();
        }
        Ok(out)
    }
}

/// Other words may stand between those of a phrase, but not many.
const BETWEEN: usize = 3;

#[derive(Default)]
pub struct Alarm {
    people: Phrases,
    signs: Phrases,
    calm: Vec<Vec<String>>,
    /// The number of what the pages that help most say.
    pub meaning: usize,
}

impl Alarm {
    pub fn new(help: &Help, meaning: usize) -> Alarm {
        let written_out = |said: &[String]| -> Vec<Vec<String>> {
            let phrases = said.iter().filter_map(|said| help.written_out(said).ok()).flatten();
            phrases.map(|said| keys(&said)).filter(|phrase| !phrase.is_empty()).collect()
        };
        Alarm {
            people: Phrases::new(help.people.iter().map(|said| keys(said))),
            signs: Phrases::new(written_out(&help.signs).into_iter()),
            calm: written_out(&help.calm),
            meaning,
        }
    }

    /// What is calm for one alarm is calm for all.
    pub fn calm_with(&mut self, other: &Alarm) {
        self.calm.extend(other.calm.iter().cloned());
    }

    /// Whether these words call for help; each comes with what it may have meant.
    pub fn is_in(&self, typed: &[Vec<String>]) -> bool {
        if self.signs.one_is_in(typed) {
            return true;
        }
        if !self.people.one_is_in(typed) {
            return false;
        }
        let calm = self.calm_words(typed);
        let rest: Vec<Vec<String>> = (0..)
            .zip(typed)
            .map(|(at, keys)| if calm.contains(&at) { Vec::new() } else { keys.clone() })
            .collect();
        self.people.one_is_in(&rest)
    }

    /// A text without its calm words.
    pub fn without_calm(&self, text: &str) -> String {
        let found = words(text);
        let typed: Vec<Vec<String>> = found.iter().map(|word| vec![key(&word.surface)]).collect();
        let calm = self.calm_words(&typed);
        let mut rest = String::new();
        let mut copied = 0;
        for Word { at, .. } in (0..).zip(&found).filter(|(at, _)| calm.contains(at)).map(|(_, word)| word) {
            rest.push_str(&text[copied..at.start]);
            copied = at.end;
        }
        rest + &text[copied..]
    }

    /// The numbers of the words that belong to calm phrases.
    fn calm_words(&self, typed: &[Vec<String>]) -> HashSet<usize> {
        let mut calm = HashSet::new();
        for phrase in &self.calm {
            for start in (0..typed.len()).filter(|at| typed[*at].contains(&phrase[0])) {
                calm.extend(in_order(phrase, typed, start).unwrap_or_default());
            }
        }
        calm
    }
}

/// Where the words of a phrase stand, the first at `start`.
fn in_order(phrase: &[String], typed: &[Vec<String>], start: usize) -> Option<Vec<usize>> {
    let mut places = vec![start];
    for wanted in &phrase[1..] {
        let from = places.last()? + 1;
        let to = typed.len().min(from + BETWEEN + 1);
        places.push((from..to).find(|at| typed[*at].contains(wanted))?);
    }
    Some(places)
}

fn keys(said: &str) -> Vec<String> {
    words(said).iter().map(|word| key(&word.surface)).collect()
}

/// Phrases by their first word, since most have none of the words that were typed.
#[derive(Default)]
struct Phrases(HashMap<String, Vec<Vec<String>>>);

impl Phrases {
    fn new(said: impl Iterator<Item = Vec<String>>) -> Phrases {
        let mut phrases = Phrases::default();
        for phrase in said.filter(|phrase| !phrase.is_empty()) {
            phrases.0.entry(phrase[0].clone()).or_default().push(phrase);
        }
        phrases
    }

    /// Whether every word of one phrase is among these, near each other.
    fn one_is_in(&self, typed: &[Vec<String>]) -> bool {
        let mut begun = typed.iter().flatten().filter_map(|key| self.0.get(key)).flatten();
        begun.any(|phrase| {
            let span = (phrase.len() + BETWEEN).min(typed.len());
            typed.windows(span).any(|near| {
                phrase.iter().all(|wanted| near.iter().any(|keys| keys.iter().any(|key| key == wanted)))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm() -> Alarm {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let help = Help {
            people: list(&["cauda equina", "between legs", "fall"]),
            kinds: [
                ("numb".to_owned(), list(&["numb", "no feeling"])),
                ("limb".to_owned(), list(&["leg", "feet"])),
            ]
            .into(),
            signs: list(&["<numb> <limb>"]),
            calm: list(&["pillow between legs", "fall asleep", "numb legs"]),
            ..Help::default()
        };
        help.check("synonyms.toml").unwrap();
        Alarm::new(&help, 0)
    }

    fn is_in(text: &str) -> bool {
        alarm().is_in(&words(text).iter().map(|word| vec![key(&word.surface)]).collect::<Vec<_>>())
    }

    #[test]
    fn one_phrase_with_all_its_words_in_any_order_is_enough() {
        assert!(is_in("equina? cauda"));
        assert!(!is_in("cauda of one kind and of the other kind equina"));
        assert!(!is_in("my legs feel heavy"));
    }

    #[test]
    fn a_sign_is_every_word_of_one_kind_with_every_word_of_another() {
        assert!(is_in("my legs, there is no feeling") && is_in("feet are numb"));
        assert!(!is_in("no legs"));
    }

    #[test]
    fn calm_words_hide_a_phrase_but_never_a_sign() {
        assert!(is_in("a fall") && !is_in("I cannot fall fast asleep"));
        assert!(is_in("it is between my legs") && !is_in("a pillow between my legs"));
        assert!(is_in("I fall asleep with numb legs after a fall"));
        assert!(is_in("numb legs"));
        assert_eq!(alarm().without_calm("I fall fast asleep, then fall"), "I  fast , then fall");
    }

    #[test]
    fn a_sign_of_an_unknown_kind_is_refused() {
        let help = Help { signs: vec!["<nowhere> numb".to_owned()], ..Help::default() };
        let error = format!("{:#}", help.check("synonyms.toml").unwrap_err());
        assert!(error.contains("nowhere"), "{error}");
    }
}
