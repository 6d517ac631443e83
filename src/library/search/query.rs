//! What was typed, as what may have been meant: corrected, widened by synonyms, and put into FTS5's language.

use crate::library::search::english::is_english;
use crate::library::search::meanings::{MeaningPhrase, Meanings, quoted};
use crate::library::search::spelling::SearchVocabulary;
use crate::library::search::store::Asked;
use crate::library::search::words::{SearchWord, canonical, key, strength};
use crate::signs::{Help, SignsReader};

/// More than anyone types who wants an answer.
const MOST_WORDS: usize = 24;
/// So many words and phrases say which passage answers.
const MOST_MARKED: usize = 6;
/// Words that stand for what was typed less well than this are not marked.
const LIKELY: f32 = 0.5;
/// What a phrase counts in a passage that only means what was typed.
const MEANT: f32 = 0.4;

/// What was typed, understood.
#[derive(Default)]
pub struct SearchQuery {
    pub asked: Vec<Asked>,
    /// What is marked in passages, and how much it counts there.
    pub marked: Vec<(String, f32)>,
    /// What stood between quotation marks, in FTS5's language.
    pub quoted: Option<String>,
    /// The typed text with its likely slips mended.
    pub meant: Option<String>,
    /// Which help the words call for, the most urgent first.
    pub help: Vec<Help>,
}

/// A typed word that says something, and the words of the site it may be.
struct TypedWord {
    may_be: Vec<(String, f32)>,
    keys: Vec<String>,
    strength: f32,
}

impl TypedWord {
    fn exact(surface: &str) -> TypedWord {
        TypedWord {
            may_be: vec![(surface.to_owned(), 1.0)],
            keys: vec![key(surface)],
            strength: strength(surface),
        }
    }
}

/// Reads what was typed. `unfinished`: the last word may be the beginning of one.
pub fn read(
    typed: &str,
    unfinished: bool,
    vocabulary: &SearchVocabulary,
    meanings: &Meanings,
    signs: &SignsReader,
) -> SearchQuery {
    let mut query = SearchQuery::default();
    let mut mended = String::new();
    let mut copied = 0;
    let mut found = vocabulary.words(typed);
    found.truncate(MOST_WORDS);
    let mut understood: Vec<TypedWord> = Vec::new();
    for (number, word) in (1..).zip(&found) {
        let is_beginning = unfinished && number == found.len() && word.at.end == typed.len();
        let (parts, better) = parts(vocabulary, word, is_beginning);
        if let Some(better) = better {
            mended.push_str(&typed[copied..word.at.start]);
            mended.push_str(&better);
            copied = word.at.end;
        }
        understood.extend(parts);
    }
    if copied > 0 {
        query.meant = Some(mended + &typed[copied..]);
    }
    for text in [Some(typed), query.meant.as_deref()].into_iter().flatten() {
        query.help.extend(signs.read(text).help());
    }
    query.help = Help::in_order(std::mem::take(&mut query.help).into_iter());
    understood.retain(|typed| typed.strength > 0.0);
    ask_words(&mut query, &understood, vocabulary);
    ask_joined(&mut query, &found, vocabulary);
    ask_meanings(&mut query, &understood, meanings);
    query.marked.sort_by(|one, other| other.1.total_cmp(&one.1));
    query.marked.truncate(MOST_MARKED);
    let phrases: Vec<String> = between_quotes(typed).into_iter().map(quoted).collect();
    let phrases: Vec<&str> =
        phrases.iter().map(String::as_str).filter(|phrase| phrase.contains(' ')).collect();
    query.quoted = (!phrases.is_empty()).then(|| phrases.join(" AND "));
    query
}

/// One typed word as one or, when two ran together, two; and its better spelling, when it has one.
fn parts(
    vocabulary: &SearchVocabulary,
    word: &SearchWord,
    is_beginning: bool,
) -> (Vec<TypedWord>, Option<String>) {
    let surface = word.surface.as_str();
    let mut typed = TypedWord::exact(surface);
    if is_beginning {
        let begun = vocabulary.beginning(surface, 20);
        typed.strength = 1.0;
        typed.may_be.extend(begun.iter().map(|known| ((*known).to_owned(), 0.7)));
        if !begun.is_empty() {
            return (vec![typed], None);
        }
    }
    if vocabulary.holds(&typed.keys[0]) || typed.strength == 0.0 || is_english(surface) {
        return (vec![typed], None);
    }
    let in_keywords = vocabulary.is_in_keywords(&typed.keys[0]);
    let mut near = vocabulary.near(surface);
    if !in_keywords
        && near.first().is_none_or(|near| near.weight < 0.8)
        && let Some((one, other)) = vocabulary.split(surface)
    {
        return (vec![TypedWord::exact(one), TypedWord::exact(other)], Some(format!("{one} {other}")));
    }
    if in_keywords {
        near.truncate(1);
    }
    let better = near.first().map(|near| near.surface.to_owned());
    typed.keys.extend(better.as_deref().map(key));
    typed.may_be.extend(near.into_iter().map(|near| (near.surface.to_owned(), near.weight)));
    if typed.may_be.len() == 1 && !in_keywords && surface.chars().count() > 3 {
        let longer = vocabulary.beginning(surface, 8);
        typed.may_be.extend(longer.into_iter().map(|longer| (longer.to_owned(), 0.6)));
    }
    (vec![typed], better.filter(|_| !in_keywords))
}

