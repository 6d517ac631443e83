//! Reads a content file, and names the line of what is wrong with it.

use std::fmt;
use std::path::Path;

use anyhow::Context;

/// A line and a column of a text, in characters, each from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    pub const START: Position = Position { line: 1, column: 1 };

    pub fn line(line: usize) -> Position {
        Position { line, column: 1 }
    }

    /// Of a byte of a text.
    pub fn of(text: &str, at: usize) -> Position {
        let before = &text[..at];
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        Position { line: before.matches('\n').count() + 1, column: before[start..].chars().count() + 1 }
    }

    /// The same place when these lines stand above the text.
    pub fn below(self, lines: usize) -> Position {
        Position { line: self.line + lines, ..self }
    }
}

/// Reads a TOML file; an error names the file, the line and what was expected.
pub fn read_toml<T: serde::de::DeserializeOwned>(file: &Path) -> anyhow::Result<T> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    toml::from_str(&text).map_err(|error| {
        let place = Position::of(&text, error.span().map_or(0, |span| span.start));
        Misread { file: file.display().to_string(), place, message: error.message().to_owned() }.into()
    })
}

/// A data file that says something else than was expected, and where.
#[derive(Debug)]
pub struct Misread {
    pub file: String,
    pub place: Position,
    pub message: String,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Misread { file, place, message } = self;
        write!(f, "{file}:{}:{}: error[data-file]: {message}", place.line, place.column)
    }
}

impl std::error::Error for Misread {}
