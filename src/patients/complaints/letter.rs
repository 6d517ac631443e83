//! The notice to the clinic that a complaint has come: a reference and a link, and nothing of what it says.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::mail::{Letter, Purpose, RenderedLetter};
use crate::web::site::Site;

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
    link: &'a str,
    read_first: bool,
}

#[derive(Template)]
#[template(path = "patients/complaints/mail_notice.html")]
struct NoticeHtml<'a> {
    site: &'a Site,
    reference: &'a str,
    link: &'a str,
    read_first: bool,
}

impl Letter for ComplaintNotice {
    const PURPOSE: Purpose = Purpose::ComplaintNotice;
}

impl ComplaintNotice {
    pub fn render(&self, site: &Site, reference: &str) -> Result<RenderedLetter, askama::Error> {
        let link = &site.url(&format!("/staff/complaints/{reference}"));
        Ok(RenderedLetter {
            subject: match self.read_first {
                true => format!("Read first: complaint {reference} about personal data"),
                false => format!("Complaint {reference} about personal data"),
            },
            text: NoticeText { site, reference, link, read_first: self.read_first }.render()?,
            html: NoticeHtml { site, reference, link, read_first: self.read_first }.render()?,
            ..RenderedLetter::default()
        })
    }
}
