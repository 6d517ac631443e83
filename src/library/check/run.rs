//! Runs the whole check on a content folder: what the files show, the calendar, git, and what a file keeps.

use std::path::Path;

use jiff::civil::Date;

use crate::clinic::content_file::Misread;
use crate::library::check::hidden_links::hidden_links;
use crate::library::check::report::{CheckFinding, CheckReport};
use crate::library::check::rules::Level;
use crate::library::check::source::SourceFile;
use crate::library::check::{body, front, git, look, rules};
use crate::library::collection::Library;
use crate::library::front_matter::{Allow, FrontMatter};
use crate::library::gather::gather;
use crate::storage::long_work::LongWork;
use crate::web::site::Site;

/// Checks a content folder on a day.
pub fn run(content: &Path, today: Date) -> CheckReport {
    run_and_tell(content, today, &LongWork::default())
}

/// The same, and tells how far it is.
pub fn run_and_tell(content: &Path, today: Date, work: &LongWork) -> CheckReport {
    let at = |part| work.at("checking the pages", part, 4);
    at(0);
    let gathered = Site::load(content, "http://localhost".to_owned())
        .and_then(|site| gather(content, &site).map(|(library, findings)| (site, library, findings)));
    let (site, library, mut findings) = match gathered {
        Ok(gathered) => gathered,
        Err(error) => {
            return CheckReport {
                findings: vec![unreadable(content, &error)],
                kept: 0,
                sheets: 0,
                pages: 0,
                measures: Vec::new(),
            };
        }
    };
    at(1);
    findings.extend(look::look(content, &site, &library, Level::Warning));
    at(2);
    findings.extend(hidden_links(content, &library, today));
    let changed = git::ChangedFiles::below(content);
    for (sheet, source) in look::sheets(content, &library) {
        findings.extend(front::dates(&source, &sheet.front, today));
        let committed = changed.committed(content, &source.path);
        findings.extend(committed.and_then(|committed| same_version(&source, &sheet.front, committed)));
    }
    at(3);
    let files = library.sheets.iter().map(|sheet| sheet.file(content));
    let files = files.chain(library.pages.iter().map(|page| page.file(content)));
    let measures = files.filter_map(|file| Some(body::measure(&SourceFile::open(&file).ok()?))).collect();
    let before = findings.len();
    let (mut findings, unused) = keep(content, &library, findings);
    let kept = before - findings.len();
    findings.extend(unused);
    at(4);
    findings.sort_by(|a, b| (&a.file, a.place).cmp(&(&b.file, b.place)));
    CheckReport { findings, kept, sheets: library.sheets.len(), pages: library.pages.len(), measures }
}

/// A text that changed since it was committed, under the same version.
fn same_version(source: &SourceFile, front: &FrontMatter, committed: String) -> Option<CheckFinding> {
    let before = SourceFile::new(&source.path, committed);
    let said = before.front().and_then(|front| toml::from_str::<FrontMatter>(front).ok())?;
    let same_text = source.text().split_whitespace().eq(before.text().split_whitespace());
    let message = format!("the text differs from the committed one, which is {} too", said.version);
    (!same_text && said.version == front.version)
        .then(|| source.at_field("version", "version-unchanged", message))
}

/// Takes out the warnings that a file allows, and tells of allowances that allowed nothing.
fn keep(
    content: &Path,
    library: &Library,
    findings: Vec<CheckFinding>,
) -> (Vec<CheckFinding>, Vec<CheckFinding>) {
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
                && let Ok(source) = SourceFile::open(&file)
            {
                let message = format!("no {rule} is here");
                unused.push(source.at_value("allow", &format!("\"{rule}\""), "unused-allow", message));
            }
        }
    }
    (findings, unused)
}

fn unreadable(content: &Path, error: &anyhow::Error) -> CheckFinding {
    match error.downcast_ref::<Misread>() {
        Some(misread) => {
            CheckFinding::new(misread.file.as_str(), misread.place, "data-file", &misread.message)
        }
        None => CheckFinding::of_file(content, "data-file", format!("{error:#}")),
    }
}
