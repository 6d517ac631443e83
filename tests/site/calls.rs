//! Calls: the sheet of whom to ring in this hour, and what each outcome leads to.

use axum::http::StatusCode;
use jiff::SignedDuration;

use crate::support::desk::page;
use crate::support::{Answer, Site, consultation, with};

const SHEET: &str = "/staff/calls";

async fn ask(site: &Site, name: &str, times: &[&str], method: &str) -> String {
    let email = format!("{}@example.org", name.to_lowercase().replace(' ', ""));
    let form = with(with(consultation(), "name", &[name]), "email", &[&email]);
    let phone = format!("07700 900{:03}", name.len() * 37 % 1000);
    let form = with(with(form, "times", times), "method", &[method]);
    site.request(&with(form, "phone", &[&phone])).await
}

fn names(sheet: &Answer, section: &str) -> Vec<String> {
    sheet.all(&format!("section[aria-labelledby={section}] .who a"))
}

#[tokio::test]
async fn the_sheet_shows_whom_to_ring_in_this_hour_by_their_best_time() {
    let site = Site::open().await;
    ask(&site, "Morning", &["mornings"], "phone").await;
    ask(&site, "Afternoon", &["afternoons"], "phone").await;
    ask(&site, "Any", &[], "phone").await;
    ask(&site, "Writer", &["mornings"], "email").await;
    let mut staff = site.staff().await;
    let sheet = staff.get(SHEET).await;
    assert_eq!(sheet.first(".lede"), "10am to 11am on Wednesday 20 May.");
    assert_eq!(names(&sheet, "best"), ["Morning", "Any"]);
    let first = sheet.first("tbody tr");
    assert!(first.contains("Voicemail: no"), "{first}");
    assert!(sheet.attribute(".number a", "href").iter().all(|link| link.starts_with("tel:07700900")));
    site.clock.advance(SignedDuration::from_hours(4));
    assert_eq!(names(&site.staff().await.get(SHEET).await, "best"), ["Afternoon", "Any"]);
}

#[tokio::test]
async fn when_the_clinic_is_closed_the_sheet_is_for_its_next_hour() {
    let site = Site::open().await;
    ask(&site, "Morning", &["mornings"], "phone").await;
    site.clock.advance(SignedDuration::from_hours(3 * 24));
    let sheet = site.staff().await.get(SHEET).await;
    assert_eq!(
        sheet.first(".lede"),
        "The clinic is closed now. This is the sheet for 9am to 10am on Tuesday 26 May."
    );
    assert_eq!(names(&sheet, "best"), ["Morning"]);
}

#[tokio::test]
async fn who_is_late_is_on_the_sheet_at_any_hour() {
    let site = Site::open().await;
    ask(&site, "Morning", &["mornings"], "phone").await;
    site.clock.advance(SignedDuration::from_hours(48 + 4));
    let sheet = site.staff().await.get(SHEET).await;
    assert!(names(&sheet, "best").is_empty());
    assert_eq!(names(&sheet, "late"), ["Morning"]);
}

#[tokio::test]
async fn each_outcome_is_one_press_and_sets_what_comes_next() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    for (outcome, state, next) in [
        ("spoke", "Contacted", ""),
        ("no-answer", "New", "Ring again from 9am on Thursday 21 May 2026"),
        ("left-message", "Contacted", "Ring again from 9am on Thursday 21 May 2026"),
        ("wrong-number", "New", ""),
    ] {
        let reference = ask(&site, &format!("Who {outcome}"), &["mornings"], "phone").await;
        // Midday is near: a try two hours later is no longer in the morning.
        let sheet = staff.get(SHEET).await;
        let row = format!("form[action='{}/calls']", page(&reference));
        let seen_at = sheet.attribute(&format!("{row} input[name=seen_at]"), "value")[0].clone();
        let from = sheet.attribute(&format!("{row} input[name=from]"), "value")[0].clone();
        site.clock.advance(SignedDuration::from_secs(1));
        let form = [("seen_at", seen_at.as_str()), ("from", from.as_str()), ("outcome", outcome)];
        let pressed = staff.post(&format!("{}/calls", page(&reference)), &form).await;
        assert_eq!((pressed.status, pressed.location()), (StatusCode::SEE_OTHER, SHEET), "{outcome}");
        let shown = staff.get(&page(&reference)).await;
        assert_eq!(shown.first(".facts .tag:not(.tag-due)"), state, "{outcome}");
        if outcome == "no-answer" {
            assert!(shown.words().contains("Ring again from"), "{outcome}");
        } else {
            assert!(next.is_empty() || shown.words().contains(next), "{outcome}: {}", shown.first(".ring"));
        }
        let still = names(&staff.get(SHEET).await, "best").contains(&format!("Who {outcome}"));
        assert!(!still, "{outcome}: off the sheet for this hour");
        assert!(shown.first(".calls").contains("Priya Shah, 10am on Wednesday 20 May"));
    }
    assert_eq!(site.count("consultation_calls").await, 4);
}

#[tokio::test]
async fn a_wrong_number_waits_for_us_until_someone_sees_to_it() {
    let site = Site::open().await;
    let reference = ask(&site, "Ada", &[], "phone").await;
    site.clock.advance(SignedDuration::from_secs(30));
    let mut staff = site.staff().await;
    staff.act(&reference, "calls", &[("outcome", "wrong-number")]).await;
    let queue = staff.get("/staff").await;
    assert!(queue.first("section.waiting").contains("Wrong number: find another way to reach them"));
    staff.act(&reference, "attention", &[]).await;
    assert!(staff.get("/staff").await.all("section.waiting").is_empty());
}

#[tokio::test]
async fn the_sheet_prints_with_boxes_to_tick() {
    let site = Site::open().await;
    ask(&site, "Ada", &[], "phone").await;
    let sheet = site.staff().await.get(SHEET).await;
    assert_eq!(sheet.first("td .print-only"), "☐ Spoke ☐ No answer ☐ Left message ☐ Wrong number");
}
