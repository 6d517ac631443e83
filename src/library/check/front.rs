//! Rules about what a sheet says of itself in its front matter.

use std::collections::HashSet;

use jiff::civil::Date;
use jiff::{ToSpan, Unit};

use crate::library::check::report::CheckFinding;
use crate::library::check::rules;
use crate::library::check::rules::Level;
use crate::library::check::source::SourceFile;
use crate::library::count::count;
use crate::library::front_matter::{Allow, FrontMatter, ReviewState};

const LONGEST_TITLE: usize = 65;
const LONGEST_SUMMARY: usize = 160;
const LONGEST_REVIEW_MONTHS: i32 = 36;
const SOON_DAYS: i32 = 90;
const FEWEST_WORDS_OF_A_REASON: usize = 4;

pub fn check(source: &SourceFile, front: &FrontMatter) -> Vec<CheckFinding> {
    let mut findings = lengths(source, &front.title, &front.summary);
    let mut say =
        |field: &str, rule: &str, message: String| findings.push(source.at_field(field, rule, message));
    let reviewer = &front.reviewer;
    if !reviewer.name.is_empty() && reviewer.name.trim().eq_ignore_ascii_case(front.author.trim()) {
        say("reviewer", "reviewer-is-author", format!("{} wrote and reviewed the page", front.author));
    }
    // A line in the file would hold for any words that are put below it.
    if reviewer.state == ReviewState::Signed {
        let message = "pages are signed at /staff/pages: here it is state = \"pending\"";
        say("reviewer", "contradiction", message.into());
    }
    if front.reviewed.is_some() {
        let message = "pages are signed at /staff/pages: take the day out of the file";
        say("reviewed", "contradiction", message.into());
    }
    if front.next_review <= front.written {
        say("next_review", "contradiction", "the next review is not after the text".into());
    }
    let latest = front.written.saturating_add(LONGEST_REVIEW_MONTHS.months());
    if front.next_review > latest {
        say("next_review", "review-too-far", format!("{} is after {latest}", front.next_review));
    }
    match front.changes.last() {
        Some(last) if last.version == front.version => {}
        Some(last) => {
            let message =
                format!("version is {}, but the last of changes is {}", front.version, last.version);
            say("version", "contradiction", message);
        }
        None => say("changes", "contradiction", "no change is listed, not even the first".into()),
    }
    if front.changes.windows(2).any(|two| two[1].date < two[0].date) {
        say("changes", "contradiction", "the changes are not in the order of their dates".into());
    }
    for (field, word) in repeated(front) {
        findings.push(source.at_value(
            field,
            &format!("\"{word}\""),
            "contradiction",
            format!("{word:?} is listed twice"),
        ));
    }
    findings
}

/// A title and a summary that search results and tabs show whole.
pub fn lengths(source: &SourceFile, title: &str, summary: &str) -> Vec<CheckFinding> {
    let fields = [("title", title, LONGEST_TITLE), ("summary", summary, LONGEST_SUMMARY)];
    let long = fields.into_iter().filter(|(_, words, longest)| words.chars().count() > *longest);
    long.map(|(field, words, _)| {
        source.at_field(field, "field-length", format!("{} characters", words.chars().count()))
    })
    .collect()
}

/// What the calendar says: only the check speaks of it, so that no site stops on a birthday of its review.
pub fn dates(source: &SourceFile, front: &FrontMatter, today: Date) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    let mut say =
        |field: &str, rule: &str, message: String| findings.push(source.at_field(field, rule, message));
    if front.written > today {
        say("written", "reviewed-ahead", format!("{} is still to come", front.written));
    }
    let days = today.until((Unit::Day, front.next_review)).map_or(0, |span| span.get_days());
    if days < 0 {
        say("next_review", "review-past", format!("the review was due on {}", front.next_review));
    } else if days <= SOON_DAYS {
        let due = count(days.unsigned_abs() as usize, "day");
        say("next_review", "review-soon", format!("the review is due in {due}, on {}", front.next_review));
    }
    findings
}

/// An allowance that allows nothing, or does not say why.
pub fn allowances(source: &SourceFile, allow: &[Allow]) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    for Allow { rule, why } in allow {
        let message = match rules::find(rule) {
            None => format!("there is no rule {rule:?}"),
            Some(known) if known.level == Level::Error => format!("{rule} is an error"),
            Some(_) if why.trim().is_empty() => format!("{rule} is kept without saying why"),
            Some(_) if why.split_whitespace().count() < FEWEST_WORDS_OF_A_REASON => {
                format!("{why:?} does not say why {rule} is kept")
            }
            Some(_) => continue,
        };
        findings.push(source.at_value("allow", &format!("\"{rule}\""), "bad-allow", message));
    }
    findings
}

fn repeated(front: &FrontMatter) -> Vec<(&'static str, &str)> {
    let mut found = Vec::new();
    for (field, words) in [
        ("references", front.references.iter().collect::<Vec<_>>()),
        ("topics", front.topics.iter().collect()),
        ("related", front.related.iter().map(|related| &related.slug).collect()),
    ] {
        let mut seen = HashSet::new();
        found.extend(words.into_iter().filter(|word| !seen.insert(*word)).map(|word| (field, word.as_str())));
    }
    found
}
