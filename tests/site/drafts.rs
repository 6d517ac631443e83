//! Answers between the pages: whose they are, how long they are kept, and the code for another device.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::operations::retention_job::forget;
use mybackpain::web::security::Limits;

use crate::assessment::{answer_all, begin};
use crate::support::Site;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const PAGES: &[&str] = &[
    "/assessment/check",
    "/assessment/summary",
    "/assessment/earlier",
    "/assessment/code",
    "/assessment/erasure",
    "/assessment/questions/where",
];

#[tokio::test]
async fn the_cookie_is_strict_about_where_it_goes_and_holds_a_random_code_only() {
    let site = Site::open().await;
    let began = begin(&mut site.visitor()).await;
    let cookie = began.header("set-cookie").to_owned();
    for part in ["draft=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=86400"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Secure"));
    let https = Site::with(Limits::none(), "https://clinic.example").await;
    let cookie = begin(&mut https.visitor()).await.header("set-cookie").to_owned();
    assert!(cookie.starts_with("__Host-draft=") && cookie.contains("Secure"), "{cookie}");
}

#[tokio::test]
async fn without_a_draft_and_with_a_forged_one_every_page_says_so_kindly() {
    let site = Site::open().await;
    let mut owner = site.visitor();
    answer_all(&mut owner, "Mine alone").await;
    let mut nobody = site.visitor();
    let mut forger = site.visitor();
    forger.set_cookie("draft=0123456789012345678901234567890123456789");
    for path in PAGES {
        let lost = nobody.get(path).await;
        assert_eq!(lost.status, StatusCode::GONE, "{path}");
        assert_eq!(lost.first("h1"), "We do not have your answers");
        assert!(lost.words().contains("020 7946 0123"));
        let forged = forger.get(path).await;
        assert_eq!((forged.status, &forged.body), (lost.status, &lost.body), "{path}");
    }
    let typed = nobody.post("/assessment/questions/own-words", &[("answer", "Written in vain?")]).await;
    assert_eq!(typed.status, StatusCode::GONE);
    assert!(typed.words().contains("Written in vain?"), "what was typed is given back");
    assert_eq!(site.count("drafts").await, 1, "and not stored");
}

#[tokio::test]
async fn a_draft_ends_24_hours_after_the_last_answer_even_before_it_is_erased() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    begin(&mut patient).await;
    site.clock.advance(SignedDuration::from_hours(23));
    patient.post("/assessment/questions/where", &[("answer", "neck")]).await;
    site.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(patient.get("/assessment/questions/where").await.status, StatusCode::OK);
    site.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(patient.get("/assessment/questions/where").await.status, StatusCode::GONE);
    assert_eq!(site.count("drafts").await, 1);
    forget(&site.app).await.unwrap();
    assert_eq!((site.count("drafts").await, site.count("draft_tokens").await), (0, 0));
}

#[tokio::test]
async fn two_tabs_answer_side_by_side_and_nothing_is_lost() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    begin(&mut patient).await;
    let mut other_tab = patient.on_the_same_device();
    patient.post("/assessment/questions/where", &[("answer", "neck")]).await;
    other_tab.post("/assessment/questions/how-long", &[("answer", "weeks")]).await;
    let again = begin(&mut other_tab).await;
    assert_eq!(again.location(), "/assessment/earlier", "beginning again keeps what is there");
    assert!(other_tab.get("/assessment/earlier").await.words().contains("Carry on with them"));
    for (id, answer) in [("where", "neck"), ("how-long", "weeks")] {
        let page = patient.get(&format!("/assessment/questions/{id}")).await;
        assert_eq!(page.attribute("input[checked]", "value"), [answer]);
    }
    assert_eq!(site.count("drafts").await, 1);
}

#[tokio::test]
async fn erasing_needs_a_press_and_then_leaves_nothing() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, "").await;
    assert!(patient.get("/assessment/erasure").await.first("h1").ends_with('?'));
    assert_eq!(site.count("drafts").await, 1, "the question alone changes nothing");
    let mut other_tab = patient.on_the_same_device();
    let erased = patient.post("/assessment/erasure", &[]).await;
    assert_eq!(erased.location(), "/assessment/erased");
    assert!(erased.header("set-cookie").contains("Max-Age=0"));
    assert_eq!((site.count("drafts").await, site.count("draft_tokens").await), (0, 0));
    let late = other_tab.post("/assessment/questions/where", &[("answer", "neck")]).await;
    assert_eq!(late.status, StatusCode::GONE, "another tab does not bring it back");
    assert_eq!(site.count("drafts").await, 0);
}