fn ask_words(query: &mut SearchQuery, typed: &[TypedWord], vocabulary: &SearchVocabulary) {
    let strongest = typed.iter().map(|word| word.strength).fold(0.0, f32::max);
    for word in typed {
        for (surface, likeness) in &word.may_be {
            let (key, worth) = (key(surface), word.strength * likeness);
            let on_page = if vocabulary.is_common(&key) { 0.0 } else { worth };
            query.asked.push(Asked { expression: quoted(surface), on_page, in_line: worth, in_title: 0.0 });
            if word.strength == strongest && *likeness >= LIKELY {
                let forms = format!("\"{surface}\" OR \"{}\"", canonical(surface));
                query.marked.push((forms, vocabulary.rarity(&key) * likeness));
            }
        }
    }
    query.asked.retain(|asked| !asked.expression.is_empty());
}

/// "pain killers" where the pages write "painkillers".
fn ask_joined(query: &mut SearchQuery, found: &[SearchWord], vocabulary: &SearchVocabulary) {
    for two in found.windows(2) {
        let joined = format!("{}{}", two[0].surface, two[1].surface);
        if vocabulary.writes(&joined) {
            query.asked.push(Asked {
                expression: quoted(&joined),
                on_page: 1.0,
                in_line: 1.0,
                in_title: 0.0,
            });
        }
    }
}

fn ask_meanings(query: &mut SearchQuery, typed: &[TypedWord], meanings: &Meanings) {
    // Numbers of meanings, and which of the typed words each stands for, one bit each.
    let mut meant: Vec<(usize, u32)> = Vec::new();
    for start in 0..typed.len() {
        for number in typed[start].keys.iter().filter_map(|key| meanings.said_first.get(key)).flatten() {
            let said = &meanings.said[*number];
            let Some(covers) = covered(said, start, typed) else { continue };
            match meant.iter_mut().find(|(known, _)| *known == said.meaning) {
                Some((_, known)) => *known |= covers,
                None => meant.push((said.meaning, covers)),
            }
        }
    }
    // "Nothing works" is not about work: the longer phrase says what its words mean.
    let all = meant.clone();
    meant.retain(|(_, covers)| all.iter().all(|(_, other)| covers == other || covers & other != *covers));
    let meaning = |help: &Help| match help {
        Help::Harm | Help::Emergency | Help::SameDay => meanings.emergency,
        Help::Crisis => meanings.crisis,
    };
    let mut helps: Vec<usize> = query.help.iter().map(meaning).collect();
    helps.sort_unstable();
    helps.dedup();
    meant.extend(helps.into_iter().map(|meaning| (meaning, u32::MAX)));
    for (number, _) in meant {
        let meaning = &meanings.all[number];
        query.asked.extend(meaning.asked.clone());
        query.marked.extend(meaning.phrases.iter().map(|phrase| (phrase.clone(), MEANT)));
    }
}

/// Which typed words make up a phrase from `start` on, one bit each. One other word may stand between two of them:
/// "trapped the nerve", "ongoing low back pain".
fn covered(said: &MeaningPhrase, start: usize, typed: &[TypedWord]) -> Option<u32> {
    let is_typed = |word: &String| typed.iter().any(|typed| typed.keys.contains(word));
    if said.whole && said.phrase.len() != typed.len() || said.unless.iter().any(is_typed) {
        return None;
    }
    let mut at = start;
    let mut bits = 1 << start;
    for wanted in &said.phrase[1..] {
        let next = (at + 1..typed.len().min(at + 3)).find(|next| typed[*next].keys.contains(wanted))?;
        bits |= 1 << next;
        at = next;
    }
    Some(bits)
}

/// What stands between pairs of quotation marks.
fn between_quotes(typed: &str) -> Vec<&str> {
    let parts: Vec<&str> = typed.split(['"', '“', '”', '„', '«', '»']).collect();
    let closed = (parts.len() - 1) / 2;
    parts.into_iter().skip(1).step_by(2).take(closed).collect()
}
