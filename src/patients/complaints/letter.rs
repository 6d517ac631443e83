//! The notice to the clinic that a complaint has come: a reference and a link, and nothing of what it says.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::mail::{Letter, Purpose, RenderedLetter};
use crate::web::site::Site;

/// Its reference is all that it tells.
#[derive(Serialize, Deserialize)]
pub struct ComplaintNotice {}

#[derive(Template)]
#[template(path = "patients/complaints/mail_notice.txt")]
struct NoticeText<'a> {
    site: &'a Site,
    reference: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "patients/complaints/mail_notice.html")]
struct NoticeHtml<'a> {
    site: &'a Site,
    reference: &'a str,
    link: &'a str,
}

impl Letter for ComplaintNotice {
    const PURPOSE: Purpose = Purpose::ComplaintNotice;
}

impl ComplaintNotice {
    pub fn render(&self, site: &Site, reference: &str) -> Result<RenderedLetter, askama::Error> {
        let link = &site.url(&format!("/staff/complaints/{reference}"));
        Ok(RenderedLetter {
            subject: format!("Complaint {reference} about personal data"),
            text: NoticeText { site, reference, link }.render()?,
            html: NoticeHtml { site, reference, link }.render()?,
            ..RenderedLetter::default()
        })
    }
}
