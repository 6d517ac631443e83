//! Links the first use of a term in a text to what the glossary says of it.

use std::collections::{HashMap, HashSet};

use pulldown_cmark::Event;

/// Words that the glossary explains, in one of the forms they are written in.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkedTerm {
    pub words: String,
    /// The term's id on the glossary page.
    pub slug: String,
}

/// What one text has linked so far.
pub struct Links<'n> {
    /// By their first byte, as a small letter.
    terms: HashMap<u8, Vec<&'n LinkedTerm>>,
    done: HashSet<&'n str>,
    /// False where nothing may distract: in emergency and urgent callouts, and in a drawing's words.
    pub open: bool,
    pub in_paragraph: bool,
    pub in_link: bool,
}

impl<'n> Links<'n> {
    pub fn new(all: &'n [LinkedTerm]) -> Links<'n> {
        let mut terms: HashMap<u8, Vec<&LinkedTerm>> = HashMap::new();
        for term in all {
            terms.entry(first(&term.words)).or_default().push(term);
        }
        Links { terms, done: HashSet::new(), open: true, in_paragraph: false, in_link: false }
    }

    /// Adds words of the text, with a link round each term that is new. A term inside a link needs no other.
    pub fn write(&mut self, words: String, events: &mut Vec<Event<'_>>) {
        let may_link = self.open && self.in_paragraph && !self.in_link;
        if !may_link && !self.in_link {
            return events.push(Event::Text(words.into()));
        }
        let mut written = 0;
        let mut at = 0;
        while at < words.len() {
            let starts_word = !words[..at].ends_with(|c: char| c.is_alphanumeric() || c == '-');
            let found = if starts_word { self.term_at(&words[at..]) } else { None };
            let Some(term) = found else {
                at += words[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            };
            self.done.insert(&term.slug);
            let end = at + term.words.len();
            if may_link {
                events.push(Event::Text(words[written..at].to_owned().into()));
                let link = format!("<a class=\"term\" href=\"/glossary#{}\">", term.slug);
                events.push(Event::InlineHtml(link.into()));
                events.push(Event::Text(words[at..end].to_owned().into()));
                events.push(Event::InlineHtml("</a>".into()));
                written = end;
            }
            at = end;
        }
        events.push(Event::Text(words[written..].to_owned().into()));
    }

    /// The longest new term that these words begin with.
    fn term_at(&self, words: &str) -> Option<&'n LinkedTerm> {
        let begins = |term: &&LinkedTerm| {
            let Some(start) = words.get(..term.words.len()) else { return false };
            let same =
                start.eq_ignore_ascii_case(&term.words) && (start == term.words || !is_acronym(&term.words));
            same && !words[term.words.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '-')
        };
        let new = |term: &&LinkedTerm| !self.done.contains(term.slug.as_str());
        let near = self.terms.get(&first(words))?.iter().copied();
        near.filter(begins).filter(new).max_by_key(|term| term.words.len())
    }
}

fn first(words: &str) -> u8 {
    words.bytes().next().unwrap_or_default().to_ascii_lowercase()
}

/// "ACT" is not "act": capitals after the first letter are part of the word.
fn is_acronym(words: &str) -> bool {
    words.chars().skip(1).any(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::markdown::{Names, html::html};

    fn written(text: &str) -> String {
        let term = |words: &str, slug: &str| LinkedTerm { words: words.into(), slug: slug.into() };
        let terms = [
            ("disc", "disc"),
            ("discs", "disc"),
            ("disc bulge", "disc-bulge"),
            ("ACT", "act"),
            ("flare-up", "flare-up"),
        ];
        let terms = terms.map(|(words, slug)| term(words, slug)).into();
        html(text, &Names { terms, ..Names::default() }).unwrap().body
    }

    fn link(slug: &str, words: &str) -> String {
        format!("<a class=\"term\" href=\"/glossary#{slug}\">{words}</a>")
    }

    #[test]
    fn only_the_first_use_is_linked_as_it_is_written_there() {
        assert_eq!(
            written("Discs wear. A disc is soft.\n"),
            format!("<p>{} wear. A disc is soft.</p>\n", link("disc", "Discs"))
        );
    }

    #[test]
    fn the_longest_term_wins_and_whole_words_only_count() {
        assert_eq!(
            written("A disc bulge, discos, act, a mini-disc.\n"),
            format!("<p>A {}, discos, act, a mini-disc.</p>\n", link("disc-bulge", "disc bulge"))
        );
        assert_eq!(written("ACT now.\n"), format!("<p>{} now.</p>\n", link("act", "ACT")));
        assert_eq!(written("A flare-up.\n"), format!("<p>A {}.</p>\n", link("flare-up", "flare-up")));
    }

    #[test]
    fn headings_lists_links_and_urgent_callouts_are_left_as_they_are() {
        for text in [
            "## A disc\n\n### The disc\n",
            "- a disc\n",
            "Disc\n: a flare-up\n",
            "::: emergency Call 999 now if:\nA disc.\n:::\n",
            "::: urgent Ask today if:\nA disc.\n:::\n",
            "[The disc](/x), disc.\n",
        ] {
            assert!(!written(text).contains("/glossary"), "{text}");
        }
        assert!(written("::: note Care\nA disc.\n:::\n").contains("/glossary#disc"));
    }
}
