//! Writes our Markdown as plain text, as good to read as the HTML.

use pulldown_cmark::{Event, Tag, TagEnd};
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::library::markdown::blocks::{Block, CalloutKind, Names, blocks, fill, parser, typographic};
use crate::library::markdown::worksheet;

/// Lines are no longer than this where words allow.
const WIDTH: usize = 72;

/// Writes a text that `html` took; `cited` gives the numbers of its sources.
pub fn plain(text: &str, names: &Names, cited: &[String]) -> String {
    let mut out = String::new();
    for block in blocks(text).unwrap_or_default() {
        match block {
            Block::Heading { words, .. } => {
                let words = typographic(words).to_uppercase();
                out.push_str(&format!("\n{words}\n{}\n\n", "-".repeat(words.chars().count())));
            }
            Block::Markdown { text, .. } => out.push_str(&markdown(&text, names, cited)),
            Block::Callout { kind, title, text, .. } => {
                let mark = if kind == CalloutKind::Note { "" } else { "** " };
                out.push_str(&format!("{mark}{}\n\n{}", typographic(title), markdown(&text, names, cited)));
            }
            Block::Figure { words, .. } => out.push_str(&markdown(&words, names, cited)),
            Block::Worksheet { text, .. } => {
                out.push_str(&markdown(&worksheet::as_markdown(&text), names, cited));
            }
        }
    }
    out.trim().to_owned()
}

fn markdown(text: &str, names: &Names, cited: &[String]) -> String {
    let mut page = Page::default();
    let mut numbers: Vec<Option<u64>> = Vec::new();
    let mut links: Vec<String> = Vec::new();
    for event in parser(text) {
        match event {
            Event::Start(Tag::List(number)) => numbers.push(number),
            Event::End(TagEnd::List(_)) => {
                numbers.pop();
                page.end();
                page.gap();
            }
            Event::Start(Tag::Item) => {
                page.end();
                match numbers.last_mut() {
                    Some(Some(number)) => {
                        page.start(&format!("{number}. "), "   ");
                        *number += 1;
                    }
                    _ => page.start("- ", "  "),
                }
            }
            Event::End(TagEnd::Item) => page.end(),
            Event::Start(Tag::DefinitionListDefinition) => page.start("  ", "  "),
            Event::End(TagEnd::DefinitionListTitle) => page.end(),
            Event::End(TagEnd::DefinitionListDefinition | TagEnd::Paragraph | TagEnd::Heading(_)) => {
                page.end();
                if numbers.is_empty() {
                    page.gap();
                }
            }
            Event::End(TagEnd::TableCell) => page.add("; "),
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => page.end(),
            Event::End(TagEnd::Table) => page.gap(),
            Event::Start(Tag::Link { dest_url, .. }) => links.push(dest_url.into_string()),
            Event::End(TagEnd::Link) => {
                let to = links.pop().and_then(|to| fill(&to, &names.details).ok()).unwrap_or_default();
                if to.starts_with('/') {
                    page.add(&format!(" ({}{to})", names.base_url));
                } else if to.starts_with("http") {
                    page.add(&format!(" ({to})"));
                }
            }
            Event::FootnoteReference(key) => {
                let number = cited.iter().position(|cited| *cited == *key).map_or(0, |at| at + 1);
                page.add(&format!(" [{number}]"));
            }
            Event::Text(words) | Event::Code(words) => {
                page.add(&fill(&words, &names.details).unwrap_or_default())
            }
            Event::SoftBreak | Event::HardBreak => page.add(" "),
            _ => {}
        }
    }
    page.end();
    page.gap();
    page.out
}

/// Lines being filled with words.
#[derive(Default)]
struct Page {
    out: String,
    words: String,
    first: String,
    rest: String,
}

impl Page {
    /// Begins a line with `first`; where it wraps, lines begin with `rest`.
    fn start(&mut self, first: &str, rest: &str) {
        self.first = first.to_owned();
        self.rest = rest.to_owned();
    }

    fn add(&mut self, words: &str) {
        self.words.push_str(words);
    }

    fn end(&mut self) {
        let words = std::mem::take(&mut self.words);
        if words.trim().is_empty() {
            return;
        }
        self.out.push_str(&wrap(&words, &std::mem::take(&mut self.first), &std::mem::take(&mut self.rest)));
    }

    fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

/// Words on lines of at most `WIDTH`, each line ended; a word that is longer stands alone.
pub fn wrap(words: &str, first: &str, rest: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let options = Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    textwrap::fill(&words, options) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_keeps_lists_terms_links_and_sources() {
        let names = Names { base_url: "http://localhost".into(), ..Names::default() };
        let text = "## What it is\n\nOne *two* [three](/fact-sheets/x).[^k]\n\n- a\n- b\n\n1. c\n2. d\n\nTerm\n: Its meaning\n";
        let plain = plain(text, &names, &["k".to_owned()]);
        assert_eq!(
            plain,
            "WHAT IT IS\n----------\n\nOne two three (http://localhost/fact-sheets/x). [1]\n\n- a\n- b\n\n1. c\n2. d\n\nTerm\n  Its meaning"
        );
    }

    #[test]
    fn lines_are_wrapped_and_long_words_stand_alone() {
        let text = wrap(&format!("{} {}", "word ".repeat(30), "x".repeat(100)), "- ", "  ");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH || line.trim().len() == 100));
        assert!(text.lines().skip(1).all(|line| line.starts_with("  ")));
    }
}
