//! The mail that holds whole pages, and at most one private link. It never holds an answer.

use askama::Template;
use serde::{Deserialize, Serialize};

use crate::library::signatures::{SignOff, Signatures};
use crate::library::{FrontMatter, Library, MailText, Reference, Sheet, pages};
use crate::mail::{Letter, Purpose, RenderedLetter};
use crate::storage::clock::moment;
use crate::web::form::person_name::plain_name;
use crate::web::site::Site;
use crate::web::tappable::tappable;

/// In bytes, the longest text and the longest HTML of a mail as they are sent. Large mail services show one of the two,
/// and cut off what is longer than 102 kB.
const MOST_BYTES: usize = 87_000;

#[derive(Serialize, Deserialize)]
pub struct ReportLetter {
    name: String,
    /// Slugs of the pages.
    pages: Vec<String>,
    private: Option<PrivateLink>,
}

/// The one private link, and the moment at which it ends.
#[derive(Clone, Serialize, Deserialize)]
pub struct PrivateLink {
    pub token: String,
    pub expires_at: i64,
}

#[derive(Template)]
#[template(path = "patients/reports/mail.txt")]
struct Text<'a> {
    site: &'a Site,
    sheets: &'a [Part<'a>],
    linked: &'a [Part<'a>],
    private: Option<&'a Private>,
    name: &'a str,
    stop: &'a str,
}

#[derive(Template)]
#[template(path = "patients/reports/mail.html")]
struct Html<'a> {
    site: &'a Site,
    sheets: &'a [Part<'a>],
    /// Pages for which there was no room: their links alone.
    linked: &'a [Part<'a>],
    private: Option<&'a Private>,
    title: &'a str,
    name: &'a str,
    stop: &'a str,
}

/// One page in a mail.
struct Part<'a> {
    front: &'a FrontMatter,
    sign_off: SignOff,
    mail_html: String,
    mail_text: String,
    sources: &'a [Reference],
    link: String,
    /// In front of its ids, which another page in the same mail may have too.
    id: String,
}

struct Private {
    link: String,
    ends: String,
}

impl Letter for ReportLetter {
    const PURPOSE: Purpose = Purpose::Report;
}

impl ReportLetter {
    pub fn of(name: &str, sheets: &[&Sheet], private: Option<PrivateLink>) -> ReportLetter {
        let pages = sheets.iter().map(|sheet| sheet.slug.clone()).collect();
        // Whoever reads a mistyped address, and opens the summary, does not learn whose it is.
        let name = if private.is_some() { "" } else { plain_name(name) };
        ReportLetter { name: name.to_owned(), pages, private }
    }

    /// The pages as they are when it is sent. One that is gone by then is left out.
    pub fn render(
        &self,
        site: &Site,
        library: &Library,
        signatures: &Signatures,
        stop: String,
    ) -> anyhow::Result<RenderedLetter> {
        let sheets: Vec<&Sheet> = self.pages.iter().filter_map(|slug| library.sheet(slug)).collect();
        anyhow::ensure!(!sheets.is_empty() || self.private.is_some(), "every page of the report is gone");
        let several = sheets.len() > 1;
        let parts: Vec<Part> =
            sheets.iter().map(|sheet| Part::of(site, sheet, signatures.of(sheet), several)).collect();
        let private = self.private.as_ref().map(|link| Private {
            link: site.url(&format!("/summaries/{}", link.token)),
            ends: pages::day(&site.clinic.calendar().local(moment(link.expires_at)).date()),
        });
        let title = match &sheets[..] {
            [] => "The private link you asked for".to_owned(),
            [sheet] => format!("{}: the page you asked for", sheet.front.title),
            _ => format!("The pages you asked for from {}", site.clinic.site),
        };
        let (name, private, stop_link) = (&self.name, private.as_ref(), &stop);
        let mut whole = parts.len();
        let (html, text) = loop {
            let (sheets, linked) = parts.split_at(whole);
            let html =
                Html { site, sheets, linked, private, title: &title, name, stop: stop_link }.render()?;
            let html = tappable(html);
            let text = Text { site, sheets, linked, private, name, stop: stop_link }.render()?;
            if bytes_sent(&html).max(bytes_sent(&text)) <= MOST_BYTES || whole == 0 {
                break (html, text);
            }
            whole -= 1;
        };
        Ok(RenderedLetter {
            to_name: self.name.clone(),
            subject: title,
            text,
            html,
            stop: Some(stop),
            ..RenderedLetter::default()
        })
    }
}

/// The length of a text in quoted-printable, at most (RFC 2045, section 6.7).
fn bytes_sent(text: &str) -> usize {
    let plain = |byte: u8| matches!(byte, b' '..=b'~') && byte != b'=';
    let encoded: usize = text.bytes().map(|byte| if plain(byte) { 1 } else { 3 }).sum();
    encoded + encoded / 72 * 3
}

impl<'a> Part<'a> {
    fn of(site: &Site, sheet: &'a Sheet, sign_off: SignOff, among_others: bool) -> Part<'a> {
        let id = if among_others { format!("{}-", sheet.slug) } else { String::new() };
        let MailText { html, plain } = sheet.for_mail();
        let own =
            html.replace(" id=\"", &format!(" id=\"{id}")).replace("href=\"#", &format!("href=\"#{id}"));
        Part {
            front: &sheet.front,
            sign_off,
            mail_html: own,
            mail_text: plain,
            sources: &sheet.sources,
            link: site.url(&sheet.path()),
            id,
        }
    }
}
