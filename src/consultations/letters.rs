//! The mails about a request, to the patient and to the clinic: as data while they wait, as words when they are sent.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::consultations::request::Request;
use crate::consultations::request_state::RequestState;
use crate::mail::{Letter, Purpose, RenderedLetter};
use crate::storage::clock::{moment, seconds};
use crate::web::form::contact::Method;
use crate::web::form::first_name;
use crate::web::site::Site;

/// To the patient: we have your request.
#[derive(Serialize, Deserialize)]
pub struct Confirmation {
    name: String,
    method: String,
    call_times: String,
    /// Nothing when someone has been in touch already.
    due_at: Option<i64>,
    /// Of the private page.
    token: String,
}

/// To the clinic, without a word about health.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    One {
        due_at: i64,
    },
    /// Of several requests in a flood. The first of them is due at `due_at`.
    Several {
        count: u32,
        due_at: i64,
    },
}

#[derive(Template)]
#[template(path = "consultations/mail_confirmation.txt")]
struct ConfirmationText<'a> {
    site: &'a Site,
    reference: &'a str,
    method: Option<Method>,
    call_times: &'a str,
    name: &'a str,
    due: &'a str,
    link: &'a str,
    stop: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_confirmation.html")]
struct ConfirmationHtml<'a> {
    site: &'a Site,
    reference: &'a str,
    method: Option<Method>,
    call_times: &'a str,
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
    /// How many, when it is about several.
    several: Option<u32>,
    due: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_notice.html")]
struct NoticeHtml<'a> {
    site: &'a Site,
    reference: &'a str,
    several: Option<u32>,
    due: &'a str,
    link: &'a str,
}

impl Letter for Confirmation {
    const PURPOSE: Purpose = Purpose::ConsultationConfirmation;
}

impl Letter for Notice {
    const PURPOSE: Purpose = Purpose::ConsultationNotice;
}

impl Confirmation {
    pub fn of(request: &Request, token: &str) -> Confirmation {
        Confirmation {
            name: first_name(&request.name).to_owned(),
            method: request.method.word().to_owned(),
            call_times: request.call_times().to_lowercase(),
            due_at: (request.state == RequestState::New).then(|| seconds(request.due_at)),
            token: token.to_owned(),
        }
    }

    /// `stop` is the link with which the owner of the address stops mail to it.
    pub fn render(
        &self,
        site: &Site,
        reference: &str,
        stop: String,
    ) -> Result<RenderedLetter, askama::Error> {
        let Confirmation { name, call_times, token, .. } = self;
        let due = &self.due_at.map(|due_at| due(site, due_at)).unwrap_or_default();
        let link = &site.url(&format!("/consultations/{token}"));
        let method = Method::from_word(&self.method);
        let text = ConfirmationText { site, reference, method, call_times, name, due, link, stop: &stop }
            .render()?;
        let html = ConfirmationHtml { site, reference, method, call_times, name, due, link, stop: &stop }
            .render()?;
        Ok(RenderedLetter {
            to_name: name.to_owned(),
            subject: format!("We have your request {reference}"),
            text,
            html,
            stop: Some(stop),
            ..RenderedLetter::default()
        })
    }
}

impl Notice {
    pub fn of(request: &Request) -> Notice {
        Notice::One { due_at: seconds(request.due_at) }
    }

    /// The first of several.
    pub fn of_several(request: &Request) -> Notice {
        Notice::Several { count: 1, due_at: seconds(request.due_at) }
    }

    /// The same notice for one more request, which came later and so is due later.
    pub fn add_one(&mut self) {
        if let Notice::Several { count, .. } = self {
            *count += 1;
        }
    }

    pub fn render(&self, site: &Site, reference: &str) -> Result<RenderedLetter, askama::Error> {
        let (several, due_at) = match *self {
            Notice::One { due_at } => (None, due_at),
            Notice::Several { count, due_at } => (Some(count), due_at),
        };
        let due = &due(site, due_at);
        let (subject, link) = &match several {
            None => (
                format!("New request {reference}: answer by {due}"),
                site.url(&format!("/staff/consultations/{reference}")),
            ),
            Some(count) => (format!("New requests ({count}): answer the first by {due}"), site.url("/staff")),
        };
        Ok(RenderedLetter {
            subject: subject.to_owned(),
            text: NoticeText { site, reference, several, due, link }.render()?,
            html: NoticeHtml { site, reference, several, due, link }.render()?,
            ..RenderedLetter::default()
        })
    }
}

fn due(site: &Site, due_at: i64) -> String {
    site.clinic.calendar().say_with_year(moment(due_at))
}
