//! A text cut into what a reader meets: passages, lists, links, headings and callouts, each with its place.

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::clinic::content_file::Position;
use crate::library::markdown::{Block, CalloutKind, blocks, parser};

#[derive(Default)]
pub struct Prose {
    pub passages: Vec<ProsePassage>,
    pub lists: Vec<List>,
    pub links: Vec<Link>,
    /// Second-level headings.
    pub headings: Vec<(Position, String)>,
    pub callouts: Vec<Callout>,
    pub figures: Vec<Figure>,
    /// Keys of sources where each is first cited.
    pub cited: Vec<(Position, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    Paragraph,
    Item,
    /// An item of a numbered list.
    Step,
    /// What a term means.
    Meaning,
    /// Headings, terms and cells: words, but no sentences.
    Label,
}

/// Where words stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Within {
    Text,
    Callout,
    Figure,
    Worksheet,
}

/// Words that are read in one go, without the numbers of their sources.
pub struct ProsePassage {
    pub sort: Sort,
    pub within: Within,
    pub words: String,
    /// Where each run of the words begins, in the words and in the text.
    runs: Vec<(usize, Position)>,
}

pub struct List {
    pub place: Position,
    pub items: usize,
    pub numbered: bool,
    pub within: Within,
}

pub struct Callout {
    pub place: Position,
    pub kind: CalloutKind,
    pub title: String,
    pub words: String,
    /// It holds the number of a source.
    pub cited: bool,
}

/// A drawing and the numbered steps in its words.
pub struct Figure {
    pub place: Position,
    pub name: String,
    pub steps: usize,
}

pub struct Link {
    pub place: Position,
    pub words: String,
    pub to: String,
}

impl ProsePassage {
    /// Where a byte of its words stands in the text.
    pub fn place(&self, at: usize) -> Position {
        let run = self.runs.iter().rev().find(|(start, _)| *start <= at);
        run.map_or(Position::START, |(start, place)| {
            let along = self.words[*start..at].chars().count();
            Position { column: place.column + along, ..*place }
        })
    }

    pub fn has_sentences(&self) -> bool {
        self.sort != Sort::Label
    }
}

impl Prose {
    /// Reads a text. One that cannot be cut into blocks is empty: the writer of HTML tells its faults.
    pub fn read(text: &str) -> Prose {
        let mut prose = Prose::default();
        for block in blocks(text).unwrap_or_default() {
            match block {
                Block::Heading { line, words } => {
                    prose.label(Position { line, column: 4 }, words);
                    prose.headings.push((Position::line(line), words.to_owned()));
                }
                Block::Markdown { line, text } => prose.markdown(line, &text, Within::Text),
                Block::Callout { line, kind, title, text } => {
                    prose.label(Position::line(line), title);
                    prose.callouts.push(Callout {
                        place: Position::line(line),
                        kind,
                        title: title.to_owned(),
                        cited: text.contains("[^"),
                        words: text.clone(),
                    });
                    prose.markdown(line + 1, &text, Within::Callout);
                }
                Block::Figure { line, name, words } => {
                    let before = prose.lists.len();
                    prose.markdown(line + 1, &words, Within::Figure);
                    let numbered = prose.lists[before..].iter().filter(|list| list.numbered);
                    let steps = numbered.map(|list| list.items).sum();
                    prose.figures.push(Figure { place: Position::line(line), name: name.to_owned(), steps });
                }
                Block::Worksheet { line, text, .. } => {
                    prose.markdown(line + 1, &text, Within::Worksheet);
                }
            }
        }
        prose
    }

    fn label(&mut self, place: Position, words: &str) {
        let passage = ProsePassage {
            sort: Sort::Label,
            within: Within::Text,
            words: words.into(),
            runs: vec![(0, place)],
        };
        self.passages.push(passage);
    }

