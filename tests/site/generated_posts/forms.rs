//! The forms that stand on the pages of a site with something in it, as each kind of person meets them.

use std::collections::{BTreeMap, BTreeSet};

use mybackpain::clinic::Role;
use scraper::{ElementRef, Html, Selector};

use crate::generated_posts::bodies::Fields;
use crate::support::desk::page;
use crate::support::{Answer, PASSWORD, Site, Visitor, consultation, report, with};

/// A form as it stands on a page.
pub struct Form {
    pub path: String,
    pub fields: Fields,
}

/// Someone who posts.
pub struct Person {
    pub cookie: Option<String>,
    pub forms: Vec<Form>,
}

/// Pages of the same kind that are looked at, such as requests.
const OF_A_KIND: usize = 3;

/// Requests in each state, with mail, a complaint, a mistake and all that staff do; and everyone who may post.
pub async fn people(site: &Site) -> (Vec<Person>, Vec<String>) {
    let mut links = vec![];
    let mut patient = site.visitor();
    crate::assessment::answer_all(&mut patient, "my own words").await;
    patient.submit("/reports/new", &[report(), vec![("summary", "yes"), ("link", "yes")]].concat()).await;
    patient.submit("/complaints", &COMPLAINT).await;
    let key = patient.get("/corrections/new").await.attribute("input[name=key]", "value")[0].clone();
    site.clock.advance(crate::support::READING);
    patient.post("/corrections/new", &[("about", "privacy"), ("words", "one"), ("key", &key)]).await;
    let mails = site.mails().await;
    for start in ["http://localhost/reports/stop/", "http://localhost/summaries/"] {
        links.push(crate::consultations::link_in(&mails[0], start));
    }
    let mut bea = site.visitor();
    let sent = bea.submit("/consultations/new", &with(consultation(), "name", &["Bea"])).await;
    let confirmation = bea.get(sent.location()).await;
    let first = confirmation.first(".ref");
    let hrefs = confirmation.attribute("main a", "href");
    let private = hrefs.into_iter().find(|href| href.len() == "/consultations/".len() + 40).unwrap();
    links.push(private.clone());
    let mut owner = site.visitor();
    owner.prove(&private, crate::private_page::KNOWN).await;

    let mut requests = vec![first];
    for concern in ["one", "two", "three", "four", "numb between my legs"] {
        requests.push(site.request(&with(consultation(), "concern", &[concern])).await);
    }
    let mut clinician = site.staff().await;
    clinician.act(&requests[1], "calls", &[("outcome", "left-message")]).await;
    clinician.book(&requests[2]).await;
    clinician.act(&requests[3], "closure", &[("reason", "not real")]).await;
    clinician.act(&requests[4], "spam", &[]).await;
    site.change(
        "update outbox set state = 'failed', finished_at = 1 where id in (select max(id) from outbox)",
    )
    .await
    .unwrap();
    let reception = site.staff_as(Role::Reception).await;
    let administrator = site.staff_as(Role::Administrator).await;
    let mut half = site.visitor();
    half.post("/staff/sign-in", &[("email", "priya@example.org"), ("password", PASSWORD)]).await;
    links.extend(requests.iter().map(|reference| page(reference)));

    let public = || PUBLIC.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    let desk =
        || links.iter().filter(|link| link.starts_with("/staff")).cloned().chain(["/staff".to_owned()]);
    let mut people = vec![];
    for (visitor, starts) in [
        (&site.visitor(), public()),
        (&patient, public()),
        (&owner, vec![private.clone(), links[0].clone(), links[1].clone()]),
        (&half, vec!["/staff/sign-in/code".to_owned()]),
        (&clinician, desk().collect()),
        (&reception, desk().collect()),
        (&administrator, desk().collect()),
    ] {
        let forms = crawl(visitor, starts).await;
        people.push(Person { cookie: visitor.cookie().map(str::to_owned), forms });
    }
    (people, links)
}

const COMPLAINT: [(&str, &str); 3] =
    [("name", "Ada"), ("email", "ada@example.org"), ("words", "My details were read out.")];

const PUBLIC: &[&str] = &[
    "/",
    "/fact-sheets/sleep-and-back-pain",
    "/consultations/new",
    "/reports/new",
    "/complaints",
    "/corrections/new?about=privacy",
    "/assessment",
    "/assessment/safety",
    "/assessment/questions/matters",
    "/assessment/questions/tried",
    "/assessment/questions/own-words",
    "/assessment/check",
    "/assessment/summary",
    "/assessment/resume",
    "/staff/sign-in",
];

/// By its address and the names of its fields.
type Found = BTreeMap<(String, Vec<String>), Fields>;

