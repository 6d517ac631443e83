//! Complaints about personal data: the public form, and the register with its 30-day clock.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::web::security::Limits;

use crate::support::{Site, Visitor, with};

const NEW: &str = "/complaints";

fn complaint() -> Vec<(&'static str, &'static str)> {
    vec![
        ("name", "Ada Lovelace"),
        ("email", "ada@example.org"),
        ("phone", ""),
        ("words", "My details were read out in the waiting room. The xylophone player heard."),
    ]
}

async fn complained(site: &Site) -> String {
    let mut patient = site.visitor();
    let sent = patient.submit(NEW, &complaint()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let done = patient.get(sent.location()).await;
    assert!(done.words().contains("You will hear from us by 19 June 2026"), "{}", done.words());
    done.first(".ref")
}

async fn seen_at(admin: &mut Visitor<'_>, page: &str) -> String {
    admin.get(page).await.attribute("input[name=seen_at]", "value")[0].clone()
}

#[tokio::test]
async fn an_incomplete_complaint_is_the_form_again_with_every_word() {
    let site = Site::open().await;
    for (field, value, says) in [
        ("name", "", "Enter your full name"),
        ("email", "", "Enter your email address or your phone number"),
        ("email", "ada@gmial.com", "did you mean ada@gmail.com?"),
        ("phone", "123", "8 to 15 digits"),
        ("words", "", "Enter what happened"),
    ] {
        let answer = site.visitor().post(NEW, &with(complaint(), field, &[value])).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        assert!(answer.first(".problems").contains(says), "{field}: {}", answer.first(".problems"));
        assert!(answer.first("title").starts_with("Error: "));
        assert!(field == "words" || answer.first("textarea").contains("xylophone"), "{field}");
    }
}

#[tokio::test]
async fn a_complaint_is_sealed_kept_once_and_told_to_the_clinic_without_its_words() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let check = patient.post(NEW, &complaint()).await;
    assert!(check.first(".answers").contains("xylophone"));
    site.clock.advance(crate::support::READING);
    let first = patient.confirm(NEW, &check).await;
    let second = patient.confirm(NEW, &check).await;
    assert_eq!(first.location(), second.location());
    assert_eq!(site.count("complaints").await, 1);
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("select words from complaints")
        .fetch_all(site.app.database.readers())
        .await
        .unwrap();
    assert!(!String::from_utf8_lossy(&stored[0]).contains("xylophone"));
    let mails = site.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("/staff/complaints/DP-") && !mails[0].contains("Lovelace"));
    // The id of a message is random, and may end like the first half of an address.
    let said: Vec<&str> = mails[0].lines().filter(|line| !line.starts_with("Message-ID:")).collect();
    assert_eq!(said.len() + 1, mails[0].lines().count());
    let said = said.join("\n");
    assert!(!said.contains("xylophone") && !said.contains("ada@"));
}

#[tokio::test]
async fn a_complaint_is_acknowledged_and_closed_and_each_step_is_audited() {
    let site = Site::open().await;
    let reference = complained(&site).await;
    let mut admin = site.staff_as(Role::Administrator).await;
    assert!(admin.get("/staff/complaints").await.first("tbody tr").contains("Received"));
    let page = format!("/staff/complaints/{reference}");
    let seen = seen_at(&mut admin, &page).await;
    let done = admin.post(&format!("{page}/acknowledgement"), &[("seen_at", &seen)]).await;
    assert_eq!(done.location(), page);
    let stale =
        admin.post(&format!("{page}/closure"), &[("seen_at", &seen), ("outcome", "We moved the desk")]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(stale.first("textarea").contains("We moved the desk"), "nothing typed is lost");
    let seen = seen_at(&mut admin, &page).await;
    let empty = admin.post(&format!("{page}/closure"), &[("seen_at", &seen), ("outcome", " ")]).await;
    assert!(empty.first(".problems").contains("Enter what you found and did"));
    let form = [("seen_at", seen.as_str()), ("outcome", "We moved the desk")];
    assert_eq!(admin.post(&format!("{page}/closure"), &form).await.location(), page);
    let closed = admin.get(&page).await;
    assert!(closed.words().contains("We moved the desk") && closed.all("main form").is_empty());
    for what in ["opened", "acknowledged a complaint", "closed a complaint"] {
        assert!(site.count(&format!("audit where what = '{what}' and reference = '{reference}'")).await > 0);
    }
}

#[tokio::test]
async fn a_complaint_that_waits_for_more_than_thirty_days_is_late() {
    let site = Site::open().await;
    complained(&site).await;
    site.clock.advance(SignedDuration::from_hours(30 * 24 - 1));
    assert!(
        site.staff_as(Role::Administrator)
            .await
            .get("/staff/complaints")
            .await
            .first("tbody")
            .contains("Received")
    );
    site.clock.advance(SignedDuration::from_hours(2));
    assert!(
        site.staff_as(Role::Administrator)
            .await
            .get("/staff/complaints")
            .await
            .first("tbody")
            .contains("Late")
    );
}

#[tokio::test]
async fn a_closed_complaint_is_erased_after_24_months_and_an_open_one_is_kept() {
    let site = Site::open().await;
    let reference = complained(&site).await;
    let forget = async |days: i64| {
        let before = site.now().as_second() + days * 86_400 - mybackpain::storage::retention::COMPLAINT;
        let erase = site.app.database.write(move |connection| {
            Box::pin(async move { mybackpain::patients::complaints::store::forget(connection, before).await })
        });
        erase.await.unwrap()
    };
    assert_eq!(forget(2000).await, 0, "an open one is kept");
    let mut admin = site.staff_as(Role::Administrator).await;
    let page = format!("/staff/complaints/{reference}");
    let seen = seen_at(&mut admin, &page).await;
    admin.post(&format!("{page}/closure"), &[("seen_at", &seen), ("outcome", "Done")]).await;
    assert_eq!(forget(729).await, 0);
    assert_eq!(forget(731).await, 1);
}

#[tokio::test]
async fn one_network_may_send_five_and_the_sixth_keeps_its_words() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut robot = site.visitor();
    for number in 0..5 {
        assert_eq!(robot.submit(NEW, &complaint()).await.status, StatusCode::SEE_OTHER, "{number}");
    }
    assert_eq!((site.count("complaints").await, site.count("outbox").await), (5, 5), "each has its notice");
    let stopped = robot.submit(NEW, &complaint()).await;
    assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(stopped.first(".answers").contains("xylophone"));
}

#[tokio::test]
async fn a_flood_of_complaints_is_told_of_one_by_one_and_then_in_bundles() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    for number in 0..60_u8 {
        let words = format!("My details were read out, time {number}.");
        let sent =
            site.visitor_from([10, 7, 0, number]).submit(NEW, &with(complaint(), "words", &[&words])).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(site.mails().await.len(), 10);
    site.clock.advance(SignedDuration::from_mins(11));
    let mails = site.mails().await;
    assert_eq!(mails.len(), 11, "one for all the others");
    let several =
        mails.iter().find(|mail| mail.contains("Subject: New complaints about personal data")).unwrap();
    assert!(several.contains("http://localhost/staff/complaints\r\n"), "{several}");
    let next = site.visitor_from([10, 7, 1, 1]).submit(NEW, &with(complaint(), "name", &["Eve"])).await;
    assert_eq!(next.status, StatusCode::SEE_OTHER);
    site.clock.advance(SignedDuration::from_mins(70));
    assert_eq!(site.mails().await.len(), 12, "and none is left out later");
}