    fn markdown(&mut self, first: usize, text: &str, within: Within) {
        let mut open: Vec<ProsePassage> = Vec::new();
        let mut lists: Vec<List> = Vec::new();
        let mut link: Option<Link> = None;
        for (event, range) in parser(text).into_offset_iter() {
            let place = Position::of(text, range.start).below(first - 1);
            match event {
                Event::Start(Tag::List(first)) => {
                    lists.push(List { place, items: 0, numbered: first.is_some(), within });
                }
                Event::End(TagEnd::List(_)) => self.lists.extend(lists.pop()),
                Event::Start(Tag::Link { dest_url, .. }) => {
                    link = Some(Link { place, words: String::new(), to: dest_url.into_string() });
                }
                Event::End(TagEnd::Link) => self.links.extend(link.take()),
                Event::Start(tag) => {
                    if tag == Tag::Item
                        && let Some(list) = lists.last_mut()
                    {
                        list.items += 1;
                    }
                    if let Some(sort) = sort(&tag, lists.last()) {
                        open.push(ProsePassage { sort, within, words: String::new(), runs: Vec::new() });
                    }
                }
                Event::End(end) if closes(end) => {
                    let Some(passage) = open.pop() else { continue };
                    if !passage.words.trim().is_empty() {
                        self.passages.push(passage);
                    }
                }
                Event::FootnoteReference(key) if !self.cited.iter().any(|(_, known)| *known == *key) => {
                    self.cited.push((place, key.into_string()));
                }
                Event::Text(words) | Event::Code(words) => {
                    if let Some(link) = &mut link {
                        link.words.push_str(&words);
                    }
                    if let Some(passage) = open.last_mut() {
                        passage.runs.push((passage.words.len(), place));
                        passage.words.push_str(&words);
                    }
                }
                Event::SoftBreak | Event::HardBreak => {
                    if let Some(passage) = open.last_mut() {
                        passage.words.push(' ');
                    }
                }
                _ => {}
            }
        }
    }
}

fn sort(tag: &Tag, list: Option<&List>) -> Option<Sort> {
    match tag {
        Tag::Paragraph | Tag::Item if list.is_some_and(|list| list.numbered) => Some(Sort::Step),
        Tag::Paragraph | Tag::Item if list.is_some() => Some(Sort::Item),
        Tag::Paragraph => Some(Sort::Paragraph),
        Tag::DefinitionListDefinition => Some(Sort::Meaning),
        Tag::DefinitionListTitle | Tag::Heading { .. } | Tag::TableCell => Some(Sort::Label),
        _ => None,
    }
}

fn closes(end: TagEnd) -> bool {
    matches!(
        end,
        TagEnd::Paragraph
            | TagEnd::Item
            | TagEnd::DefinitionListDefinition
            | TagEnd::DefinitionListTitle
            | TagEnd::Heading(_)
            | TagEnd::TableCell
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "## Key points\n\nIn short:\n\n- One.[^a]\n- Two *three*\n  four.\n\nTerm\n: It means five.\n\n\
                        ::: urgent Call if:\n- six\n:::\n\nA [link here](/x).[^b]\n";

    #[test]
    fn every_passage_keeps_its_words_without_marks_and_its_place() {
        let prose = Prose::read(TEXT);
        let words: Vec<&str> = prose.passages.iter().map(|passage| passage.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "Key points",
                "In short:",
                "One.",
                "Two three four.",
                "Term",
                "It means five.",
                "Call if:",
                "six",
                "A link here."
            ]
        );
        let four = &prose.passages[3];
        assert_eq!(four.place(four.words.find("three").unwrap()), Position { line: 6, column: 8 });
        assert_eq!(four.place(four.words.find("four").unwrap()), Position { line: 7, column: 3 });
    }

    #[test]
    fn lists_links_callouts_and_sources_are_found() {
        let prose = Prose::read(TEXT);
        let lists: Vec<(usize, Within)> = prose.lists.iter().map(|list| (list.items, list.within)).collect();
        assert_eq!(lists, [(2, Within::Text), (1, Within::Callout)]);
        let link = &prose.links[0];
        assert_eq!(
            (link.place, link.words.as_str(), link.to.as_str()),
            (Position { line: 16, column: 3 }, "link here", "/x")
        );
        let callout = &prose.callouts[0];
        assert_eq!((callout.place, callout.kind), (Position::line(12), CalloutKind::Urgent));
        assert_eq!((callout.title.as_str(), callout.cited), ("Call if:", false));
        let figure = &Prose::read("::: figure a\nTwo:\n\n1. One.\n2. Two.\n:::\n").figures[0];
        assert_eq!((figure.name.as_str(), figure.steps), ("a", 2));
        assert_eq!(prose.cited[1], (Position { line: 16, column: 19 }, "b".to_owned()));
    }
}
