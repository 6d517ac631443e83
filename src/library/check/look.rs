//! The part of the content check that depends on the files alone, not on the date.

use std::collections::HashMap;
use std::path::Path;

use crate::library::check::across::Known;
use crate::library::check::prose::Prose;
use crate::library::check::report::CheckFinding;
use crate::library::check::rules::Level;
use crate::library::check::source::SourceFile;
use crate::library::check::wording::wording;
use crate::library::check::{assessment, body, figures, front, shared, topics};
use crate::library::collection::Library;
use crate::library::front_matter::Allow;
use crate::library::parallel;
use crate::library::sheet::Sheet;
use crate::web::site::Site;

/// Its errors alone, which the server's start refuses and no others, or its warnings too.
pub fn look(content: &Path, site: &Site, library: &Library, least: Level) -> Vec<CheckFinding> {
    let known = Known::new(content, library);
    let mut findings = known.slugs(content);
    findings.extend(topics::contradictions(content, library));
    let of_sheet = |(sheet, source): &(&Sheet, SourceFile)| {
        let front = &sheet.front;
        let prose = Prose::read(source.text());
        let mut findings = front::check(source, front);
        findings.extend(front::allowances(source, &front.allow));
        let fields = [("title", &front.title), ("subtitle", &front.subtitle), ("summary", &front.summary)];
        findings.extend(fields.iter().flat_map(|(field, words)| own_words(source, field, words, least)));
        findings.extend(
            front.related.iter().flat_map(|related| own_words(source, "related", &related.why, least)),
        );
        findings.extend(body::check(source, &prose, least));
        findings.extend(body::sheet(source, &prose, front.pom_reviewed_by.as_deref(), least));
        findings.extend(figures::check(content, source, &prose));
        findings.extend(known.sheet(source, sheet, &prose));
        findings.extend(known.links(source, &sheet.path(), &sheet.text));
        findings
    };
    let all: Vec<_> = sheets(content, library).collect();
    findings.extend(parallel::map(&all, of_sheet).into_iter().flatten());
    for page in &library.pages {
        let Ok(source) = SourceFile::open(&page.file(content)) else { continue };
        let front = &page.front;
        findings.extend(front::lengths(&source, &front.title, &front.summary));
        findings.extend(front::allowances(&source, &front.allow));
        let fields = [("title", &front.title), ("subtitle", &front.subtitle), ("summary", &front.summary)];
        findings.extend(fields.iter().flat_map(|(field, words)| own_words(&source, field, words, least)));
        findings.extend(body::check(&source, &Prose::read(source.text()), least));
        findings.extend(known.links(&source, &page.path(), &page.text));
    }
    findings.extend(same_reasons(content, library));
    findings.extend(shared::safety(content, &site.safety, library, least));
    findings.extend(shared::clinic(content, &site.clinic, &known));
    findings.extend(shared::glossary(content, library, &known, least));
    findings.extend(assessment::check(content, &library.questions, &known, least));
    findings
}

/// Each sheet with its file.
pub fn sheets<'l>(content: &'l Path, library: &'l Library) -> impl Iterator<Item = (&'l Sheet, SourceFile)> {
    // A file that was there a moment ago: a vanished one is gone from the check too.
    library.sheets.iter().filter_map(move |sheet| Some((sheet, SourceFile::open(&sheet.file(content)).ok()?)))
}

fn own_words(source: &SourceFile, field: &str, words: &str, least: Level) -> Vec<CheckFinding> {
    wording(words, least, |at, rule, message| source.at_value(field, &words[at..], rule, message))
}

/// A reason for keeping a warning that two pages share says nothing of either.
fn same_reasons(content: &Path, library: &Library) -> Vec<CheckFinding> {
    let sheets = library.sheets.iter().map(|sheet| (sheet.file(content), &sheet.front.allow));
    let pages = library.pages.iter().map(|page| (page.file(content), &page.front.allow));
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut findings = Vec::new();
    for (file, allow) in sheets.chain(pages) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for Allow { why, .. } in allow {
            let words = why.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
            match seen.get(&words) {
                Some(other) if *other != name => {
                    if let Ok(source) = SourceFile::open(&file) {
                        let message = format!("{other} gives the same reason");
                        findings.push(source.at_value("allow", why, "same-reason", message));
                    }
                }
                _ => _ = seen.insert(words, name.clone()),
            }
        }
    }
    findings
}
