//! Loads the library for the server, which serves nothing that the content check refuses.

use std::path::Path;

use anyhow::ensure;

use crate::library::check::look::look;
use crate::library::check::report::CheckFinding;
use crate::library::check::rules::Level;
use crate::library::collection::Library;
use crate::library::count::count;
use crate::library::gather::gather;
use crate::web::site::Site;

impl Library {
    /// Reads and checks the whole content folder. The error lists everything to mend with its file and line.
    pub fn load(content: &Path, site: &Site) -> anyhow::Result<Library> {
        let (library, mut findings) = gather(content, site)?;
        findings.extend(look(content, site, &library));
        findings.retain(|finding| finding.rule.level == Level::Error);
        let list: Vec<String> = findings.iter().map(CheckFinding::to_string).collect();
        ensure!(
            list.is_empty(),
            "the content has {} to mend:\n{}",
            count(list.len(), "error"),
            list.join("\n")
        );
        Ok(library)
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
