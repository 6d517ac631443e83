//! The content: whether the server would serve it.

use std::path::Path;

use jiff::Timestamp;

use crate::cli::doctor::finding::DoctorFinding;
use crate::cli::today::day_of;
use crate::library::{Library, count};
use crate::web::site::Site;

/// What the content says of the clinic too, where it can be read.
pub fn look(content: &Path, now: Timestamp) -> (Option<Site>, Vec<DoctorFinding>) {
    let shown = content.display();
    let read = Site::load(content, "http://localhost".to_owned())
        .and_then(|site| Library::load_on(content, &site, day_of(now)).map(|library| (site, library)));
    match read {
        Ok((site, library)) => {
            let pages = count(library.sheets.len(), "fact sheet and guide");
            let pages = pages.replace("fact sheet and guides", "fact sheets and guides");
            (
                Some(site),
                vec![DoctorFinding::good(format!("The content in {shown} has {pages} and no error."))],
            )
        }
        Err(_) if !content.join("clinic.toml").exists() => (
            None,
            vec![DoctorFinding::mend(
                format!("There is no content in {shown}: clinic.toml is not there."),
                "Give the folder with clinic.toml and the pages with --content.",
            )],
        ),
        Err(error) => {
            let first = format!("{error:#}").lines().take(4).collect::<Vec<_>>().join("\n");
            let site = Site::load(content, "http://localhost".to_owned()).ok();
            let how = format!("See all of it, and how to mend it, with: mybackpain check --content {shown}");
            (site, vec![DoctorFinding::mend(first, how)])
        }
    }
}
