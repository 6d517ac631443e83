//! A form that is shown again and holds words that point to danger is led by the help they call for, as its check page is;
//! and so is a search.

use axum::http::StatusCode;
use mybackpain::clinic::Role;

use crate::assessment::{begin, filled};
use crate::support::desk::page;
use crate::support::{Answer, READING, Site, consultation, with};

const NUMB: &str = "I am numb between my legs and cannot wee";
const CRISIS: &str = "I want to end my life";

/// The box stands before the form, with the words marked, and no strip stands in its place.
fn is_led_by(again: &Answer, heading: &str) {
    let words = again.all("main").join(" ");
    let form = again.first("main form");
    let (help, form) = (words.find(heading), words.find(&form[..form.len().min(40)]));
    assert!(help.is_some() && help < form, "{heading}: {words}");
    assert!(!again.all("main mark").is_empty(), "the words are marked");
    assert!(!words.contains("you will hear from us by"), "no promise: {words}");
}

#[tokio::test]
async fn a_form_with_a_mistake_and_words_of_danger_is_led_by_the_help() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    for (words, heading) in [(NUMB, "Call 999 or go to A&E now if"), (CRISIS, "If you feel you cannot go on")]
    {
        let request = with(with(consultation(), "name", &[]), "concern", &[words]);
        let complaint = [("name", ""), ("email", "ada@example.org"), ("words", words)];
        let correction = [("about", ""), ("words", words)];
        for (path, form) in [
            ("/consultations/new", &request[..]),
            ("/complaints", &complaint[..]),
            ("/corrections/new", &correction[..]),
        ] {
            let again = patient.post(path, form).await;
            assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            is_led_by(&again, heading);
            assert!(again.all("main > .strip").is_empty(), "{path}: the box stands in place of the strip");
            assert!(again.first(".lede").contains("straight away"), "{path}: {}", again.first(".lede"));
            assert!(again.first("title").starts_with("Error: "), "{path}");
        }
    }
    let calm = patient.post("/complaints", &[("name", ""), ("words", "My address was read out")]).await;
    assert_eq!(calm.all("main > .strip").len(), 1, "calm words bring no box");
    assert!(calm.all("main mark").is_empty());
}

#[tokio::test]
async fn an_answer_of_the_assessment_that_is_not_taken_is_led_by_the_help_too() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    begin(&mut patient).await;
    let long = format!("{NUMB}. {}", "It aches. ".repeat(300));
    let again = patient.post("/assessment/questions/own-words", &filled("own-words", &long)).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    is_led_by(&again, "Call 999 or go to A&E now if");
    let lost = site.visitor().post("/assessment/questions/own-words", &filled("own-words", NUMB)).await;
    assert_eq!(lost.status, StatusCode::GONE);
    assert!(!lost.all("main mark").is_empty() && lost.all("main > .strip").is_empty(), "{}", lost.body);
}

#[tokio::test]
async fn a_call_with_a_mistake_and_words_of_danger_shows_what_to_read_out() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    let form = with(with(consultation(), "name", &[]), "concern", &[NUMB]);
    let again = staff.post("/staff/consultations/new", &form).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.first(".notice-grave").contains("Read this out before you save"), "{}", again.body);
    assert!(again.first(".care-emergency h2").contains("Call 999"));
    assert!(again.all("main form button.btn").iter().all(|button| button == "I have read them out: save"));
}

#[tokio::test]
async fn a_search_is_led_by_the_help_that_its_words_call_for() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    for (typed, first) in [
        ("back+pain+and+fever+since+yesterday", "Ask for an urgent GP appointment"),
        ("numb+between+my+legs+and+cannot+wee", "Call 999 or go to A&E now if"),
        ("i+want+to+end+my+life", "If you feel you cannot go on"),
    ] {
        let answer = visitor.get(&format!("/search?q={typed}")).await;
        let headings = answer.all("main h2");
        assert!(headings[0].contains(first), "{typed}: {headings:?}");
        let words = answer.all("main").join(" ");
        let results = words.find("What would you like to know?").unwrap();
        assert!(words.find(first).unwrap() < results, "{typed}");
    }
}

