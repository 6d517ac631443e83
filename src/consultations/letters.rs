//! The mails about a request, to the patient and to the clinic: as data while they wait, as words when they are sent.

use askama::Template;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::consultations::addressee::Addressee;
use crate::consultations::request::Request;
use crate::consultations::request_state::RequestState;
use crate::mail::{Letter, Purpose, RenderedLetter};
use crate::signs::Help;
use crate::storage::clock::{moment, seconds};
use crate::web::form::contact::Method;
use crate::web::site::Site;

/// To the patient: we have your request.
#[derive(Serialize, Deserialize)]
pub struct Confirmation {
    #[serde(flatten)]
    to: Addressee,
    method: String,
    call_times: String,
    /// Nothing when someone has been in touch already.
    due_at: Option<i64>,
    /// Of the private page.
    token: String,
    /// Which help what they wrote calls for, the most urgent first. Mails that waited for an older version call it so.
    #[serde(default, rename = "kinds")]
    help: Vec<Help>,
}

/// To the clinic, without a word about health.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    One {
        due_at: i64,
        /// It may tell of a sign that needs help.
        #[serde(default)]
        read_first: bool,
    },
    /// Of several requests in a flood. The first of them is due at `due_at`.
    Several {
        count: u32,
        due_at: i64,
        #[serde(default)]
        read_first: bool,
    },
    /// A patient cannot make the time that was booked.
    AnotherTime { was_at: i64, read_first: bool },
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
    /// What is said of closures that come before that.
    closed: &'a str,
    link: &'a str,
    stop: &'a str,
    help: &'a [Help],
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
    /// What is said of closures that come before that.
    closed: &'a str,
    link: &'a str,
    stop: &'a str,
    help: &'a [Help],
}

#[derive(Template)]
#[template(path = "consultations/mail_notice.txt")]
struct NoticeText<'a> {
    site: &'a Site,
    reference: &'a str,
    /// How many, when it is about several.
    several: Option<u32>,
    read_first: bool,
    due: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_notice.html")]
struct NoticeHtml<'a> {
    site: &'a Site,
    reference: &'a str,
    several: Option<u32>,
    read_first: bool,
    due: &'a str,
    link: &'a str,
}

#[derive(Template)]
#[template(path = "consultations/mail_another_time.txt")]
struct AnotherTimeText<'a> {
    site: &'a Site,
    reference: &'a str,
    was_at: &'a str,
    link: &'a str,
    read_first: bool,
}

#[derive(Template)]
#[template(path = "consultations/mail_another_time.html")]
struct AnotherTimeHtml<'a> {
    site: &'a Site,
    reference: &'a str,
    was_at: &'a str,
    link: &'a str,
    read_first: bool,
}

impl Letter for Confirmation {
    const PURPOSE: Purpose = Purpose::ConsultationConfirmation;
}

impl Letter for Notice {
    const PURPOSE: Purpose = Purpose::ConsultationNotice;
}

impl Confirmation {
    pub fn of(request: &Request, token: &str, help: Vec<Help>) -> Confirmation {
        Confirmation {
            to: Addressee::of(request),
            method: request.method.word().to_owned(),
            call_times: request.call_times().to_lowercase(),
            due_at: (request.state == RequestState::New).then(|| seconds(request.due_at)),
            token: token.to_owned(),
            help,
        }
    }

    /// `stop` is the link with which the owner of the address stops mail to it.
    pub fn render(
        &self,
        site: &Site,
        reference: &str,
        created_at: Timestamp,
        stop: String,
    ) -> Result<RenderedLetter, askama::Error> {
        let Confirmation { to, call_times, token, help, .. } = self;
        let name = &to.name;
        let due = &self.due_at.map(|due_at| due(site, due_at)).unwrap_or_default();
        let closures = |due_at| site.clinic.calendar().closures_until(created_at, moment(due_at)).join(" ");
        let closed = &self.due_at.map(closures).unwrap_or_default();
        let link = &site.url(&format!("/consultations/{token}"));
        let method = Method::from_word(&self.method);
        let stop_at = stop.as_str();
        let text = ConfirmationText {
            site,
            reference,
            method,
            call_times,
            name,
            due,
            closed,
            link,
            stop: stop_at,
            help,
        };
        let html = ConfirmationHtml {
            site,
            reference,
            method,
            call_times,
            name,
            due,
            closed,
            link,
            stop: stop_at,
            help,
        };
        let (text, html) = (text.render()?, html.render()?);
        let subject = match help.is_empty() {
            true => format!("We have your request {reference}"),
            false => format!("Do not wait for us: about your request {reference}"),
        };
        Ok(RenderedLetter {
            to_name: to.in_header().to_owned(),
            subject,
            text,
            html,
            stop: Some(stop),
            ..RenderedLetter::default()
        })
    }
}

impl Notice {
    pub fn of(request: &Request) -> Notice {
        Notice::One { due_at: seconds(request.due_at), read_first: request.sign.is_some() }
    }

    /// The first of several.
    pub fn of_several(request: &Request) -> Notice {
        Notice::Several { count: 1, due_at: seconds(request.due_at), read_first: request.sign.is_some() }
    }

    /// The same notice for one more request, which came later and so is due later.
    pub fn add_one(&mut self, request: &Request) {
        if let Notice::Several { count, read_first, .. } = self {
            *count += 1;
            *read_first |= request.sign.is_some();
        }
    }

    pub fn render(&self, site: &Site, reference: &str) -> Result<RenderedLetter, askama::Error> {
        let (several, due_at, read_first) = match *self {
            Notice::One { due_at, read_first } => (None, due_at, read_first),
            Notice::Several { count, due_at, read_first } => (Some(count), due_at, read_first),
            Notice::AnotherTime { was_at, read_first } => {
                return another_time(site, reference, was_at, read_first);
            }
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
            subject: if read_first { format!("Read first: {subject}") } else { subject.to_owned() },
            text: NoticeText { site, reference, several, read_first, due, link }.render()?,
            html: NoticeHtml { site, reference, several, read_first, due, link }.render()?,
            ..RenderedLetter::default()
        })
    }
}

fn another_time(
    site: &Site,
    reference: &str,
    was_at: i64,
    read_first: bool,
) -> Result<RenderedLetter, askama::Error> {
    let was_at = &due(site, was_at);
    let link = &site.url(&format!("/staff/consultations/{reference}"));
    let subject = format!("Another time is wanted: {reference}");
    Ok(RenderedLetter {
        subject: if read_first { format!("Read first: {subject}") } else { subject },
        text: AnotherTimeText { site, reference, was_at, link, read_first }.render()?,
        html: AnotherTimeHtml { site, reference, was_at, link, read_first }.render()?,
        ..RenderedLetter::default()
    })
}

fn due(site: &Site, due_at: i64) -> String {
    site.clinic.calendar().say_with_year(moment(due_at))
}
