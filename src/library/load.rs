//! Loads the library for the server, which serves nothing that the content check refuses.

use std::path::Path;
use std::sync::Arc;

use anyhow::ensure;
use jiff::civil::Date;

use crate::library::check::hidden_links::hidden_links;
use crate::library::check::look::look;
use crate::library::check::report::CheckFinding;
use crate::library::check::rules::Level;
use crate::library::collection::Library;
use crate::library::count::count;
use crate::library::gather::gather;
use crate::library::search;
use crate::web::site::Site;

impl Library {
    /// Every page that is no draft, as if its day had come.
    pub fn load(content: &Path, site: &Site) -> anyhow::Result<Library> {
        Library::load_on(content, site, Date::MAX)
    }

    /// Reads and checks the whole content folder, and takes out what readers do not see on this day. The error lists
    /// everything to mend with its file and line.
    pub fn load_on(content: &Path, site: &Site, today: Date) -> anyhow::Result<Library> {
        let (mut library, mut findings) = gather(content, site)?;
        findings.extend(look(content, site, &library, Level::Error));
        findings.extend(hidden_links(content, &library, today));
        findings.retain(|finding| finding.rule.level == Level::Error);
        let list: Vec<String> = findings.iter().map(CheckFinding::to_string).collect();
        ensure!(
            list.is_empty(),
            "the content has {} to mend:\n{}",
            count(list.len(), "error"),
            list.join("\n")
        );
        library.take_drafts_out(today);
        library.hold_in_index(site);
        Ok(library)
    }

    /// Everything that can be read, as readers would see it: drafts and pages with mistakes too. Says whether every page
    /// could be read.
    pub fn load_with_drafts(content: &Path, site: &Site) -> anyhow::Result<(Library, bool)> {
        let (mut library, unreadable) = gather(content, site)?;
        library.hold_in_index(site);
        Ok((library, unreadable.is_empty()))
    }

    fn hold_in_index(&mut self, site: &Site) {
        let sources = search::sources(self, site);
        if let Some(index) = Arc::get_mut(&mut self.index) {
            index.hold(sources);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::library::collection::Library;
    use crate::web::site::Site;

    #[test]
    fn the_shipped_content_has_no_problem() {
        let content = Path::new("content");
        let site = Site::load(content, "http://localhost".into()).unwrap();
        let library = Library::load(content, &site).unwrap_or_else(|error| panic!("{error:#}"));
        for slug in [
            "sleep-and-back-pain",
            "central-sensitisation",
            "fear-avoidance",
            "fibromyalgia",
            "self-management",
            "when-back-pain-is-an-emergency",
            "sleep-and-pain",
        ] {
            assert!(library.sheet(slug).is_some(), "{slug}");
        }
    }
}
