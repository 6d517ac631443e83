//! Every post of the public is bounded: too many from one network are refused in the end, and none writes on a disk that
//! is nearly full.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use mybackpain::web::security::Limits;

use crate::assessment::{answer_all, begin};
use crate::consultations::link_in;
use crate::support::{Site, Visitor, consultation, report, with};

/// These write nothing: what was answered is in the address of the next page, or in a signed cookie.
const WRITES_NOTHING: &[&str] = &["/assessment/safety", "/consultations/{token}"];

/// Every public address that takes a post.
fn routed() -> BTreeSet<String> {
    let mut public = every_post();
    public.retain(|path| !path.starts_with("/staff"));
    assert!(public.len() >= 15, "{public:?}");
    public
}

/// Every address that takes a post, read from where the program routes it.
pub fn every_post() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            let text = std::fs::read_to_string(&entry).unwrap();
            for route in text.split(".route(").skip(1) {
                let quoted = route.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'));
                let Some((path, rest)) = quoted else { continue };
                let handlers = rest.split(".route(").next().unwrap().split(".with_state").next().unwrap();
                if handlers.contains("post(") {
                    found.insert(path.to_owned());
                }
            }
        }
    }
    found
}

#[tokio::test]
async fn too_many_posts_from_one_network_are_refused_in_the_end_wherever_they_go() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    for (number, path) in (0_u8..).zip(routed()) {
        let path = path.replace(['{', '}'], "x");
        let mut visitor = site.visitor_from([10, 2, 0, number]);
        let mut refused = false;
        for _ in 0..500 {
            if visitor.post(&path, &[("answer", "no")]).await.status == StatusCode::TOO_MANY_REQUESTS {
                refused = true;
                break;
            }
        }
        assert!(refused, "{path}");
    }
    assert_ne!(site.visitor().post("/usefulness", &[]).await.status, StatusCode::TOO_MANY_REQUESTS, "others");
}

/// What a check page's button sends.
fn confirming(check: &crate::support::Answer) -> Vec<(String, String)> {
    let mut form: Vec<(String, String)> = check
        .attribute("form#answers input[type=hidden]", "name")
        .into_iter()
        .zip(check.attribute("form#answers input[type=hidden]", "value"))
        .collect();
    form.push(("step".to_owned(), "send".to_owned()));
    form
}

async fn post(visitor: &mut Visitor<'_>, path: &str, form: &[(String, String)]) -> StatusCode {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    visitor.post(path, &form).await.status
}

fn owned(form: &[(&str, &str)]) -> Vec<(String, String)> {
    form.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[tokio::test]
async fn without_room_no_post_of_the_public_writes_anything() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, "words").await;
    let link = [report(), vec![("summary", "yes"), ("link", "yes")]].concat();
    patient.submit("/reports/new", &link).await;
    let summary = crate::summaries::link_in(&site.mails().await[0]);
    let stop = link_in(&site.mails().await[0], "http://localhost/reports/stop/");
    let reference = site.request(&with(consultation(), "email", &["bea@example.org"])).await;
    let mails = site.mails().await;
    let mail = mails.iter().find(|mail| mail.contains("bea@example.org")).unwrap();
    let private = link_in(mail, "http://localhost/consultations/");
    site.staff().await.book(&reference).await;
    let mut owner = site.visitor();
    owner.prove(&private, "0123").await;
    let code = patient.post("/assessment/code", &[]).await.first(".ref");
    let first = begin(&mut site.visitor()).await.location().to_owned();
    let choice = patient.get(&first).await.attribute("main input[name=answer]", "value")[0].clone();
    let urgent = site.visitor().post("/assessment/safety", &[("answer", "no")]).await.location().to_owned();
    let new = with(consultation(), "concern", &["something else"]);
    let consultation_check = site.visitor().post("/consultations/new", &new).await;
    let report_check =
        site.visitor().post("/reports/new", &with(report(), "email", &["eve@example.org"])).await;
    let words = [("name", "Ada"), ("email", "ada@example.org"), ("words", "My details were read out.")];
    let complaint_check = site.visitor().post("/complaints", &words).await;
    let key = site.visitor().get("/corrections/new").await.attribute("input[name=key]", "value")[0].clone();
    let mistake =
        [("about", "privacy"), ("words", "a word is wrong"), ("name", ""), ("email", ""), ("key", &key)];
    let contact =
        [("name", "Bea"), ("email", "bea@example.org"), ("phone", "020 7946 0958"), ("method", "phone")];
    site.clock.advance(crate::support::READING);

    let posts = [
        ("/consultations/new", "/consultations/new".to_owned(), confirming(&consultation_check)),
        // Who has a summary says whether its link goes along.
        (
            "/reports/new",
            "/reports/new".to_owned(),
            [confirming(&report_check), owned(&[("link", "no")])].concat(),
        ),
        ("/complaints", "/complaints".to_owned(), confirming(&complaint_check)),
        ("/corrections/new", "/corrections/new".to_owned(), owned(&mistake)),
        ("/usefulness", "/usefulness".to_owned(), owned(&[("about", "fibromyalgia"), ("useful", "yes")])),
        ("/consultations/{token}/contact", format!("{private}/contact"), owned(&contact)),
        ("/consultations/{token}/not-mine", format!("{private}/not-mine"), vec![]),
        ("/consultations/{token}/reminders", format!("{private}/reminders"), owned(&[("reminders", "off")])),
        ("/consultations/{token}/another-time", format!("{private}/another-time"), vec![]),
        ("/consultations/{token}/withdrawal", format!("{private}/withdrawal"), vec![]),
        ("/reports/stop/{token}", stop, vec![]),
        ("/summaries/{token}/withdrawal", format!("{summary}/withdrawal"), vec![]),
        ("/assessment/safety/{key}", urgent.clone(), owned(&[("answer", "no")])),
        ("/assessment/safety/{key}/today", format!("{urgent}/today"), owned(&[("answer", "read")])),
        ("/assessment/questions/{id}", first, owned(&[("answer", &choice)])),
        // Before a new code takes the place of this one.
        ("/assessment/resume", "/assessment/resume".to_owned(), owned(&[("code", &code)])),
        ("/assessment/code", "/assessment/code".to_owned(), vec![]),
        ("/assessment/erasure", "/assessment/erasure".to_owned(), vec![]),
    ];
    let listed: BTreeSet<String> = posts
        .iter()
        .map(|(route, ..)| *route)
        .chain(WRITES_NOTHING.iter().copied())
        .map(str::to_owned)
        .collect();
    assert_eq!(routed(), listed, "say here what each public post sends");
    let condition = site.app.database.condition();
    condition.keep_free(u64::MAX);
    for (route, path, form) in &posts {
        // The assessment goes by the cookie of who has answered; to begin one is for who has none.
        let mut visitor = match *route {
            route if route.starts_with("/assessment/safety/{key}") => site.visitor(),
            route if route.starts_with("/consultations/{token}") => owner.on_the_same_device(),
            _ => patient.on_the_same_device(),
        };
        assert_eq!(post(&mut visitor, path, form).await, StatusCode::SERVICE_UNAVAILABLE, "{route}");
    }
    condition.keep_free(0);
    for (route, path, form) in &posts {
        let mut visitor = match *route {
            route if route.starts_with("/assessment/safety/{key}") => site.visitor(),
            route if route.starts_with("/consultations/{token}") => owner.on_the_same_device(),
            _ => patient.on_the_same_device(),
        };
        let status = post(&mut visitor, path, form).await;
        assert!(status.is_success() || status.is_redirection(), "{route}: with room again, {status}");
    }
}
