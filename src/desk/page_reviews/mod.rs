//! The pages of the site as their authors review them: what is due, what the content check warns of, what readers say.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::library::check::CheckReport;
use crate::library::count;
use crate::library::pages::RenderedPages;
use crate::library::signatures::SignOff;

mod open_corrections;
pub mod pages;
pub mod sign_off;
mod signing;
mod store;
mod text_changes;

pub use store::Usefulness;

/// One page and what is to be done about it.
pub struct ReviewEntry<'a> {
    pub kind: &'static str,
    pub title: &'a str,
    pub path: String,
    pub slug: &'a str,
    pub written: Date,
    /// Whether it is signed as it stands.
    pub sign_off: SignOff,
    /// Plain pages have none.
    pub next_review: Option<Date>,
    pub warnings: Vec<String>,
    pub useful: i64,
    pub not_useful: i64,
    /// Corrections that nobody has answered.
    pub corrections: usize,
}

impl ReviewEntry<'_> {
    fn count_warnings(&self) -> String {
        count(self.warnings.len(), "warning")
    }

    /// Sheets and guides are signed; pages about the site are not.
    fn is_signed_off(&self) -> bool {
        self.next_review.is_none() || self.sign_off.signed_on().is_some()
    }

    /// What is to be said of the signatures of a page that is not signed as it stands.
    fn unsigned(&self) -> &'static str {
        match self.sign_off {
            _ if self.is_signed_off() => "",
            SignOff::Changed(_) => "changed since review",
            SignOff::Never | SignOff::Signed(_) => "not signed off",
        }
    }
}

/// Pages whose review falls into the same time.
pub struct ReviewGroup<'a> {
    pub id: &'static str,
    pub title: &'static str,
    pub empty: &'static str,
    pub entries: Vec<ReviewEntry<'a>>,
}

/// When the next review is, as seen from today.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReviewDue {
    Overdue,
    In30Days,
    In90Days,
    Later,
    Never,
}

impl ReviewDue {
    const ALL: [ReviewDue; 5] =
        [ReviewDue::Overdue, ReviewDue::In30Days, ReviewDue::In90Days, ReviewDue::Later, ReviewDue::Never];

    /// A review is due on its day; it is overdue on the next.
    fn of(next_review: Option<Date>, today: Date) -> ReviewDue {
        let Some(next) = next_review else { return ReviewDue::Never };
        match (next - today).get_days() {
            ..0 => ReviewDue::Overdue,
            0..=30 => ReviewDue::In30Days,
            31..=90 => ReviewDue::In90Days,
            _ => ReviewDue::Later,
        }
    }

    fn group<'a>(self) -> ReviewGroup<'a> {
        let (id, title, empty) = match self {
            ReviewDue::Overdue => ("overdue", "Review overdue", "No review is overdue."),
            ReviewDue::In30Days => {
                ("in-30-days", "Review within 30 days", "No review is due within 30 days.")
            }
            ReviewDue::In90Days => {
                ("in-90-days", "Review within 90 days", "No review is due in 31 to 90 days.")
            }
            ReviewDue::Later => ("later", "Review later", "No review is due after 90 days."),
            ReviewDue::Never => ("without", "Without a next review", "Every page has a next review."),
        };
        ReviewGroup { id, title, empty, entries: Vec::new() }
    }
}

/// Everything there is to read, by the time of its review, the most urgent first.
pub fn groups<'a>(
    rendered_pages: &'a RenderedPages,
    report: &CheckReport,
    usefulness: &HashMap<String, Usefulness>,
    corrections: &HashMap<String, usize>,
    today: Date,
) -> Vec<ReviewGroup<'a>> {
    let mut entries = entries(rendered_pages, report);
    for entry in &mut entries {
        let counted = usefulness.get(entry.slug).copied().unwrap_or_default();
        (entry.useful, entry.not_useful) = (counted.useful, counted.not_useful);
        entry.corrections = corrections.get(entry.slug).copied().unwrap_or(0);
    }
    entries.sort_by_key(|entry| (entry.next_review, entry.title.to_lowercase()));
    let mut groups: Vec<ReviewGroup> = ReviewDue::ALL.into_iter().map(ReviewDue::group).collect();
    for entry in entries {
        let turn = ReviewDue::of(entry.next_review, today);
        let place = ReviewDue::ALL.iter().position(|one| *one == turn).unwrap_or(0);
        groups[place].entries.push(entry);
    }
    groups
}

fn entries<'a>(rendered_pages: &'a RenderedPages, report: &CheckReport) -> Vec<ReviewEntry<'a>> {
    let (library, signatures) = (rendered_pages.library(), rendered_pages.signatures());
    let warnings = |file: std::path::PathBuf| {
        let name = file.display().to_string();
        let of_file = report.findings.iter().filter(|finding| finding.file == name);
        of_file.map(|finding| format!("Line {}: {}", finding.place.line, finding.message)).collect()
    };
    let sheets = library.sheets.iter().map(|sheet| ReviewEntry {
        kind: sheet.kind.words(),
        title: &sheet.front.title,
        path: sheet.path(),
        slug: &sheet.slug,
        written: sheet.front.written,
        sign_off: signatures.of(sheet),
        next_review: Some(sheet.front.next_review),
        warnings: warnings(sheet.file(&library.folder)),
        useful: 0,
        not_useful: 0,
        corrections: 0,
    });
    let pages = library.pages.iter().map(|page| ReviewEntry {
        kind: "Page",
        title: &page.front.title,
        path: page.path(),
        slug: &page.slug,
        written: page.front.written,
        sign_off: SignOff::Never,
        next_review: None,
        warnings: warnings(page.file(&library.folder)),
        useful: 0,
        not_useful: 0,
        corrections: 0,
    });
    sheets.chain(pages).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_overdue_the_day_after_its_day() {
        let today: Date = "2026-11-20".parse().unwrap();
        let turn = |next: &str| ReviewDue::of(Some(next.parse().unwrap()), today);
        assert_eq!(turn("2026-11-19"), ReviewDue::Overdue);
        assert_eq!(turn("2026-11-20"), ReviewDue::In30Days);
        assert_eq!(turn("2026-12-20"), ReviewDue::In30Days);
        assert_eq!(turn("2026-12-21"), ReviewDue::In90Days);
        assert_eq!(turn("2027-02-18"), ReviewDue::In90Days);
        assert_eq!(turn("2027-02-19"), ReviewDue::Later);
        assert_eq!(turn("2020-02-29"), ReviewDue::Overdue);
        assert_eq!(ReviewDue::of(None, today), ReviewDue::Never);
    }
}
