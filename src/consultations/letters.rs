//! The mails about a request: to the patient, and to the clinic.

use askama::Template;

use crate::consultations::request::Request;
use crate::mail::{Letter, Purpose};
use crate::web::form::plain_name;
use crate::web::site::Site;

#[derive(Template)]
#[template(path = "consultations/mail_confirmation.txt")]
struct ConfirmationText<'a> {
    site: &'a Site,
    request: &'a Request,
    name: &'a str,
    due: &'a str,
    link: &'a str,
    stop: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_confirmation.html")]
struct ConfirmationHtml<'a> {
    site: &'a Site,
    request: &'a Request,
    name: &'a str,
    due: &'a str,
    link: &'a str,
    stop: &'a str,
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

/// To the patient. `stop` is the link with which the owner of the address stops mail to it.
pub fn confirmation(
    site: &Site,
    request: &Request,
    token: &str,
    stop: &str,
) -> Result<Letter, askama::Error> {
    let (due, name) = (&due(site, request), plain_name(&request.name));
    let link = &site.url(&format!("/consultations/{token}"));
    Ok(Letter {
        purpose: Purpose::ConsultationConfirmation,
        reference: request.reference.clone(),
        to: request.email.clone(),
        to_name: name.to_owned(),
        subject: format!("We have your request {}", request.reference),
        text: ConfirmationText { site, request, name, due, link, stop }.render()?,
        html: ConfirmationHtml { site, request, name, due, link, stop }.render()?,
    })
}

/// To the clinic, without a word about health.
pub fn notice(site: &Site, request: &Request) -> Result<Letter, askama::Error> {
    let (reference, due) = (&request.reference, &due(site, request));
    let link = &site.url(&format!("/staff/consultations/{reference}"));
    Ok(Letter {
        purpose: Purpose::ConsultationNotice,
        reference: reference.to_owned(),
        to: site.clinic.notices_to.clone(),
        to_name: String::new(),
        subject: format!("New request {reference}: answer by {due}"),
        text: NoticeText { site, reference, due, link }.render()?,
        html: NoticeHtml { site, reference, due, link }.render()?,
    })
}

fn due(site: &Site, request: &Request) -> String {
    site.clinic.calendar().say_with_year(request.due_at)
}
