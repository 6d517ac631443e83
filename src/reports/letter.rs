//! The mail that holds a whole page.

use askama::Template;

use super::Report;
use super::request::plain_name;
use crate::library::{Reference, Sheet};
use crate::mail::{Letter, Purpose};
use crate::site::Site;

#[derive(Template)]
#[template(path = "reports/mail.txt")]
struct Text<'a> {
    site: &'a Site,
    sheet: &'a Sheet,
    sources: &'a [Reference],
    name: &'a str,
    link: &'a str,
    stop: &'a str,
}

#[derive(Template)]
#[template(path = "reports/mail.html")]
struct Html<'a> {
    site: &'a Site,
    sheet: &'a Sheet,
    sources: &'a [Reference],
    name: &'a str,
    link: &'a str,
    stop: &'a str,
}

pub fn of(site: &Site, sheet: &Sheet, report: &Report, stop_token: &str) -> Result<Letter, askama::Error> {
    let name = plain_name(&report.name);
    let link = site.url(&sheet.path());
    let stop = site.url(&format!("/reports/stop/{stop_token}"));
    let sources = &sheet.sources[..];
    Ok(Letter {
        purpose: Purpose::Report,
        reference: report.reference.clone(),
        to: report.email.clone(),
        to_name: name.to_owned(),
        subject: format!("{}: the page you asked for", sheet.front.title),
        text: Text { site, sheet, sources, name, link: &link, stop: &stop }.render()?,
        html: Html { site, sheet, sources, name, link: &link, stop: &stop }.render()?,
    })
}
