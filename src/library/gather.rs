//! Reads the content folder, as far as it can be read.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::clinic::read_toml;
use crate::library::check::report::CheckFinding;
use crate::library::collection::Library;
use crate::library::file::{markdown_files, read};
use crate::library::fingerprint::fingerprint;
use crate::library::front_matter::{FrontMatter, PlainFrontMatter};
use crate::library::glossary::Glossary;
use crate::library::markdown::Names;
use crate::library::names::names;
use crate::library::questions::Questions;
use crate::library::reference::Reference;
use crate::library::search::{LazyIndex, Synonyms};
use crate::library::sheet::{PageKind, PlainPage, Sheet};
use crate::library::signatures::{hash_of, signed_text};
use crate::library::{glossary, markdown, parallel, topics};
use crate::web::site::Site;

/// Everything that can be read, and what is wrong with the rest. Its index holds no page yet.
pub fn gather(content: &Path, site: &Site) -> anyhow::Result<(Library, Vec<CheckFinding>)> {
    let fingerprint = fingerprint(content);
    let references: BTreeMap<String, Reference> = read_toml(&content.join("references.toml"))?;
    let names = names(content, site)?;
    let glossary = glossary::read(content)?;
    let topics = topics::load(content)?;
    let questions = Questions::load(content)?;
    let index = Arc::new(LazyIndex::new(Synonyms::load(content)?, site.signs.clone()));
    let (folder, sheets, drafts, pages) = (content.to_owned(), Vec::new(), Vec::new(), Vec::new());
    let figures = BTreeMap::clone(&names.figures);
    let mut library = Library {
        folder,
        fingerprint,
        sheets,
        drafts,
        pages,
        references,
        glossary,
        topics,
        index,
        questions,
        figures,
    };
    let mut findings = Vec::new();
    for kind in [PageKind::FactSheet, PageKind::Guide] {
        let files = markdown_files(&content.join(kind.folder()))?;
        for read in parallel::map(&files, |file| sheet(kind, file, &names, &library.glossary, site)) {
            match read {
                Ok(sheet) => library.sheets.push(sheet),
                Err(found) => findings.extend(found),
            }
        }
    }
    for file in markdown_files(&content.join("pages"))? {
        match plain_page(&file, &names) {
            Ok(page) => library.pages.push(page),
            Err(found) => findings.extend(found),
        }
    }
    library.sheets.sort_by_key(|sheet| sheet.front.title.to_lowercase());
    for sheet in &mut library.sheets {
        sheet.sources =
            sheet.text.cited.iter().filter_map(|key| library.references.get(key).cloned()).collect();
    }
    Ok((library, findings))
}

fn sheet(
    kind: PageKind,
    file: &Path,
    names: &Names,
    glossary: &Glossary,
    site: &Site,
) -> Result<Sheet, Vec<CheckFinding>> {
    let read = read::<FrontMatter>(file)?;
    let with_terms = Names { terms: glossary::for_sheet(glossary, &read.slug), ..names.clone() };
    let text = markdown::html(&read.text, &with_terms).map_err(|faults| read.findings(file, faults))?;
    let names_in_mail = Names { base_url: site.base_url.clone(), for_mail: true, ..names.clone() };
    let words = read.text.split_whitespace().count();
    let signed_text = signed_text(&read.front, &read.text, &names.figures);
    Ok(Sheet {
        kind,
        slug: read.slug,
        passages: markdown::passages(&read.text, names).into(),
        sources: Vec::new(),
        minutes: words.div_ceil(200).max(1),
        text_hash: hash_of(&signed_text),
        signed_text,
        front: read.front,
        text,
        names_in_mail,
        markdown: read.text,
    })
}

fn plain_page(file: &Path, names: &Names) -> Result<PlainPage, Vec<CheckFinding>> {
    let read = read::<PlainFrontMatter>(file)?;
    let text = markdown::html(&read.text, names).map_err(|faults| read.findings(file, faults))?;
    let passages = markdown::passages(&read.text, names).into();
    Ok(PlainPage { slug: read.slug, front: read.front, text, passages })
}
