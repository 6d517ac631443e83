//! A program may have filled a form in, or pressed its button: the person is asked for one more press, and nothing else.

use axum::http::StatusCode;
use mybackpain::web::security::Limits;
use scraper::Selector;

use crate::support::{Answer, READING, Site, Visitor, consultation, report, with};

const FORMS: [&str; 4] = ["/consultations/new", "/reports/new", "/complaints", "/corrections/new"];

/// What a person types into a form.
fn typed(path: &str) -> Vec<(&'static str, &'static str)> {
    match path {
        "/consultations/new" => with(consultation(), "concern", &["numb between my legs and cannot pee"]),
        "/reports/new" => report(),
        "/complaints" => {
            vec![("name", "Ada Lovelace"), ("email", "ada@example.org"), ("words", "They read it out")]
        }
        _ => vec![("about", "sleep-and-back-pain"), ("words", "The third reference is dead")],
    }
}

/// A field that a person typed, and how it is found on the page that asks again.
fn kept(path: &str, again: &Answer) -> bool {
    match path {
        "/corrections/new" => again.first("#words") == "The third reference is dead",
        "/complaints" => again.first(".answers").contains("They read it out"),
        "/reports/new" => again.first(".answers").contains("ada@example.org"),
        _ => again.first(".answers").contains("numb between my legs and cannot pee"),
    }
}

fn table(path: &str) -> &'static str {
    match path {
        "/consultations/new" => "consultations",
        "/reports/new" => "reports",
        "/complaints" => "complaints",
        _ => "corrections",
    }
}

/// What a password manager sends: the answers of the person, and something in every other text field of the page, those
/// that nobody sees among them. It leaves what the page itself has hidden as it is.
fn filled_in<'a>(shown: &'a Answer, own: &[(&'a str, &'a str)]) -> Vec<(String, String)> {
    let mut form: Vec<(String, String)> =
        own.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let page = shown.page();
    let selector = Selector::parse("main form input, main form textarea").unwrap();
    for field in page.select(&selector) {
        let (name, kind) = (field.attr("name").unwrap_or_default(), field.attr("type").unwrap_or("text"));
        if own.iter().any(|(typed, _)| *typed == name) {
            continue;
        }
        match kind {
            "hidden" => form.push((name.to_owned(), field.attr("value").unwrap_or_default().to_owned())),
            "text" => form.push((name.to_owned(), "https://ada.example.org".to_owned())),
            "email" => form.push((name.to_owned(), "ada@example.org".to_owned())),
            "tel" => form.push((name.to_owned(), "07700 900123".to_owned())),
            _ => {}
        }
    }
    form
}

async fn post(visitor: &mut Visitor<'_>, path: &str, form: &[(String, String)]) -> Answer {
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    visitor.post(path, &form).await
}

/// Opens a form, lets a program fill in all of it, and presses every button up to the one that sends it.
async fn send_filled_in(site: &Site, visitor: &mut Visitor<'_>, path: &str) -> Answer {
    let shown = visitor.get(path).await;
    let form = filled_in(&shown, &typed(path));
    assert!(form.iter().any(|(name, value)| name == "website" && !value.is_empty()), "the trap is filled");
    site.clock.advance(READING);
    let answer = post(visitor, path, &form).await;
    if path == "/corrections/new" {
        return answer;
    }
    assert_eq!(answer.status, StatusCode::OK, "{path}: the check page");
    site.clock.advance(READING);
    visitor.confirm(path, &answer).await
}

async fn press_again(visitor: &mut Visitor<'_>, path: &str, again: &Answer) -> Answer {
    if path == "/corrections/new" {
        post(visitor, path, &filled_in(again, &typed(path))).await
    } else {
        visitor.confirm(path, again).await
    }
}

fn asks_again(path: &str, again: &Answer) {
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {}", again.body);
    let said = again.first(".problems");
    let button = again.all("main form button.btn").pop().unwrap();
    assert!(said.contains("We could not tell whether you or a program"), "{path}: {said}");
    assert!(
        said.contains(&format!("Press “{button}” again")),
        "{path}: {said}, and the button says {button}"
    );
    assert!(kept(path, again), "{path}: everything is kept");
}

