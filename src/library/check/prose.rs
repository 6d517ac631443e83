//! A text cut into what a reader meets: passages, lists, links, headings and callouts, each with its place.

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::clinic::content_file::Position;
use crate::library::markdown::{Block, Kind, blocks, parser};

#[derive(Default)]
pub struct Prose {
    pub passages: Vec<Passage>,
    pub lists: Vec<List>,
    pub links: Vec<Link>,
    /// Second-level headings.
    pub headings: Vec<(Position, String)>,
    pub callouts: Vec<(Position, Kind, String)>,
    /// Keys of sources where each is first cited.
    pub cited: Vec<(Position, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sort {
    Paragraph,
    Item,
    /// What a term means.
    Meaning,
    /// Headings, terms and cells: words, but no sentences.
    Label,
}

/// Words that are read in one go, without the numbers of their sources.
pub struct Passage {
    pub sort: Sort,
    pub words: String,
    /// The second-level heading above it.
    pub section: String,
    /// Where each run of the words begins, in the words and in the text.
    runs: Vec<(usize, Position)>,
}

pub struct List {
    pub place: Position,
    pub items: usize,
    /// What stands before it; nothing for a list within a list.
    pub lead_in: Option<String>,
}

pub struct Link {
    pub place: Position,
    pub words: String,
    pub to: String,
}

impl Passage {
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
        let mut section = String::new();
        for block in blocks(text).unwrap_or_default() {
            match block {
                Block::Heading { line, words } => {
                    section = words.to_owned();
                    prose.label(Position { line, column: 4 }, words, &section);
                    prose.headings.push((Position::line(line), words.to_owned()));
                }
                Block::Markdown { line, text } => prose.markdown(line, &text, &section, None),
                Block::Callout { line, kind, title, text } => {
                    prose.label(Position::line(line), title, &section);
                    prose.callouts.push((Position::line(line), kind, title.to_owned()));
                    prose.markdown(line + 1, &text, &section, Some(title));
                }
                Block::Figure { line, words, .. } => prose.markdown(line + 1, &words, &section, None),
            }
        }
        prose
    }

    fn label(&mut self, place: Position, words: &str, section: &str) {
        let passage = Passage {
            sort: Sort::Label,
            words: words.into(),
            section: section.into(),
            runs: vec![(0, place)],
        };
        self.passages.push(passage);
    }

    fn markdown(&mut self, first: usize, text: &str, section: &str, title: Option<&str>) {
        let mut open: Vec<Passage> = Vec::new();
        let mut lists: Vec<List> = Vec::new();
        let mut link: Option<Link> = None;
        let mut before = title.map(str::to_owned);
        for (event, range) in parser(text).into_offset_iter() {
            let place = Position::of(text, range.start).below(first - 1);
            match event {
                Event::Start(Tag::List(_)) => {
                    let lead_in = lists.is_empty().then(|| before.clone().unwrap_or_default());
                    lists.push(List { place, items: 0, lead_in });
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
                    if let Some(sort) = sort(&tag, !lists.is_empty()) {
                        let passage =
                            Passage { sort, words: String::new(), section: section.into(), runs: Vec::new() };
                        open.push(passage);
                    }
                }
                Event::End(end) if closes(end) => {
                    let Some(passage) = open.pop() else { continue };
                    if !passage.words.trim().is_empty() {
                        before = Some(passage.words.clone());
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

fn sort(tag: &Tag, in_list: bool) -> Option<Sort> {
    match tag {
        Tag::Paragraph if in_list => Some(Sort::Item),
        Tag::Paragraph => Some(Sort::Paragraph),
        Tag::Item => Some(Sort::Item),
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
        assert!(prose.passages.iter().all(|passage| passage.section == "Key points"));
    }

    #[test]
    fn lists_links_callouts_and_sources_are_found() {
        let prose = Prose::read(TEXT);
        let lists: Vec<(usize, &str)> =
            prose.lists.iter().map(|list| (list.items, list.lead_in.as_deref().unwrap())).collect();
        assert_eq!(lists, [(2, "In short:"), (1, "Call if:")]);
        let link = &prose.links[0];
        assert_eq!(
            (link.place, link.words.as_str(), link.to.as_str()),
            (Position { line: 16, column: 3 }, "link here", "/x")
        );
        assert_eq!(prose.callouts, [(Position::line(12), Kind::Urgent, "Call if:".to_owned())]);
        assert_eq!(prose.cited[1], (Position { line: 16, column: 19 }, "b".to_owned()));
    }
}
