//! Whatever a visitor sends: the right page, with the clinic's phone number, or the form again. Never a 500, never a lost word.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Answer, Site, consultation, report, with};

const FORMS: &[&str] = &[
    "/consultations/new",
    "/reports/new",
    "/staff/sign-in",
    "/usefulness",
    "/assessment/safety",
    "/assessment/resume",
    "/complaints",
    "/corrections/new",
];

fn raw(method: Method, path: &str, kind: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
    let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
    request.body(body.into()).unwrap()
}

fn is_a_helpful_page(answer: &Answer, what: &str) {
    assert!(!answer.status.is_server_error(), "{what}: {}", answer.status);
    assert!(answer.words().contains("020 7946 0123"), "{what}: {}", answer.body);
    assert!(!answer.header("content-security-policy").is_empty(), "{what}");
}

#[tokio::test]
async fn an_empty_form_is_the_form_again() {
    let site = Site::open().await;
    for path in [
        "/consultations/new",
        "/reports/new",
        "/staff/sign-in",
        "/assessment/safety",
        "/assessment/resume",
        "/complaints",
    ] {
        let answer = site.visitor().post(path, &[]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert!(!answer.all(".problems a").is_empty(), "{path}");
        is_a_helpful_page(&answer, path);
    }
}

#[tokio::test]
async fn ten_megabytes_are_refused_with_a_page() {
    let site = Site::open().await;
    for path in FORMS {
        let body = format!("name={}", "a".repeat(10 * 1024 * 1024));
        let answer = site.send(raw(Method::POST, path, "application/x-www-form-urlencoded", body)).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        is_a_helpful_page(&answer, path);
    }
}

#[tokio::test]
async fn a_wrong_kind_of_content_is_refused_with_a_page() {
    let site = Site::open().await;
    for path in FORMS {
        for kind in ["", "application/json", "multipart/form-data; boundary=x", "text/plain"] {
            let answer = site.send(raw(Method::POST, path, kind, "{}")).await;
            assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{path} {kind}");
            is_a_helpful_page(&answer, path);
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_refused_with_a_page_and_says_what_is_allowed() {
    let site = Site::open().await;
    for path in ["/", "/fact-sheets/fibromyalgia", "/consultations/new", "/staff/sign-out", "/emergency"] {
        for method in [Method::PUT, Method::DELETE, Method::PATCH] {
            let answer = site.send(raw(method, path, "", "")).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
            assert!(!answer.header("allow").is_empty(), "{path}");
            is_a_helpful_page(&answer, path);
        }
    }
}

#[tokio::test]
async fn odd_characters_are_kept_and_shown_as_text() {
    let site = Site::open().await;
    for odd in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "עדה לאבלייס",
        "👩‍👩‍👧 Ada",
        "{{ 7 * 7 }}",
        "O'Brien; drop table consultations",
        "Åse Ærlig-Ødegård",
    ] {
        let check = site.visitor().post("/consultations/new", &with(consultation(), "name", &[odd])).await;
        assert_eq!(check.status, StatusCode::OK, "{odd}");
        assert!(check.first(".answers").contains(odd), "{odd}");
        assert_eq!(check.attribute("main form input[name=name]", "value"), [odd]);
        assert_eq!(check.attribute("script", "src").len(), 1, "{odd}");
        let again = with(with(consultation(), "name", &[odd]), "method", &[]);
        let form = site.visitor().post("/consultations/new", &again).await;
        assert_eq!(form.attribute("#name", "value"), [odd]);
    }
}

#[tokio::test]
async fn what_nobody_types_on_purpose_is_dropped_and_the_words_stay() {
    let site = Site::open().await;
    let body = "name=Ada%00%0D%0ABcc%3A+x%40example.org&email=%20ada%40example.org%E2%80%8B&method=email&concern=%E2%80%AEback";
    let check =
        site.send(raw(Method::POST, "/consultations/new", "application/x-www-form-urlencoded", body)).await;
    assert_eq!(check.status, StatusCode::OK, "{}", check.body);
    let answers = check.first(".answers");
    assert!(
        answers.contains("Ada Bcc: x@example.org")
            && answers.contains("ada@example.org")
            && answers.contains("back")
    );
    let mut visitor = site.visitor();
    site.clock.advance(crate::support::READING);
    assert_eq!(visitor.confirm("/consultations/new", &check).await.status, StatusCode::SEE_OTHER);
    let mails = site.mails().await;
    assert!(mails.iter().all(|mail| !mail.contains("\nBcc:")), "no header was slipped in");
}

#[tokio::test]
async fn long_repeated_and_missing_fields_are_the_form_again() {
    let site = Site::open().await;
    let long_address = format!("{}@example.org", "a".repeat(300));
    let long_text = "é".repeat(501);
    let long_name = "n".repeat(101);
    for (field, value, says) in [
        ("email", long_address.as_str(), "254 characters or less"),
        ("concern", long_text.as_str(), "500 characters or less"),
        ("name", long_name.as_str(), "100 characters or less"),
    ] {
        let answer = site.visitor().post("/consultations/new", &with(consultation(), field, &[value])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.first(".problems").contains(says), "{field}");
        assert!(answer.body.contains(value), "{field} is kept whole");
    }
    let twice = with(consultation(), "name", &["", "Ada", "Grace"]);
    assert!(site.visitor().post("/consultations/new", &twice).await.first(".answers").contains("Ada"));
}

#[tokio::test]
async fn odd_addresses_are_pages_too() {
    let site = Site::open().await;
    for path in [
        "/consultations/%00",
        "/consultations/confirmation/%FF%FE",
        "/fact-sheets/../../etc/passwd",
        "/reports/stop/-",
        "/reports/stop/%2F",
        "/fact-sheets/%3Cscript%3E",
        "/assets/x/../site.css",
        "/usefulness?about=%3Cscript%3E",
        "/reports/new?about=%00&about=2",
        "/?q=%",
        "/assessment/questions/%00",
        "/assessment/questions/%FF",
        "/assessment/safety/%FF",
        "/summaries/%00",
        "/summaries/%FF/withdrawal",
    ] {
        is_a_helpful_page(&site.visitor().get(path).await, path);
    }
}

/// Random forms: any field with any text. Pages come back, and no server error.
#[test]
fn no_form_makes_the_server_fail() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let site = runtime.block_on(Site::open());
    let fields = [
        "name",
        "email",
        "phone",
        "times",
        "method",
        "concern",
        "voicemail",
        "needs",
        "about",
        "key",
        "step",
        "change",
        "useful",
        "words",
        "website",
        "answer",
        "code",
        "link",
        "share",
        "summary",
    ];
    let field = (0..fields.len(), any::<String>());
    let forms = (0..FORMS.len(), prop::collection::vec(field, 0..12), any::<bool>());
    let mut runner = TestRunner::new(Config { cases: 200, failure_persistence: None, ..Config::default() });
    runner
        .run(&forms, |(path, changes, from_filled)| {
            let mut form: Vec<(String, String)> = Vec::new();
            let filled = if path == 1 { report() } else { consultation() };
            if from_filled {
                form.extend(filled.iter().map(|(name, value)| (name.to_string(), value.to_string())));
            }
            for (at, value) in changes {
                form.retain(|(name, _)| *name != fields[at]);
                form.push((fields[at].to_owned(), value));
            }
            let form: Vec<(&str, &str)> =
                form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let answer = runtime.block_on(async { site.visitor().post(FORMS[path], &form).await });
            prop_assert!(!answer.status.is_server_error(), "{} {:?}", FORMS[path], form);
            Ok(())
        })
        .unwrap();
}
