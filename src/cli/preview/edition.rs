//! What the preview shows now: made anew when a file is saved.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum_client_ip::ClientIpSource;
use jiff::civil::Date;

use crate::desk::state::DeskMemory;
use crate::library;
use crate::library::Library;
use crate::library::check::CheckFinding;
use crate::router::{rendered_pages, router};
use crate::web::app::App;

/// The site of one reading, and what the check found in it.
pub struct PreviewEdition {
    /// Another number after each change.
    pub version: u64,
    pub router: Router,
    pub library: Arc<Library>,
    pub findings: Arc<Vec<CheckFinding>>,
    pub today: Date,
}

impl PreviewEdition {
    /// Reads and checks everything. Where a page or a file of all pages cannot be read, the pages of before stay; there
    /// are none at the start, and then it fails where nothing can be shown.
    pub fn make(
        app: &App,
        content: &Path,
        today: Date,
        before: Option<&PreviewEdition>,
    ) -> anyhow::Result<PreviewEdition> {
        let findings = Arc::new(library::check::run(content, today).findings);
        let version = before.map_or(1, |before| before.version + 1);
        match (read(app, content), before) {
            (Ok((library, router, true)), _) | (Ok((library, router, false)), None) => {
                Ok(PreviewEdition { version, router, library, findings, today })
            }
            (Ok(_) | Err(_), Some(before)) => {
                let (router, library) = (before.router.clone(), before.library.clone());
                Ok(PreviewEdition { version, router, library, findings, today })
            }
            (Err(error), None) => Err(error),
        }
    }

    /// What the check found in the file of a page, and in files of all pages.
    pub fn findings_of(&self, path: &str) -> impl Iterator<Item = &CheckFinding> {
        self.findings.iter().filter(move |found| self.path_of(found).is_none_or(|page| page == path))
    }

    /// The address of the page that a finding is about; nothing where it is about all of them.
    pub fn path_of(&self, found: &CheckFinding) -> Option<String> {
        let file = Path::new(&found.file);
        let inside = file.strip_prefix(&self.library.folder).ok()?.with_extension("");
        let is_page = file.extension().is_some_and(|extension| extension == "md");
        let path = format!("/{}", inside.display());
        is_page.then(|| path.replacen("/pages/", "/", 1))
    }

    /// What keeps readers from seeing the page, where something does.
    pub fn waits(&self, path: &str) -> Option<String> {
        let sheet = self.library.sheets.iter().find(|sheet| sheet.path() == path)?;
        (!sheet.front.is_shown_on(self.today)).then(|| sheet.front.waits())
    }
}

/// The pages, and whether every one of them could be read.
fn read(app: &App, content: &Path) -> anyhow::Result<(Arc<Library>, Router, bool)> {
    let site = Arc::new(app.site.load_again(content)?);
    let (library, is_whole) = Library::load_with_drafts(content, &site)?;
    let library = Arc::new(library);
    let pages = Arc::new(rendered_pages(&site, &library)?);
    let router = router(app.with_site(site), pages, &DeskMemory::default(), ClientIpSource::ConnectInfo)?;
    Ok((library, router, is_whole))
}
