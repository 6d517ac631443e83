//! The mail that brings a patient what staff wrote.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::consultations::addressee::Addressee;
use crate::consultations::messages::fields::parted_by_link;
use crate::consultations::request::Request;
use crate::mail::{Letter, Purpose, RenderedLetter};
use crate::web::site::Site;

#[derive(Serialize, Deserialize)]
pub struct MessageLetter {
    #[serde(flatten)]
    to: Addressee,
    /// What staff wrote, with the private link still to fill in.
    words: String,
    /// Of the private page.
    token: String,
}

#[derive(Template)]
#[template(path = "consultations/mail_message.txt")]
struct MessageText<'a> {
    site: &'a Site,
    name: &'a str,
    words: &'a str,
    link: &'a str,
    stop: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_message.html")]
struct MessageHtml<'a> {
    site: &'a Site,
    reference: &'a str,
    name: &'a str,
    /// Each with its lines, and each line in the parts around the private link.
    paragraphs: Vec<Vec<Vec<String>>>,
    link: &'a str,
    stop: &'a str,
}

/// By what the mail greets the patient; empty where no name may stand in it.
pub fn greeted(request: &Request) -> String {
    Addressee::of(request).name
}

/// What the mail is about, in its header.
pub fn subject(reference: &str) -> String {
    format!("A message about your request {reference}")
}

impl Letter for MessageLetter {
    const PURPOSE: Purpose = Purpose::ConsultationMessage;
}

impl MessageLetter {
    pub fn of(request: &Request, words: String, token: String) -> MessageLetter {
        MessageLetter { to: Addressee::of(request), words, token }
    }

    /// The same with another address of the private page.
    pub fn with_token(self, token: &str) -> MessageLetter {
        MessageLetter { token: token.to_owned(), ..self }
    }

    /// `stop` is the link with which the owner of the address stops mail to it.
    pub fn render(
        &self,
        site: &Site,
        reference: &str,
        stop: String,
    ) -> Result<RenderedLetter, askama::Error> {
        let MessageLetter { to, words, token } = self;
        let (name, link) = (&to.name, &site.url(&format!("/consultations/{token}")));
        let text = &parted_by_link(words).join(link);
        let paragraphs = words
            .split("\n\n")
            .map(|paragraph| paragraph.trim_matches('\n'))
            .filter(|paragraph| !paragraph.is_empty())
            .map(|paragraph| paragraph.lines().map(parted_by_link).collect())
            .collect();
        Ok(RenderedLetter {
            to_name: to.in_header().to_owned(),
            subject: subject(reference),
            text: MessageText { site, name, words: text, link, stop: &stop }.render()?,
            html: MessageHtml { site, reference, name, paragraphs, link, stop: &stop }.render()?,
            stop: Some(stop),
            reply_to: Some(site.clinic.email.clone()),
            ..RenderedLetter::default()
        })
    }
}
