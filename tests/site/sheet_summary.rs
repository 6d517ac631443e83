//! A report from a sheet, for who has a summary: they are asked whether its private link goes along.

use axum::http::StatusCode;

use crate::assessment::answer_all;
use crate::consultations::decoded;
use crate::summaries::{WORDS, link_in};
use crate::support::{Answer, READING, Site, Visitor, report, with};

const REPORT: &str = "/reports/new";

#[tokio::test]
async fn from_a_sheet_whoever_has_a_summary_is_asked_whether_its_link_goes_along() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, WORDS).await;
    let sheet = report();
    let asked = patient.post(REPORT, &sheet).await;
    assert_eq!(asked.status, StatusCode::OK);
    assert_eq!(asked.attribute("input[name=link]", "value"), ["yes", "no"]);
    assert!(asked.attribute("input[checked]", "value").is_empty(), "nothing is preset");
    site.clock.advance(READING);
    let unanswered = patient.confirm(REPORT, &asked).await;
    assert_eq!(unanswered.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(unanswered.attribute(".problems a", "href"), ["#link"]);
    assert!(unanswered.first("title").starts_with("Error: "));
    assert_eq!(site.count("reports").await, 0);

    let yes = answered(&mut patient, &unanswered, "yes").await;
    assert!(patient.get(yes.location()).await.words().contains("What happens next"));
    let other = with(sheet.clone(), "about", &["sciatica"]);
    let asked = patient.post(REPORT, &other).await;
    site.clock.advance(READING);
    answered(&mut patient, &asked, "no").await;
    let mails = site.mails().await;
    assert_eq!(mails.len(), 2);
    assert!(patient.get(&link_in(&mails[0])).await.words().contains(WORDS));
    assert!(decoded(&mails[0]).contains("Sleep and back pain"));
    assert!(!decoded(&mails[1]).contains("/summaries/"));
    assert_eq!(site.count("summaries").await, 1);

    let nobody = site.visitor().post(REPORT, &sheet).await;
    assert!(nobody.attribute("input[name=link]", "value").is_empty(), "only who has one is asked");
}

#[tokio::test]
async fn a_link_that_was_wanted_from_a_sheet_is_not_dropped_without_a_word() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, WORDS).await;
    let asked = patient.post(REPORT, &report()).await;
    patient.post("/assessment/erasure", &[]).await;
    site.clock.advance(READING);
    let late = answered(&mut patient, &asked, "yes").await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.first(".problems").contains("Your answers have been erased"), "{}", late.first(".problems"));
    assert!(late.attribute("input[name=link]", "value").is_empty());
    site.clock.advance(READING);
    assert_eq!(patient.confirm(REPORT, &late).await.status, StatusCode::SEE_OTHER, "the report alone");
    let changed: Vec<(&str, &str)> = [report(), vec![("link", "yes"), ("change", "name")]].concat();
    let kept = patient.post(REPORT, &changed).await;
    assert_eq!(kept.attribute("input[type=hidden][name=link]", "value"), ["yes"], "the answer is kept");
}

/// Presses "Confirm and send" with an answer to the question about the summary.
async fn answered(patient: &mut Visitor<'_>, check: &Answer, answer: &str) -> Answer {
    let hidden = |name: &str| {
        check.attribute(&format!("main form input[type=hidden][name={name}]"), "value")[0].clone()
    };
    let (about, name, email, key) = (hidden("about"), hidden("name"), hidden("email"), hidden("key"));
    let form = [
        ("about", &*about),
        ("name", &*name),
        ("email", &*email),
        ("key", &*key),
        ("link", answer),
        ("step", "send"),
    ];
    patient.post(REPORT, &form).await
}
