//! What the check found, printed like a compiler's messages, or as JSON.

use std::fmt;
use std::path::Path;

use serde::Serialize;

use crate::clinic::content_file::Position;
use crate::library::check::rules::{Level, Rule, named};
use crate::library::count::count;
use crate::library::markdown::Fault;

/// Something to mend, and where.
#[derive(Debug)]
pub struct CheckFinding {
    pub file: String,
    pub place: Position,
    pub rule: &'static Rule,
    pub message: String,
}

/// All that was found, in the order of files and lines.
pub struct CheckReport {
    pub findings: Vec<CheckFinding>,
    /// Warnings that a file keeps, with its reason.
    pub kept: usize,
    pub sheets: usize,
    pub pages: usize,
    /// How long and how hard to read each page is.
    pub measures: Vec<Measure>,
}

#[derive(Serialize)]
pub struct Measure {
    pub file: String,
    pub words: usize,
    /// Flesch-Kincaid, to one decimal.
    pub grade: f64,
    pub references: usize,
}

#[derive(Serialize)]
struct FindingEntry<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    level: Level,
    rule: &'a str,
    message: &'a str,
    help: &'a str,
    reason: &'a str,
    source: &'a str,
}

impl CheckFinding {
    pub fn new(
        file: impl Into<String>,
        place: Position,
        rule: &str,
        message: impl Into<String>,
    ) -> CheckFinding {
        CheckFinding { file: file.into(), place, rule: named(rule), message: message.into() }
    }

    /// About a file as a whole.
    pub fn of_file(file: &Path, rule: &str, message: impl Into<String>) -> CheckFinding {
        CheckFinding::new(file.display().to_string(), Position::START, rule, message)
    }

    /// A fault of a text that begins below `lines_above`.
    pub fn of_fault(file: &Path, lines_above: usize, fault: Fault) -> CheckFinding {
        let place = fault.place.below(lines_above);
        CheckFinding::new(file.display().to_string(), place, fault.rule, fault.message)
    }

    fn entry(&self) -> FindingEntry<'_> {
        FindingEntry {
            file: &self.file,
            line: self.place.line,
            column: self.place.column,
            level: self.rule.level,
            rule: self.rule.id,
            message: &self.message,
            help: self.rule.asks,
            reason: self.rule.reason,
            source: self.rule.source,
        }
    }
}

impl fmt::Display for CheckFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CheckFinding { file, place, rule, message } = self;
        let level = if rule.level == Level::Error { "error" } else { "warning" };
        writeln!(f, "{file}:{}:{}: {level}[{}]: {message}", place.line, place.column, rule.id)?;
        write!(f, "  help: {}", rule.asks)
    }
}

impl CheckReport {
    pub fn errors(&self) -> usize {
        self.of(Level::Error)
    }

    pub fn warnings(&self) -> usize {
        self.of(Level::Warning)
    }

    fn of(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.rule.level == level).count()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "errors": self.errors(),
            "warnings": self.warnings(),
            "kept": self.kept,
            "sheets": self.sheets,
            "pages": self.pages,
            "measures": self.measures,
            "findings": self.findings.iter().map(CheckFinding::entry).collect::<Vec<_>>(),
        })
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{finding}")?;
        }
        write!(
            f,
            "{} and {}: {}, {} ({} kept with a reason)",
            count(self.sheets, "sheet"),
            count(self.pages, "page"),
            count(self.errors(), "error"),
            count(self.warnings(), "warning"),
            self.kept
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> CheckReport {
        let place = Position { line: 3, column: 7 };
        let finding = CheckFinding::new("content/a.md", place, "long-sentence", "21 words");
        CheckReport { findings: vec![finding], kept: 2, sheets: 1, pages: 0, measures: Vec::new() }
    }

    #[test]
    fn a_finding_reads_like_a_compilers_and_the_counts_come_last() {
        assert_eq!(
            report().to_string(),
            "content/a.md:3:7: warning[long-sentence]: 21 words\n  help: Split it: up to 30 words.\n\
             1 sheet and 0 pages: 0 errors, 1 warning (2 kept with a reason)"
        );
    }

    #[test]
    fn the_same_is_there_as_json() {
        let json = report().json();
        assert_eq!((&json["warnings"], &json["errors"]), (&1.into(), &0.into()));
        let finding = &json["findings"][0];
        assert_eq!((&finding["line"], &finding["column"]), (&3.into(), &7.into()));
        assert_eq!((&finding["level"], &finding["rule"]), (&"warning".into(), &"long-sentence".into()));
    }
}