#[tokio::test]
async fn a_code_opens_the_answers_on_another_device_once() {
    let site = Site::open().await;
    let mut phone = site.visitor();
    answer_all(&mut phone, "On the phone").await;
    assert_eq!(phone.get("/assessment/code").await.all(".ref").len(), 0, "looking makes no code");
    let code = phone.post("/assessment/code", &[]).await.first(".ref");
    let mut laptop = site.visitor();
    let typed = format!(" {} ", code.to_lowercase().replace('-', " "));
    let opened = laptop.post("/assessment/resume", &[("code", &typed)]).await;
    assert_eq!((opened.status, opened.location()), (StatusCode::SEE_OTHER, "/assessment/check"));
    assert!(laptop.get("/assessment/summary").await.words().contains("On the phone"));
    laptop.post("/assessment/questions/own-words", &[("answer", "On the laptop"), ("change", "yes")]).await;
    assert!(phone.get("/assessment/summary").await.words().contains("On the laptop"), "the same answers");
    let again = site.visitor().post("/assessment/resume", &[("code", &code)]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "used up");
    laptop.post("/assessment/erasure", &[]).await;
    assert_eq!(phone.get("/assessment/summary").await.status, StatusCode::GONE, "erased everywhere");
}

#[tokio::test]
async fn a_wrong_code_is_told_and_unknown_used_and_old_ones_alike() {
    let site = Site::open().await;
    let mut phone = site.visitor();
    begin(&mut phone).await;
    let code = phone.post("/assessment/code", &[]).await.first(".ref");
    let mut laptop = site.visitor();
    for odd in ["", "7K3M", "hello there", "0O1I2Z5S"] {
        let again = laptop.post("/assessment/resume", &[("code", odd)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{odd}");
        assert!(again.first(".problems a").starts_with("Enter the 8 letters and numbers"));
        assert_eq!(again.attribute("#code", "value"), [odd]);
    }
    let unknown = laptop.post("/assessment/resume", &[("code", "3333-4444")]).await;
    site.clock.advance(DAY);
    let old = laptop.post("/assessment/resume", &[("code", &code)]).await;
    assert_eq!(unknown.all(".problems a"), old.all(".problems a"));
    assert_eq!(
        (unknown.status, old.status),
        (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY)
    );
}

#[tokio::test]
async fn of_a_thousand_guesses_ten_are_looked_at_and_each_is_a_clear_page() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut phone = site.visitor();
    begin(&mut phone).await;
    let code = phone.post("/assessment/code", &[]).await.first(".ref");
    let mut guesser = site.visitor();
    let letters = b"346789CDFHJKMNPQRTVWXY";
    let mut looked_at = 0;
    for number in 0..1000_usize {
        let pick = |place: u32| char::from(letters[number / 22_usize.pow(place) % 22]);
        let guess = format!("3333-4{}{}{}", pick(2), pick(1), pick(0));
        let answer = guesser.post("/assessment/resume", &[("code", &guess)]).await;
        match answer.status {
            StatusCode::UNPROCESSABLE_ENTITY => looked_at += 1,
            StatusCode::TOO_MANY_REQUESTS if number % 100 == 99 => {
                assert!(answer.first(".problems a").contains("Wait a few minutes"));
                assert_eq!(answer.attribute("#code", "value"), [guess]);
            }
            status => assert_eq!(status, StatusCode::TOO_MANY_REQUESTS),
        }
    }
    assert!((10..=11).contains(&looked_at), "{looked_at}");
    let right = guesser.post("/assessment/resume", &[("code", &code)]).await;
    assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS, "the right one comes too late as well");
}

#[tokio::test]
async fn one_network_cannot_fill_the_storage_with_drafts() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut refused = 0;
    for _ in 0..15 {
        refused += usize::from(begin(&mut site.visitor()).await.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert!((4..=5).contains(&refused), "{refused}");
}

#[tokio::test]
async fn a_flood_of_answers_is_refused_with_the_question_and_the_words() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut patient = site.visitor();
    begin(&mut patient).await;
    let path = "/assessment/questions/own-words";
    let began = std::time::Instant::now();
    let mut last = patient.post(path, &[("answer", "The first")]).await;
    let mut sent = 1;
    while last.status != StatusCode::TOO_MANY_REQUESTS {
        last = patient.post(path, &[("answer", "One of many")]).await;
        sent += 1;
        // A hundred at once, and one more for each 0.6 seconds that this takes.
        assert!(f64::from(sent) <= 110.0 + began.elapsed().as_secs_f64() / 0.6, "{sent} were taken");
    }
    assert!(last.first(".problems a").contains("Wait a minute"));
    assert_eq!(last.first("textarea"), "One of many");
}
