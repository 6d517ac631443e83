//! The notice to the clinic that a complaint has come: a reference and a link, and nothing of what it says.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::mail::{Letter, Purpose, RenderedLetter};
use crate::web::site::Site;

/// In place of a reference, when one notice is about several complaints of a flood.
pub const SEVERAL: &str = "SEVERAL-COMPLAINTS";

/// Its reference is all that it tells.
#[derive(Serialize, Deserialize)]
pub struct ComplaintNotice {}

#[derive(Template)]
#[template(path = "patients/complaints/mail_notice.txt")]
struct NoticeText<'a> {
    site: &'a Site,
    reference: &'a str,
    several: bool,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "patients/complaints/mail_notice.html")]
struct NoticeHtml<'a> {
    site: &'a Site,
    reference: &'a str,
    several: bool,
    link: &'a str,
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
            subject: subject.to_owned(),
            text: NoticeText { site, reference, several, link }.render()?,
            html: NoticeHtml { site, reference, several, link }.render()?,
            ..RenderedLetter::default()
        })
    }
}
