//! Writes a page to fill in, with every field and section that content/README.md asks for.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use jiff::ToSpan;
use jiff::civil::Date;

use crate::library::markdown;
use crate::library::sheet::PageKind;

const PAGE: &str = include_str!("new_page.md");

/// Writes `SLUG.md` into the folder of its kind. Refuses a slug that is no address, and never replaces a page.
pub fn write(content: &Path, kind: PageKind, slug: &str, today: Date) -> anyhow::Result<PathBuf> {
    ensure!(
        !slug.is_empty() && markdown::slug(slug) == slug,
        "{slug:?} is not an address: use small letters, digits and hyphens"
    );
    let taken = [PageKind::FactSheet, PageKind::Guide]
        .map(|kind| content.join(kind.folder()).join(format!("{slug}.md")));
    if let Some(taken) = taken.iter().find(|file| file.exists()) {
        bail!("{} is there already", taken.display());
    }
    let file = content.join(kind.folder()).join(format!("{slug}.md"));
    let next = today.saturating_add(2.years());
    let text = PAGE.replace("{today}", &today.to_string()).replace("{next}", &next.to_string());
    let mut open =
        std::fs::File::create_new(&file).with_context(|| format!("cannot write {}", file.display()))?;
    open.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::file::read;
    use crate::library::front_matter::FrontMatter;

    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for kind in [PageKind::FactSheet, PageKind::Guide] {
            std::fs::create_dir(folder.path().join(kind.folder())).unwrap();
        }
        folder
    }

    #[test]
    fn a_new_page_has_every_field_and_its_days() {
        let folder = folder();
        let today = "2026-11-27".parse().unwrap();
        let file = write(folder.path(), PageKind::FactSheet, "hip-pain", today).unwrap();
        assert!(file.ends_with("fact-sheets/hip-pain.md"));
        let page = read::<FrontMatter>(&file).unwrap_or_else(|found| panic!("{found:?}"));
        assert_eq!(page.front.written, today);
        assert_eq!(page.front.next_review.to_string(), "2028-11-27");
        assert!(markdown::blocks(&page.text).is_ok());
    }

    #[test]
    fn a_page_that_is_there_stays_and_a_strange_address_is_refused() {
        let folder = folder();
        let today = "2026-11-27".parse().unwrap();
        write(folder.path(), PageKind::Guide, "hip-pain", today).unwrap();
        let said = |kind, slug| write(folder.path(), kind, slug, today).unwrap_err().to_string();
        assert!(said(PageKind::Guide, "hip-pain").ends_with("is there already"));
        assert!(said(PageKind::FactSheet, "hip-pain").ends_with("is there already"), "one address, one page");
        for slug in ["Hip pain", "", "hip_pain", "../hip"] {
            assert!(said(PageKind::FactSheet, slug).contains("is not an address"), "{slug}");
        }
    }
}