/// Every form that posts, on these pages, on those that they lead to, and on those that come of sending each form once.
async fn crawl(visitor: &Visitor<'_>, starts: Vec<String>) -> Vec<Form> {
    let mut found = Found::new();
    look(visitor, &starts, &mut found).await;
    for ((path, _), fields) in found.clone() {
        if ENDS.iter().any(|end| path.contains(end)) {
            continue;
        }
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = visitor.on_the_same_device().post(&path, &fields).await;
        harvest(&path, &answer, &mut found);
    }
    look(visitor, &starts, &mut found).await;
    found.into_iter().map(|((path, _), fields)| Form { path, fields }).collect()
}

/// What ends the visit, or all that there is to look at.
const ENDS: &[&str] = &[
    "sign-out",
    "/end",
    "/password",
    "/disabling",
    "/removal",
    "/erasure",
    "/withdrawal",
    "/not-mine",
    "/role",
    "/reset",
];

async fn look(visitor: &Visitor<'_>, starts: &[String], found: &mut Found) {
    let (mut todo, mut seen, mut kinds) =
        (starts.to_vec(), BTreeSet::new(), BTreeMap::<String, usize>::new());
    while let Some(path) = todo.pop() {
        let kind = path.split(['?', '#']).next().unwrap().split('/').map(without_numbers).collect::<Vec<_>>();
        let looked_at = kinds.entry(kind.join("/")).or_default();
        *looked_at += 1;
        let is_stream = path.contains("/events") || path.contains(".csv") || path.contains(".ics");
        if *looked_at > OF_A_KIND || is_stream || !seen.insert(path.clone()) {
            continue;
        }
        // A page may give a cookie of its own, and this browser holds one.
        let shown = visitor.on_the_same_device().get(&path).await;
        let html = harvest(&path, &shown, found);
        // The desk leads all over the desk, a private page to its own parts.
        let inside = if path.starts_with("/staff") { "/staff" } else { starts[0].as_str() };
        let links = elements(&html, "a[href^='/']").filter_map(|link| link.attr("href").map(str::to_owned));
        todo.extend(links.filter(|link| inside.len() > 1 && link.starts_with(inside)));
    }
}

fn harvest(path: &str, shown: &Answer, found: &mut Found) -> Html {
    let html = shown.page();
    for form in elements(&html, "form[method=post]") {
        let fields = fields_of(&form);
        let buttons = selector("button[formaction]");
        let buttons = form.select(&buttons).filter_map(|one| one.attr("formaction"));
        for action in buttons.chain([form.attr("action").unwrap_or(path)]) {
            let action = if action.is_empty() { path } else { action };
            let names: Vec<String> = fields.iter().map(|(name, _)| name.clone()).collect();
            found.entry((action.to_owned(), names)).or_insert_with(|| fields.clone());
        }
    }
    html
}

fn without_numbers(segment: &str) -> &str {
    if segment.chars().any(|c| c.is_ascii_digit()) { "{}" } else { segment }
}

fn selector(words: &str) -> Selector {
    Selector::parse(words).unwrap()
}

fn elements<'h>(html: &'h Html, words: &str) -> impl Iterator<Item = ElementRef<'h>> {
    html.select(&selector(words)).collect::<Vec<_>>().into_iter()
}

/// What a person would send: what stands in the fields, and one of each choice.
fn fields_of(form: &ElementRef<'_>) -> Fields {
    let mut fields = Fields::new();
    for field in form.select(&selector("input[name], textarea[name], select[name], button[name]")) {
        let name = field.attr("name").unwrap().to_owned();
        let words = || field.text().collect::<String>();
        let value = match (field.value().name(), field.attr("type")) {
            ("textarea", _) => Some(words()),
            ("select", _) => {
                let option = field.select(&selector("option")).last();
                option.map(|option| option.attr("value").map_or_else(words, str::to_owned))
            }
            (_, Some("radio")) if fields.iter().any(|(known, _)| *known == name) => None,
            _ => Some(field.attr("value").unwrap_or_default().to_owned()),
        };
        fields.extend(value.map(|value| (name.clone(), filled(&name, value))));
    }
    fields
}

/// What is empty on the page is filled with something that would do.
fn filled(name: &str, value: String) -> String {
    let would_do = match name {
        _ if !value.is_empty() => return value,
        "website" => "",
        "email" => "ada@example.org",
        "phone" => "07700 900123",
        "date" | "from" | "until" => "2026-06-04",
        "person" => "ada@example.org",
        "time" => "10:30",
        "minutes" => "45",
        "answer" => "0123",
        "password" | "present" => PASSWORD,
        _ => "some words",
    };
    would_do.to_owned()
}
