//! The mail that holds whole pages, and at most one private link. It never holds an answer.

use askama::Template;

use crate::library::{FrontMatter, Reference, Sheet, pages};
use crate::mail::{Letter, Purpose};
use crate::patients::reports::report::{PrivateLink, Report};
use crate::storage::clock::moment;
use crate::web::form::plain_name;
use crate::web::site::Site;

#[derive(Template)]
#[template(path = "patients/reports/mail.txt")]
struct Text<'a> {
    site: &'a Site,
    sheets: &'a [Part<'a>],
    private: Option<&'a Private>,
    name: &'a str,
    stop: &'a str,
}

#[derive(Template)]
#[template(path = "patients/reports/mail.html")]
struct Html<'a> {
    site: &'a Site,
    sheets: &'a [Part<'a>],
    private: Option<&'a Private>,
    title: &'a str,
    name: &'a str,
    stop: &'a str,
}

/// One page in a mail.
struct Part<'a> {
    front: &'a FrontMatter,
    mail_html: String,
    mail_text: &'a str,
    sources: &'a [Reference],
    link: String,
    /// In front of its ids, which another page in the same mail may have too.
    id: String,
}

/// The one private link, and the day on which it ends.
struct Private {
    link: String,
    ends: String,
}

pub fn of(
    site: &Site,
    sheets: &[&Sheet],
    private: Option<&PrivateLink>,
    report: &Report,
    stop: &str,
) -> Result<Letter, askama::Error> {
    let name = plain_name(&report.name);
    let parts: Vec<Part> = sheets.iter().map(|sheet| part(site, sheet, sheets.len() > 1)).collect();
    let private = private.map(|link| Private {
        link: site.url(&format!("/summaries/{}", link.token)),
        ends: pages::day(&site.clinic.calendar().local(moment(link.expires_at)).date()),
    });
    let title = match sheets {
        [] => "The private link you asked for".to_owned(),
        [sheet] => format!("{}: the page you asked for", sheet.front.title),
        _ => format!("The pages you asked for from {}", site.clinic.site),
    };
    let (sheets, private) = (&parts[..], private.as_ref());
    Ok(Letter {
        purpose: Purpose::Report,
        reference: report.reference.clone(),
        to: report.email.clone(),
        to_name: name.to_owned(),
        subject: title.clone(),
        text: Text { site, sheets, private, name, stop }.render()?,
        html: Html { site, sheets, private, title: &title, name, stop }.render()?,
    })
}

fn part<'a>(site: &Site, sheet: &'a Sheet, among_others: bool) -> Part<'a> {
    let id = if among_others { format!("{}-", sheet.slug) } else { String::new() };
    let html = &sheet.mail_html;
    let own = html.replace(" id=\"", &format!(" id=\"{id}")).replace("href=\"#", &format!("href=\"#{id}"));
    Part {
        front: &sheet.front,
        mail_html: own,
        mail_text: &sheet.mail_text,
        sources: &sheet.sources,
        link: site.url(&sheet.path()),
        id,
    }
}