#[tokio::test]
async fn the_signs_of_complaints_and_corrections_are_stored_and_those_from_before_are_read_once() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    for words in ["My address was read out", NUMB] {
        let complaint = [("name", "Ada Lovelace"), ("email", "ada@example.org"), ("words", words)];
        assert_eq!(reader.submit("/complaints", &complaint).await.status, StatusCode::SEE_OTHER);
        let key = reader.get("/corrections/new").await.attribute("input[name=key]", "value")[0].clone();
        site.clock.advance(READING);
        let correction = [("about", "sleep-and-back-pain"), ("words", words), ("key", &key)];
        assert_eq!(reader.post("/corrections/new", &correction).await.status, StatusCode::SEE_OTHER);
    }
    let mut admin = site.staff_as(Role::Administrator).await;
    for (table, page, rows) in [
        ("complaints", "/staff/complaints", "tbody tr"),
        ("corrections", "/staff/pages", "section[aria-labelledby=corrections] tbody tr"),
    ] {
        let known = format!("{table} where sign in ('', 'emergency')");
        assert_eq!(site.count(&known).await, 2, "{table}: stored with the words");
        site.change(&format!("update {table} set sign = null")).await.unwrap();
        admin.get(page).await;
        assert_eq!(site.count(&known).await, 2, "{table}: read once");
        // What the list shows from now on comes from no word of it.
        site.change(&format!("update {table} set words = x'00'")).await.unwrap();
        let rows = admin.get(page).await.all(rows);
        assert!(rows[0].contains("Emergency words") && !rows[1].contains("words"), "{table}: {rows:?}");
    }
}

/// What points to danger may stand in any field: beside the number, in the needs, behind the name.
#[tokio::test]
async fn words_beside_the_number_the_name_or_in_the_needs_are_read_like_the_concern() {
    for (field, words) in [
        ("needs", "please be gentle, I want to end my life"),
        ("needs", "I need a carer as I cannot feel my legs since yesterday"),
        ("phone", "07700 900123 but I want to end my life"),
        ("name", "Ada Lovelace I want to end my life"),
    ] {
        let site = Site::open().await;
        let mut patient = site.visitor();
        let form = with(consultation(), field, &[words]);
        let check = patient.post("/consultations/new", &form).await;
        assert_eq!(check.all("h1"), ["Read this before you send"], "{field}");
        site.clock.advance(READING);
        let sent = patient.confirm("/consultations/new", &check).await;
        let done = patient.get(sent.location()).await;
        assert_eq!(done.first("h1"), "Do not wait for us", "{field}");
        let mut staff = site.staff().await;
        let queue = staff.get("/staff").await;
        assert!(queue.first(".queue-section.safety").contains("Ada Lovelace"), "{field}: {}", queue.words());
        let shown = staff.get(&page(&done.first(".ref"))).await.words();
        assert!(shown.contains("words:"), "{field}: {shown}");
        for mail in site.mails().await {
            let about = crate::private_page::text_of(&mail);
            assert!(about.contains("DO NOT WAIT") || mail.contains("Read first"), "{field}: {mail}");
        }
    }
}

/// Reception does not read what patients wrote, and rings them all the same: a crisis beside an emergency is named.
#[tokio::test]
async fn reception_sees_that_a_request_tells_of_an_emergency_and_of_a_crisis() {
    let site = Site::open().await;
    let both = "I am numb between my legs and cannot wee, and I want to end my life";
    let reference = site.request(&with(consultation(), "concern", &[both])).await;
    let request = site.staff_as(Role::Reception).await.get(&page(&reference)).await;
    assert_eq!(request.all(".facts .tag-safety"), ["Emergency words", "Crisis words"]);
    assert!(!request.body.contains("end my life"));
}
