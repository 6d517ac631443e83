//! The notice to the clinic that a complaint has come: a reference and a link, and nothing of what it says.

use askama::Template;

use crate::mail::{Letter, Purpose};
use crate::web::site::Site;

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

pub fn of(site: &Site, reference: &str) -> Result<Letter, askama::Error> {
    let link = &site.url(&format!("/staff/complaints/{reference}"));
    Ok(Letter {
        purpose: Purpose::ComplaintNotice,
        reference: reference.to_owned(),
        to: site.clinic.notices_to.clone(),
        to_name: String::new(),
        subject: format!("Complaint {reference} about personal data"),
        text: NoticeText { site, reference, link }.render()?,
        html: NoticeHtml { site, reference, link }.render()?,
    })
}
