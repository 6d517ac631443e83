//! What each fuzz target does with an input. Also read by tests/site/fuzz_inputs.rs, which does it with every input that was
//! found to matter.

use std::path::Path;

use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use mybackpain::library::file::read;
use mybackpain::library::markdown::{Names, blocks, html, passages, plain};
use mybackpain::library::{FrontMatter, PlainFrontMatter};
use mybackpain::mail::bounces::BounceReport;
use mybackpain::signs::SignsReader;
use mybackpain::web::form::{email, mailbox, person_name, phone};
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

/// A content file; `file` is written over.
pub fn front_matter(file: &Path, input: &[u8]) {
    std::fs::write(file, input).unwrap();
    drop(read::<FrontMatter>(file));
    drop(read::<PlainFrontMatter>(file));
}

pub fn markdown(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let names = Names::default();
    drop(html(text, &names));
    // What has faults is shown nowhere, and read no further.
    if blocks(text).is_ok() {
        drop(plain(text, &names, &[]));
        drop(passages(text, &names));
    }
}

pub fn signs(reader: &SignsReader, input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let finding = reader.read(&text);
    let pieces: String = finding.marked(&text).into_iter().map(|(_, piece)| piece).collect();
    assert_eq!(pieces, text, "marking loses nothing");
}

pub fn addresses(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    if let Ok(address) = email::check(&text) {
        drop((email::suggestion(&address), email::link(&address), email::for_delivery(&address)));
        drop((mailbox::mailbox(&address), mailbox::comparable(&address), mailbox::as_before(&address)));
    }
    if let Ok(number) = phone::check(&text) {
        drop((phone::numbers(&number), phone::link(&number), phone::digits(&number)));
    }
    drop((phone::pieces(&text), phone::in_plain_digits(&text)));
    let _ = (person_name::greeting(&text), person_name::plain_name(&text), person_name::first_name(&text));
}

pub fn delivery_report(input: &[u8]) {
    drop(BounceReport::parse(input));
}

/// Without signing in, which spends its time on hashing passwords.
const FORMS: [&str; 8] = [
    "/consultations/new",
    "/reports/new",
    "/complaints",
    "/corrections/new",
    "/assessment/resume",
    "/assessment/safety",
    "/assessment/questions/own-words",
    "/usefulness",
];

/// The first byte chooses the form.
pub fn form(input: &[u8]) -> Option<Request<Body>> {
    let (which, body) = input.split_first()?;
    let request = Request::post(FORMS[usize::from(*which) % FORMS.len()])
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    request.body(Body::from(body.to_vec())).ok()
}

pub fn search(input: &[u8]) -> Option<Request<Body>> {
    let (which, typed) = input.split_first()?;
    let page = if which % 2 == 0 { "/search" } else { "/search/suggestions" };
    let typed = percent_encode(typed, NON_ALPHANUMERIC);
    Request::get(format!("{page}?q={typed}")).body(Body::empty()).ok()
}

const PAGES: [&str; 5] =
    ["/assessment/summary", "/staff", "/consultations/x", "/reports/new?summary", "/staff/sign-in/code"];

/// The first byte chooses the page that reads the cookies.
pub fn cookie(input: &[u8]) -> Option<Request<Body>> {
    let (which, cookies) = input.split_first()?;
    let request = Request::get(PAGES[usize::from(*which) % PAGES.len()]);
    request.header(header::COOKIE, HeaderValue::from_bytes(cookies).ok()?).body(Body::empty()).ok()
}