#[tokio::test]
async fn a_form_that_a_password_manager_filled_in_is_asked_for_once_more_and_taken() {
    for path in FORMS {
        let site = Site::open().await;
        let mut patient = site.visitor();
        let again = send_filled_in(&site, &mut patient, path).await;
        asks_again(path, &again);
        assert_eq!(site.count(table(path)).await, 0, "{path}: nothing is stored on a doubt");
        let sent = press_again(&mut patient, path, &again).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{path}: {}", sent.body);
        assert_eq!(site.count(table(path)).await, 1, "{path}");
        assert_eq!(patient.get(sent.location()).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_hasty_press_is_asked_for_once_more_and_the_next_is_taken_however_hasty() {
    for path in FORMS {
        let site = Site::open().await;
        let mut patient = site.visitor();
        let again = if path == "/corrections/new" {
            let key = patient.get(path).await.attribute("input[name=key]", "value")[0].clone();
            let mut form = typed(path);
            form.push(("key", &key));
            patient.post(path, &form).await
        } else {
            let check = patient.post(path, &typed(path)).await;
            patient.confirm(path, &check).await
        };
        asks_again(path, &again);
        let sent = press_again(&mut patient, path, &again).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{path}: {}", sent.body);
        let twice = press_again(&mut patient, path, &again).await;
        assert_eq!(twice.location(), sent.location(), "{path}: a double press is one");
        assert_eq!(site.count(table(path)).await, 1, "{path}");
    }
}

#[tokio::test]
async fn a_request_that_was_in_doubt_is_in_the_queue_with_its_mails_like_any_other() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let again = send_filled_in(&site, &mut patient, "/consultations/new").await;
    let sent = patient.confirm("/consultations/new", &again).await;
    assert!(patient.get(sent.location()).await.words().contains("We are sending you an email"));
    let mails = site.mails().await;
    assert_eq!(mails.len(), 2, "the confirmation and the notice");
    let queue = site.staff().await.get("/staff").await;
    assert!(queue.first("section.safety table.queue").contains("Ada Lovelace"));
    assert!(queue.first("#spam").contains("0 requests"));
    assert!(patient.get(sent.location()).await.words().contains("We have sent you an email"));
}

#[tokio::test]
async fn a_second_press_is_bounded_by_network_like_any_other() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut robot = site.visitor();
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let again = send_filled_in(&site, &mut robot, "/complaints").await;
        statuses.push(robot.confirm("/complaints", &again).await.status);
    }
    assert_eq!(statuses.pop(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert!(statuses.iter().all(|status| *status == StatusCode::SEE_OTHER), "{statuses:?}");
}

#[tokio::test]
async fn a_key_of_a_second_press_cannot_be_made_up() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let check = patient.post("/consultations/new", &consultation()).await;
    let key = check.attribute("input[name=key]", "value")[0].clone();
    let (made, proof) = key.rsplit_once('-').unwrap();
    let forged = format!("{made}-again-{proof}");
    let mut form = consultation();
    form.extend([("step", "send"), ("key", forged.as_str()), ("website", "x")]);
    assert_eq!(
        patient.post("/consultations/new", &form).await.status,
        StatusCode::OK,
        "the check page again"
    );
    assert_eq!(site.count("consultations").await, 0);
}

#[tokio::test]
async fn a_confirmation_speaks_only_of_mail_that_was_queued() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut pages = Vec::new();
    for (network, concern) in [(1, "one"), (2, "two"), (3, "three"), (4, "four")] {
        let mut patient = site.visitor_from([198, 51, 100, network]);
        let form = with(with(consultation(), "concern", &[concern]), "method", &["email"]);
        let sent = patient.submit("/consultations/new", &form).await;
        pages.push(patient.get(sent.location()).await.words());
    }
    assert!(pages[..3].iter().all(|page| page.contains("We are sending you an email")));
    assert!(!pages[3].contains("We are sending you an email"), "{}", pages[3]);
    assert!(
        pages[3].contains("We are not sending you an email this time, so keep this page or your reference")
    );
    assert!(!pages[3].contains("We will email you"), "{}", pages[3]);
    assert!(pages[3].contains("We will phone you if an email cannot reach you"), "{}", pages[3]);
    let none = with(with(consultation(), "email", &[""]), "concern", &["five"]);
    let mut patient = site.visitor_from([198, 51, 100, 5]);
    let sent = patient.submit("/consultations/new", &none).await;
    assert!(patient.get(sent.location()).await.words().contains("You gave no email address"));
}

#[tokio::test]
async fn a_page_that_asks_for_one_more_press_promises_nothing_that_a_limit_takes_back() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut patient = site.visitor();
    for _ in 0..5 {
        let again = send_filled_in(&site, &mut patient, "/complaints").await;
        assert!(!again.first(".problems").contains("to us"), "{}", again.first(".problems"));
        patient.confirm("/complaints", &again).await;
    }
    for path in ["/complaints", "/corrections/new"] {
        let again = send_filled_in(&site, &mut patient, path).await;
        let refused = press_again(&mut patient, path, &again).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        assert!(refused.first(".problems").contains("Too many forms came from your network"), "{path}");
    }
}

#[tokio::test]
async fn a_press_that_was_refused_is_not_asked_for_again_on_another_doubt() {
    // By a limit, with the form filled in by a person, and then by a program.
    for path in FORMS {
        let site = Site::with(Limits::default(), "http://localhost").await;
        let mut patient = site.visitor();
        for _ in 0..5 {
            patient.submit("/complaints", &typed("/complaints")).await;
        }
        let refused = if path == "/corrections/new" {
            let key = patient.get(path).await.attribute("input[name=key]", "value")[0].clone();
            site.clock.advance(READING);
            let mut form = typed(path);
            form.push(("key", &key));
            patient.post(path, &form).await
        } else {
            patient.submit(path, &typed(path)).await
        };
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
        patient.network = [198, 51, 100, 9];
        let mut form = filled_in(&refused, &typed(path));
        form.retain(|(name, value)| name != "website" || !value.is_empty());
        form.extend([("website".to_owned(), "x".to_owned()), ("step".to_owned(), "send".to_owned())]);
        let sent = post(&mut patient, path, &form).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{path}: {}", sent.all(".problems").join(" "));
    }
    // By its key, on the form that is sent from where it is filled in.
    let site = Site::open().await;
    let mut reader = site.visitor();
    let mut form = typed("/corrections/new");
    form.extend([("website", "x"), ("key", "of another place")]);
    let refused = reader.post("/corrections/new", &form).await;
    assert!(refused.first(".problems").contains("Press “Send” again"), "{}", refused.first(".problems"));
    let sent = press_again(&mut reader, "/corrections/new", &refused).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.all(".problems").join(" "));
}
