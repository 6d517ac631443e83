//! The same sent again: what is new in it is never lost, and a key of one form is no trouble in another.

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::support::desk::page;
use crate::support::{Site, consultation, report, with};

const NEW: &str = "/consultations/new";

#[tokio::test]
async fn what_a_second_sending_changes_is_on_the_desk() {
    let changes: &[(&str, &[&str], &str)] = &[
        ("needs", &["I need a BSL interpreter"], "I need a BSL interpreter"),
        ("method", &["video"], "Video call"),
        ("times", &["any"], "Any time"),
        ("voicemail", &["yes"], "Voicemail: yes"),
        ("email", &["Ada.Lovelace@example.org"], "Ada.Lovelace@example.org"),
        ("phone", &["+44 7700 900123"], "+44 7700 900123"),
    ];
    for (field, values, shown) in changes {
        let site = Site::open().await;
        let form = with(consultation(), "email", &["adalovelace@example.org"]);
        site.request(&form).await;
        let second = site.request(&with(form.clone(), field, values)).await;
        let said = site.staff().await.get(&page(&second)).await;
        assert!(said.words().contains(shown), "{field}");
        assert_eq!(site.count("consultations").await, 2, "{field}");
        assert_eq!(site.request(&form).await, site.request(&form).await, "the same is still one");
    }
}

#[tokio::test]
async fn a_key_that_is_sent_again_with_other_words_loses_none_of_them() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let check = patient.post(NEW, &consultation()).await;
    site.clock.advance(SignedDuration::from_secs(3));
    let first = patient.confirm(NEW, &check).await;
    let key = check.attribute("input[name=key]", "value")[0].clone();
    let mut other = with(consultation(), "concern", &["It has moved into my leg"]);
    other.extend([("step", "send"), ("key", key.as_str())]);
    let second = patient.post(NEW, &other).await;
    assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.body);
    assert_ne!(first.location(), second.location());
    let references = [patient.get(first.location()).await, patient.get(second.location()).await];
    let references = references.map(|answer| answer.first(".ref"));
    assert_ne!(references[0], references[1]);
    let said = site.staff().await.get(&page(&references[1])).await;
    assert!(said.words().contains("It has moved into my leg"));
    patient.post(NEW, &other).await;
    assert_eq!(site.count("consultations").await, 2, "and twice is still once");
}

#[tokio::test]
async fn a_key_of_one_form_is_no_trouble_in_another() {
    let site = Site::open().await;
    for (from, to, first, second) in [
        ("/reports/new", NEW, report(), consultation()),
        (
            NEW,
            "/reports/new",
            with(consultation(), "concern", &["another"]),
            with(report(), "about", &["fibromyalgia"]),
        ),
    ] {
        let mut patient = site.visitor();
        let check = patient.post(from, &first).await;
        site.clock.advance(SignedDuration::from_secs(3));
        assert_eq!(patient.confirm(from, &check).await.status, StatusCode::SEE_OTHER);
        let key = check.attribute("input[name=key]", "value")[0].clone();
        let mut form = second.clone();
        form.extend([("step", "send"), ("key", key.as_str())]);
        let sent = patient.post(to, &form).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{to}: {}", sent.body);
        assert_eq!(patient.get(sent.location()).await.status, StatusCode::OK);
    }
    assert_eq!((site.count("consultations").await, site.count("reports").await), (2, 2));
}

#[tokio::test]
async fn a_clock_that_steps_back_makes_no_patient_a_robot() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let check = patient.post(NEW, &consultation()).await;
    site.clock.advance(SignedDuration::from_mins(-5));
    assert_eq!(patient.confirm(NEW, &check).await.status, StatusCode::SEE_OTHER);
    assert_eq!((site.count("consultations").await, site.count("outbox").await), (1, 2));
}
