//! The content check: reads the content as the server does, and tells what to mend like a compiler.

use std::path::Path;

use jiff::civil::Date;

use crate::clinic::content_file::Misread;
use crate::library::{Allow, FrontMatter, Library, Sheet, topics};
use crate::web::site::Site;

pub use report::{Finding, Report};

use across::Known;
use prose::Prose;

mod across;
mod assessment;
mod body;
mod front;
mod git;
mod prose;
mod readability;
mod report;
pub mod rules;
mod shared;
mod source;
mod words;
pub use source::Source;

/// Checks a content folder on a day.
pub fn run(content: &Path, today: Date) -> Report {
    let gathered = Site::load(content, "http://localhost".to_owned()).and_then(|site| {
        Library::gather(content, &site).map(|(library, findings)| (site, library, findings))
    });
    let (site, library, mut findings) = match gathered {
        Ok(gathered) => gathered,
        Err(error) => {
            return Report {
                findings: vec![unreadable(content, &error)],
                kept: 0,
                sheets: 0,
                pages: 0,
                measures: Vec::new(),
            };
        }
    };
    findings.extend(look(content, &site, &library));
    let changed = git::Changed::below(content);
    for (sheet, source) in sheets(content, &library) {
        findings.extend(front::dates(&source, &sheet.front, today));
        let committed = changed.committed(content, &source.path);
        findings.extend(committed.and_then(|committed| same_version(&source, &sheet.front, committed)));
    }
    let files = library.sheets.iter().map(|sheet| sheet.file(content));
    let files = files.chain(library.pages.iter().map(|page| page.file(content)));
    let measures = files.filter_map(|file| Some(body::measure(&Source::open(&file).ok()?))).collect();
    let before = findings.len();
    let (mut findings, unused) = keep(content, &library, findings);
    let kept = before - findings.len();
    findings.extend(unused);
    findings.sort_by(|a, b| (&a.file, a.place).cmp(&(&b.file, b.place)));
    Report { findings, kept, sheets: library.sheets.len(), pages: library.pages.len(), measures }
}

/// Everything that the files alone show, whatever the day: the server's start refuses its errors, and no others.
pub fn look(content: &Path, site: &Site, library: &Library) -> Vec<Finding> {
    let known = Known::new(content, library);
    let mut findings = known.slugs(content);
    findings.extend(topics::contradictions(library, content));
    for (sheet, source) in sheets(content, library) {
        let front = &sheet.front;
        let prose = Prose::read(source.text());
        findings.extend(front::check(&source, front));
        findings.extend(front::allowances(&source, &front.allow));
        let fields = [("title", &front.title), ("subtitle", &front.subtitle), ("summary", &front.summary)];
        findings.extend(fields.iter().flat_map(|(field, words)| own_words(&source, field, words)));
        findings.extend(front.related.iter().flat_map(|related| own_words(&source, "related", &related.why)));
        findings.extend(body::check(&source, &prose));
        findings.extend(body::sheet(&source, &prose, front.pom_reviewed_by.as_deref()));
        findings.extend(known.sheet(&source, sheet, &prose));
        findings.extend(known.links(&source, &sheet.path(), &sheet.text));
    }
    for page in &library.pages {
        let Ok(source) = Source::open(&page.file(content)) else { continue };
        let front = &page.front;
        findings.extend(front::lengths(&source, &front.title, &front.summary));
        findings.extend(front::allowances(&source, &front.allow));
        let fields = [("title", &front.title), ("subtitle", &front.subtitle), ("summary", &front.summary)];
        findings.extend(fields.iter().flat_map(|(field, words)| own_words(&source, field, words)));
        findings.extend(body::check(&source, &Prose::read(source.text())));
        findings.extend(known.links(&source, &page.path(), &page.text));
    }
    findings.extend(shared::safety(content, &site.safety, library));
    findings.extend(shared::glossary(content, library, &known));
    findings.extend(assessment::check(content, &library.questions, &known));
    findings
}

fn sheets<'l>(content: &'l Path, library: &'l Library) -> impl Iterator<Item = (&'l Sheet, Source)> {
    // A file that was there a moment ago: a vanished one is gone from the check too.
    library.sheets.iter().filter_map(move |sheet| Some((sheet, Source::open(&sheet.file(content)).ok()?)))
}

fn own_words(source: &Source, field: &str, words: &str) -> Vec<Finding> {
    body::wording(words, |at, rule, message| source.at_value(field, &words[at..], rule, message))
}

/// A text that changed since it was committed, under the same version.
fn same_version(source: &Source, front: &FrontMatter, committed: String) -> Option<Finding> {
    let before = Source::new(&source.path, committed);
    let said = before.front().and_then(|front| toml::from_str::<FrontMatter>(front).ok())?;
    let same_text = source.text().split_whitespace().eq(before.text().split_whitespace());
    let same_version = said.version == front.version || said.changes.len() == front.changes.len();
    let message = format!("the text differs from the committed one, which is {} too", said.version);
    (!same_text && same_version).then(|| source.at_field("version", "version-unchanged", message))
}

/// Takes out the warnings that a file allows, and tells of allowances that allowed nothing.
fn keep(content: &Path, library: &Library, findings: Vec<Finding>) -> (Vec<Finding>, Vec<Finding>) {
    let sheets = library.sheets.iter().map(|sheet| (sheet.file(content), &sheet.front.allow));
    let pages = library.pages.iter().map(|page| (page.file(content), &page.front.allow));
    let mut findings = findings;
    let mut unused = Vec::new();
    for (file, allow) in sheets.chain(pages).filter(|(_, allow)| !allow.is_empty()) {
        let name = file.display().to_string();
        for Allow { rule, .. } in allow {
            let before = findings.len();
            let warning = rules::find(rule).is_some_and(|rule| rule.level == rules::Level::Warning);
            findings.retain(|found| !(warning && found.file == name && found.rule.id == rule));
            if warning
                && findings.len() == before
                && let Ok(source) = Source::open(&file)
            {
                let message = format!("no {rule} is here");
                unused.push(source.at_value("allow", &format!("\"{rule}\""), "unused-allow", message));
            }
        }
    }
    (findings, unused)
}

fn unreadable(content: &Path, error: &anyhow::Error) -> Finding {
    match error.downcast_ref::<Misread>() {
        Some(misread) => Finding::new(misread.file.as_str(), misread.place, "data-file", &misread.message),
        None => Finding::of_file(content, "data-file", format!("{error:#}")),
    }
}
