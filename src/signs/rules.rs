//! `content/signs.toml` as it is written, checked and made ready for matching.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::finding::{Help, Kind};
use super::pattern::{Element, Parser, Pattern, Sequence};
use super::silence::Silence;
use super::spelling::{Id, Vocabulary};

/// The words and groups of words that patterns are made of.
pub struct Lexicon {
    pub vocabulary: Vocabulary,
    pub groups: Vec<Group>,
    /// Small words that may stand between any two words of a pattern.
    pub fillers: Vec<Id>,
    /// Verbs and prepositions that `~` passes over.
    pub links: Vec<Id>,
    /// Words that begin a new clause without a comma.
    pub clause_breaks: Vec<Id>,
    /// Words that `..` does not pass over.
    pub stops: Vec<Id>,
    /// For each word, the group and the number of each phrase that begins with it.
    by_first_word: Vec<Vec<(usize, usize)>>,
    names: HashMap<String, usize>,
}

/// Phrases that mean the same in a pattern.
pub struct Group {
    pub phrases: Vec<Sequence>,
    /// The numbers of those that begin with a group.
    pub others: Vec<usize>,
}

pub struct Sign {
    pub name: Arc<str>,
    pub kind: Kind,
    pub help: Help,
    pub label: Arc<str>,
    pub silenced_by: Vec<Silence>,
    /// Signs whose words are not counted for this one: "cannot feel it any more" of a numb bottom is no despair.
    pub yields_to: Vec<String>,
    /// Other meanings of its words are not taken away: tingling hands are ordinary, but not after a tackle.
    pub literal: bool,
    pub patterns: Vec<Pattern>,
    /// Looked for when none of the others is found: words that are seldom together without the sign.
    pub broad: Vec<Pattern>,
}

pub struct Rules {
    pub lexicon: Lexicon,
    pub signs: Vec<Sign>,
    /// Phrases with another meaning: their words are not counted.
    pub other_meanings: Vec<Pattern>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    small_words: SmallWords,
    same: HashMap<String, Vec<String>>,
    /// Words that a slip may stand for though no pattern names them whole.
    slips: Vec<String>,
    group: Vec<WrittenGroup>,
    other_meanings: Vec<String>,
    sign: Vec<WrittenSign>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SmallWords {
    fillers: Vec<String>,
    links: Vec<String>,
    clause_breaks: Vec<String>,
    stops: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenGroup {
    name: String,
    phrases: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSign {
    name: String,
    kind: Kind,
    /// What its kind calls for, where it is left out.
    help: Option<Help>,
    label: String,
    /// Keys of `references.toml`, or "clinical" for what a clinician is still to confirm.
    sources: Vec<String>,
    silenced_by: Vec<Silence>,
    #[serde(default)]
    yields_to: Vec<String>,
    #[serde(default)]
    literal: bool,
    patterns: Vec<String>,
    #[serde(default)]
    broad: Vec<String>,
}

impl Rules {
    pub fn load(content: &Path) -> anyhow::Result<Rules> {
        let read = |name: &str| {
            let file = content.join(name);
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
        };
        let written = toml::from_str(&read("signs.toml")?).context("signs.toml")?;
        Rules::new(written, &read("signs_real_words.txt")?).context("signs.toml")
    }

    fn new(written: Written, real: &str) -> anyhow::Result<Rules> {
        let mut vocabulary = Vocabulary::new(real, &written.same);
        for word in &written.slips {
            vocabulary.word(word);
        }
        let mut ids = |words: &[String]| words.iter().map(|word| vocabulary.word(word)).collect::<Vec<Id>>();
        let [fillers, links, clause_breaks, stops] = [
            ids(&written.small_words.fillers),
            ids(&written.small_words.links),
            ids(&written.small_words.clause_breaks),
            ids(&written.small_words.stops),
        ];
        let mut names = HashMap::new();
        let mut groups = Vec::new();
        for group in &written.group {
            let mut parser = Parser { vocabulary: &mut vocabulary, groups: &names };
            let phrases = group.phrases.iter().map(|phrase| parser.sequence(phrase));
            let phrases =
                phrases.collect::<anyhow::Result<_>>().with_context(|| format!("group {}", group.name))?;
            ensure!(!names.contains_key(&group.name), "group {} is written twice", group.name);
            names.insert(group.name.clone(), groups.len());
            groups.push(Group::new(phrases));
        }
        let mut parser = Parser { vocabulary: &mut vocabulary, groups: &names };
        let mut patterns = |written: &[String]| -> anyhow::Result<Vec<Pattern>> {
            written.iter().map(|pattern| parser.pattern(pattern)).collect()
        };
        let other_meanings = patterns(&written.other_meanings)?;
        let sign_names: HashSet<String> = written.sign.iter().map(|sign| sign.name.clone()).collect();
        let mut signs = Vec::new();
        for sign in written.sign {
            ensure!(!sign.sources.is_empty(), "sign {} names no source", sign.name);
            let unknown = sign.yields_to.iter().find(|name| !sign_names.contains(*name));
            ensure!(unknown.is_none(), "sign {} yields to {unknown:?}, which is no sign", sign.name);
            signs.push(Sign {
                patterns: patterns(&sign.patterns).with_context(|| format!("sign {}", sign.name))?,
                broad: patterns(&sign.broad).with_context(|| format!("sign {}", sign.name))?,
                name: sign.name.into(),
                kind: sign.kind,
                help: sign.help.unwrap_or(sign.kind.into()),
                label: sign.label.into(),
                silenced_by: sign.silenced_by,
                yields_to: sign.yields_to,
                literal: sign.literal,
            });
        }
        let by_first_word = by_first_word(&groups, vocabulary.size());
        signs.sort_by_key(|sign| std::cmp::Reverse(sign.kind));
        Ok(Rules {
            lexicon: Lexicon {
                vocabulary,
                groups,
                fillers,
                links,
                clause_breaks,
                stops,
                by_first_word,
                names,
            },
            signs,
            other_meanings,
        })
    }
}

impl Lexicon {
    /// The phrases that begin with a word, by group and number.
    pub fn phrases_of(&self, word: Id) -> &[(usize, usize)] {
        &self.by_first_word[word as usize]
    }

    /// The number of a group that the code asks for by name.
    pub fn group(&self, name: &str) -> anyhow::Result<usize> {
        self.names.get(name).copied().with_context(|| format!("signs.toml has no group {name:?}"))
    }
}

impl Group {
    fn new(phrases: Vec<Sequence>) -> Group {
        let begins_with_word = |phrase: &Sequence| matches!(phrase[0], Element::Word(_));
        let others = (0..phrases.len()).filter(|number| !begins_with_word(&phrases[*number])).collect();
        Group { phrases, others }
    }
}

/// For each word, the group and the phrase of each phrase that begins with it.
fn by_first_word(groups: &[Group], words: usize) -> Vec<Vec<(usize, usize)>> {
    let mut first = vec![Vec::new(); words];
    for (number, group) in groups.iter().enumerate() {
        for (phrase, elements) in group.phrases.iter().enumerate() {
            if let Element::Word(ids) = &elements[0] {
                ids.iter().for_each(|id| first[*id as usize].push((number, phrase)));
            }
        }
    }
    first
}
