//! Cuts our Markdown into its headings, paragraphs, points and meanings, as plain words for a search to find and show.

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::library::markdown::blocks::{Block, Names, blocks, fill, parser, typographic};
use crate::library::markdown::worksheet;

/// One heading, or as much text as is read in one go.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Passage {
    pub heading: bool,
    pub words: String,
}

/// The passages of a text that `html` took, in their order.
pub fn passages(text: &str, names: &Names) -> Vec<Passage> {
    let mut passages = Vec::new();
    for block in blocks(text).unwrap_or_default() {
        match block {
            Block::Heading { words, .. } => {
                passages.push(Passage { heading: true, words: typographic(words) })
            }
            Block::Callout { title, text, .. } => {
                passages.push(Passage { heading: false, words: typographic(title) });
                markdown(&text, names, &mut passages);
            }
            Block::Markdown { text, .. } | Block::Figure { words: text, .. } => {
                markdown(&text, names, &mut passages);
            }
            Block::Worksheet { text, .. } => {
                markdown(&worksheet::as_markdown(&text), names, &mut passages);
            }
        }
    }
    passages
}

fn markdown(text: &str, names: &Names, passages: &mut Vec<Passage>) {
    let mut words = String::new();
    let mut end = |words: &mut String, heading: bool| {
        let one_line = words.split_whitespace().collect::<Vec<_>>().join(" ");
        words.clear();
        if !one_line.is_empty() {
            passages.push(Passage { heading, words: one_line });
        }
    };
    for event in parser(text) {
        match event {
            Event::Text(text) | Event::Code(text) => {
                words.push_str(&fill(&text, &names.details).unwrap_or_default())
            }
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            // A term stands before its meaning; a point before the points under it.
            Event::End(TagEnd::DefinitionListTitle) => words.push_str(": "),
            Event::End(TagEnd::TableCell) => words.push_str("; "),
            Event::End(TagEnd::Heading(_)) => end(&mut words, true),
            Event::Start(Tag::List(_) | Tag::Item)
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::Item
                | TagEnd::DefinitionListDefinition
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) => end(&mut words, false),
            _ => {}
        }
    }
    end(&mut words, false);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_a_passage_without_its_marks() {
        let text = "## It’s *a*\n\nOne [two](/x).[^k]\nThree\n\n- a\n- b\n\n### C\n\nTerm\n: Its **meaning**\n\n::: note N\nr\n:::\n";
        let found = passages(text, &Names::default());
        let words: Vec<(bool, &str)> =
            found.iter().map(|passage| (passage.heading, passage.words.as_str())).collect();
        assert_eq!(
            words,
            [
                (true, "It’s *a*"),
                (false, "One two. Three"),
                (false, "a"),
                (false, "b"),
                (true, "C"),
                (false, "Term: Its meaning"),
                (false, "N"),
                (false, "r")
            ]
        );
    }
}
