//! A text cut into blocks, and what is known about it once it is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use pulldown_cmark::{Options, Parser};

use crate::clinic::content_file::Position;
use crate::library::markdown::terms::LinkedTerm;

/// What is wrong with a text, where in it, and which rule of the content check says so.
#[derive(Debug, PartialEq)]
pub struct Fault {
    pub place: Position,
    pub rule: &'static str,
    pub message: String,
}

/// What a text may name: details of the clinic, figures with their SVG, and terms that the glossary explains.
/// Cheap to clone but for the terms.
#[derive(Default, Clone)]
pub struct Names {
    pub details: Arc<BTreeMap<&'static str, String>>,
    pub figures: Arc<BTreeMap<String, String>>,
    /// Each is linked where a text first uses it.
    pub terms: Vec<LinkedTerm>,
    /// In front of links that begin with `/`: nothing on the site, the site's address in a mail.
    pub base_url: String,
    /// Mail cannot show drawings: their words stand in.
    pub for_mail: bool,
}

/// A text as HTML, and what a page needs to know about it.
#[derive(Default, Debug)]
pub struct RenderedMarkdown {
    /// The section "Key points" at the start, when there is one.
    pub key_points: String,
    pub body: String,
    /// The second-level headings: id and words.
    pub contents: Vec<(String, String)>,
    /// Keys of sources in the order of their first use: the first is number 1.
    pub cited: Vec<String>,
    /// Links and where they stand.
    pub links: Vec<(Position, String)>,
    pub ids: Vec<String>,
}

impl Fault {
    pub fn at(line: usize, rule: &'static str, message: impl Into<String>) -> Fault {
        Fault { place: Position::line(line), rule, message: message.into() }
    }
}

/// A part of a text that is written in its own way.
#[derive(Debug, PartialEq)]
pub enum Block<'t> {
    Heading { line: usize, words: &'t str },
    Markdown { line: usize, text: String },
    Callout { line: usize, kind: CalloutKind, title: &'t str, text: String },
    Figure { line: usize, name: &'t str, words: String },
    Worksheet { line: usize, name: &'t str, text: String },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CalloutKind {
    Emergency,
    Urgent,
    NonUrgent,
    Note,
}

impl CalloutKind {
    fn named(name: &str) -> Option<CalloutKind> {
        match name {
            "emergency" => Some(CalloutKind::Emergency),
            "urgent" => Some(CalloutKind::Urgent),
            "non-urgent" => Some(CalloutKind::NonUrgent),
            "note" => Some(CalloutKind::Note),
            _ => None,
        }
    }

    /// What is said before the heading to people who cannot see the colour.
    pub fn spoken(self) -> &'static str {
        match self {
            CalloutKind::Emergency => "Immediate action required: ",
            CalloutKind::Urgent => "Urgent advice: ",
            CalloutKind::NonUrgent => "Non-urgent advice: ",
            CalloutKind::Note => "",
        }
    }
}

/// Cuts a text at second-level headings and at `:::` lines.
pub fn blocks(text: &str) -> Result<Vec<Block<'_>>, Vec<Fault>> {
    let mut blocks = Vec::new();
    let mut faults = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    let mut lines = Vec::new();
    let mut first = 1;
    let take = |lines: &mut Vec<&str>| std::mem::take(lines).join("\n");
    for (line, words) in (1..).zip(text.lines()) {
        let starts_heading = open.is_none().then(|| words.strip_prefix("## ")).flatten();
        if let Some(fence) = words.strip_prefix(":::") {
            match open.take() {
                Some((started, opening)) => {
                    let text = take(&mut lines);
                    fenced(started, opening, text)
                        .map_or_else(|fault| faults.push(fault), |block| blocks.push(block));
                    if !fence.trim().is_empty() {
                        faults.push(Fault::at(
                            line,
                            "block",
                            "close the block above with a line of ::: alone first",
                        ));
                    }
                }
                None => {
                    blocks.push(Block::Markdown { line: first, text: take(&mut lines) });
                    open = Some((line, fence.trim()));
                }
            }
            first = line + 1;
        } else if let Some(words) = starts_heading {
            blocks.push(Block::Markdown { line: first, text: take(&mut lines) });
            blocks.push(Block::Heading { line, words: words.trim() });
            first = line + 1;
        } else {
            lines.push(words);
        }
    }
    if let Some((line, _)) = open {
        faults.push(Fault::at(line, "block", "this block is not closed; end it with a line of :::"));
    }
    blocks.push(Block::Markdown { line: first, text: take(&mut lines) });
    blocks.retain(|block| !matches!(block, Block::Markdown { text, .. } if text.trim().is_empty()));
    if faults.is_empty() { Ok(blocks) } else { Err(faults) }
}

pub fn fenced(line: usize, opening: &str, text: String) -> Result<Block<'_>, Fault> {
    let (word, rest) = opening.split_once(' ').unwrap_or((opening, ""));
    let rest = rest.trim();
    let fault = |message: &str| Fault::at(line, "block", message);
    match CalloutKind::named(word) {
        None if word == "figure" && text.trim().is_empty() => {
            Err(Fault::at(line, "figure-without-words", "this figure is not said in words"))
        }
        _ if text.trim().is_empty() => Err(fault("this block is empty")),
        Some(_) if rest.is_empty() => {
            Err(fault("give the callout a heading, such as ::: urgent Call NHS 111 today if:"))
        }
        Some(kind) => Ok(Block::Callout { line, kind, title: rest, text }),
        None if word == "figure" => Ok(Block::Figure { line, name: rest, words: text }),
        None if word == "worksheet" && rest.is_empty() => {
            Err(fault("give the worksheet a name, such as ::: worksheet diary"))
        }
        None if word == "worksheet" => Ok(Block::Worksheet { line, name: rest, text }),
        None => Err(fault("expected ::: emergency, urgent, non-urgent, note, figure or worksheet")),
    }
}

pub fn parser(text: &str) -> Parser<'_> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_OLD_FOOTNOTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_SMART_PUNCTUATION;
    Parser::new_ext(text, options)
}

/// Puts the clinic's details in the place of `{{phone}}` and the like. An unknown name is an error with that name.
pub fn fill(text: &str, details: &BTreeMap<&'static str, String>) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").ok_or("a {{ without its }}")?;
        let value = details
            .get(name.trim())
            .ok_or_else(|| format!("{{{{{name}}}}} is not a detail of the clinic"))?;
        filled.push_str(before);
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// An id for a heading: "What you can do today" is `what-you-can-do-today`.
pub fn slug(words: &str) -> String {
    let mut slug = String::new();
    for c in words.chars().flat_map(char::to_lowercase) {
        match c {
            c if c.is_ascii_alphanumeric() => slug.push(c),
            '\'' | '’' => {}
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Escapes what HTML would read as markup, in text and in attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Straight apostrophes as printers set them, in words that are not run through Markdown.
pub fn typographic(words: &str) -> String {
    words.replace('\'', "’")
}
