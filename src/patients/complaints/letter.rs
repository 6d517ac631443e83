//! The notice to the clinic that a complaint has come: a reference and a link, and nothing of what it says.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::mail::{Letter, Purpose, RenderedLetter};
use crate::web::site::Site;

/// In place of a reference, when one notice is about several complaints of a flood.
pub const SEVERAL: &str = "SEVERAL-COMPLAINTS";

/// Its reference, and whether it is to be read first, are all that it tells.
#[derive(Serialize, Deserialize)]
pub struct ComplaintNotice {
    /// Its words may tell of a sign that needs help.
    #[serde(default)]
    pub read_first: bool,
}

#[derive(Template)]
#[template(path = "patients/complaints/mail_notice.txt")]
struct NoticeText<'a> {
    site: &'a Site,
    reference: &'a str,
    several: bool,
    link: &'a str,
    read_first: bool,
}

#[derive(Template)]
#[template(path = "patients/complaints/mail_notice.html")]
struct NoticeHtml<'a> {
    site: &'a Site,
    reference: &'a str,
    several: bool,
    link: &'a str,
    read_first: bool,
}

impl Letter for ComplaintNotice {
    const PURPOSE: Purpose = Purpose::ComplaintNotice;
}

impl ComplaintNotice {
    pub fn render(&self, site: &Site, reference: &str) -> Result<RenderedLetter, askama::Error> {
        let several = reference == SEVERAL;
        let (subject, link) = &match several {
            true => ("New complaints about personal data".to_owned(), site.url("/staff/complaints")),
            false => (
                format!("Complaint {reference} about personal data"),
                site.url(&format!("/staff/complaints/{reference}")),
            ),
        };
        Ok(RenderedLetter {
            subject: if self.read_first { format!("Read first: {subject}") } else { subject.to_owned() },
            text: NoticeText { site, reference, several, link, read_first: self.read_first }.render()?,
            html: NoticeHtml { site, reference, several, link, read_first: self.read_first }.render()?,
            ..RenderedLetter::default()
        })
    }
}
