//! The mails about a request: to the patient, and to the clinic.

use askama::Template;

use super::Request;
use crate::mail::{Letter, Purpose};
use crate::site::Site;

#[derive(Template)]
#[template(path = "consultations/mail_confirmation.txt")]
struct ConfirmationText<'a> {
    site: &'a Site,
    request: &'a Request,
    due: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_confirmation.html")]
struct ConfirmationHtml<'a> {
    site: &'a Site,
    request: &'a Request,
    due: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_notice.txt")]
struct NoticeText<'a> {
    site: &'a Site,
    reference: &'a str,
    due: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_notice.html")]
struct NoticeHtml<'a> {
    site: &'a Site,
    reference: &'a str,
    due: &'a str,
    link: &'a str,
}

/// A confirmation when there is an address for it, and a notice to the clinic without a word about health.
pub fn of(site: &Site, request: &Request, token: &str) -> Result<Vec<Letter>, askama::Error> {
    let due = site.clinic.calendar().say_with_year(request.due_at);
    let mut letters = to_patient(site, request, token)?;
    letters.push(notice(site, &request.reference, &due)?);
    Ok(letters)
}

/// The confirmation alone, when there is an address for it.
pub fn to_patient(site: &Site, request: &Request, token: &str) -> Result<Vec<Letter>, askama::Error> {
    if request.email.is_empty() {
        return Ok(Vec::new());
    }
    let due = site.clinic.calendar().say_with_year(request.due_at);
    Ok(vec![confirmation(site, request, &due, token)?])
}

fn confirmation(site: &Site, request: &Request, due: &str, token: &str) -> Result<Letter, askama::Error> {
    let link = site.url(&format!("/consultations/{token}"));
    Ok(Letter {
        purpose: Purpose::ConsultationConfirmation,
        reference: request.reference.clone(),
        to: request.email.clone(),
        to_name: request.name.clone(),
        subject: format!("We have your request {}", request.reference),
        text: ConfirmationText { site, request, due, link: &link }.render()?,
        html: ConfirmationHtml { site, request, due, link: &link }.render()?,
    })
}

fn notice(site: &Site, reference: &str, due: &str) -> Result<Letter, askama::Error> {
    let link = site.url(&format!("/staff/consultations/{reference}"));
    Ok(Letter {
        purpose: Purpose::ConsultationNotice,
        reference: reference.to_owned(),
        to: site.clinic.notices_to.clone(),
        to_name: String::new(),
        subject: format!("New request {reference}: answer by {due}"),
        text: NoticeText { site, reference, due, link: &link }.render()?,
        html: NoticeHtml { site, reference, due, link: &link }.render()?,
    })
}
