//! A content file as its writer sees it: finds the line and the column of what the check speaks of.

use std::path::{Path, PathBuf};

use crate::clinic::content_file::Position;
use crate::library::check::report::CheckFinding;

pub struct SourceFile {
    pub path: PathBuf,
    /// The whole file, lines ended as on Unix.
    whole: String,
    /// Where the text begins in the file; 0 when there is no front matter.
    text_at: usize,
}

impl SourceFile {
    pub fn open(path: &Path) -> std::io::Result<SourceFile> {
        Ok(SourceFile::new(path, std::fs::read_to_string(path)?))
    }

    pub fn new(path: &Path, whole: String) -> SourceFile {
        let whole = whole.replace("\r\n", "\n");
        let text_at = match whole.starts_with("+++\n") {
            true => whole.find("\n+++\n").map_or(0, |at| at + "\n+++\n".len()),
            false => 0,
        };
        SourceFile { path: path.to_owned(), whole, text_at }
    }

    /// The text below the front matter.
    pub fn text(&self) -> &str {
        &self.whole[self.text_at..]
    }

    /// The front matter, between its lines of +++.
    pub fn front(&self) -> Option<&str> {
        self.whole.get("+++\n".len()..self.text_at.checked_sub("+++\n".len())?)
    }

    pub fn finding(&self, place: Position, rule: &str, message: impl Into<String>) -> CheckFinding {
        CheckFinding::new(self.path.display().to_string(), place, rule, message)
    }

    /// About something in the text: a place counted from the text's first line.
    pub fn in_text(&self, place: Position, rule: &str, message: impl Into<String>) -> CheckFinding {
        let lines_above = self.whole[..self.text_at].matches('\n').count();
        self.finding(place.below(lines_above), rule, message)
    }

    /// About the first place in the text where these characters stand.
    pub fn at_words(&self, words: &str, rule: &str, message: impl Into<String>) -> CheckFinding {
        let at = self.text().find(words).map_or(self.text_at, |at| self.text_at + at);
        self.finding(Position::of(&self.whole, at), rule, message)
    }

    /// About a field of the front matter or of a data file.
    pub fn at_field(&self, field: &str, rule: &str, message: impl Into<String>) -> CheckFinding {
        self.finding(Position::of(&self.whole, self.field(field)), rule, message)
    }

    /// About a value, looked for from its field on.
    pub fn at_value(&self, field: &str, value: &str, rule: &str, message: impl Into<String>) -> CheckFinding {
        let from = self.field(field);
        let at = self.whole[from..].find(value).map_or(from, |at| from + at);
        self.finding(Position::of(&self.whole, at), rule, message)
    }

    /// Where the line begins that gives a field or opens a table; the file's start when none does.
    fn field(&self, field: &str) -> usize {
        let end = if self.text_at == 0 { self.whole.len() } else { self.text_at };
        let mut at = 0;
        for line in self.whole[..end].split_inclusive('\n') {
            let rest = line.strip_prefix(field).unwrap_or("x").trim_start();
            if rest.starts_with('=') || line.trim_end() == format!("[{field}]") {
                return at;
            }
            at += line.len();
        }
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(finding: CheckFinding) -> (usize, usize) {
        (finding.place.line, finding.place.column)
    }

    #[test]
    fn places_are_counted_in_the_file_as_its_writer_sees_it() {
        let file = "+++\r\ntitle = \"A\"\r\nrelated = [\r\n  { slug = \"b\" },\r\n]\r\n+++\r\nOne.\r\n\r\nÉté two.\r\n";
        let source = SourceFile::new(Path::new("a.md"), file.to_owned());
        assert_eq!(source.text(), "One.\n\nÉté two.\n");
        assert_eq!(place(source.at_field("title", "contradiction", "")), (2, 1));
        assert_eq!(place(source.at_value("related", "\"b\"", "contradiction", "")), (4, 12));
        assert_eq!(place(source.at_words("two", "promise", "")), (9, 5));
        assert_eq!(place(source.in_text(Position { line: 3, column: 5 }, "promise", "")), (9, 5));
        assert_eq!(
            place(source.at_field("summary", "contradiction", "")),
            (1, 1),
            "a missing field has no line"
        );
    }
}
