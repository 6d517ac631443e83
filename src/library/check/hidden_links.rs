//! Links from pages that readers see to pages that they do not see yet.

use std::path::Path;

use jiff::civil::Date;

use crate::clinic::content_file::Position;
use crate::library::check::report::CheckFinding;
use crate::library::check::source::SourceFile;
use crate::library::collection::Library;
use crate::library::markdown::RenderedMarkdown;

/// What a reader would find dead on this day, of a library with its drafts in it.
pub fn hidden_links(content: &Path, library: &Library, today: Date) -> Vec<CheckFinding> {
    let mut findings = Vec::new();
    let shown = library.sheets.iter().filter(|sheet| sheet.front.is_shown_on(today));
    let sheets = shown.map(|sheet| (sheet.file(content), &sheet.text));
    let pages = library.pages.iter().map(|page| (page.file(content), &page.text));
    for (file, text) in sheets.chain(pages) {
        for (place, path) in hidden(library, text, today) {
            if let Ok(source) = SourceFile::open(&file) {
                let message = format!("{path} is not shown to readers yet");
                findings.push(source.in_text(place, "dead-link", message));
            }
        }
    }
    findings
}

fn hidden(library: &Library, text: &RenderedMarkdown, today: Date) -> Vec<(Position, String)> {
    let drafts = library.sheets.iter().filter(|sheet| !sheet.front.is_shown_on(today));
    let paths: Vec<String> = drafts.map(|sheet| sheet.path()).collect();
    let path_of = |to: &str| to.split(['#', '?']).next().unwrap_or_default().to_owned();
    let links = text.links.iter().map(|(place, to)| (*place, path_of(to)));
    links.filter(|(_, path)| paths.contains(path)).collect()
}
