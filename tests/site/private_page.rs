//! The patient's private page: what stands there in each state, changes, and withdrawing.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::operations::retention_job::forget;

use crate::consultations::{decoded, link_in};
use crate::support::desk::page;
use crate::support::{Site, Visitor, consultation, one_line, with};

/// A request's reference, and the address of its private page from the mail.
pub async fn asked(site: &Site) -> (String, String) {
    asked_with(site, &consultation()).await
}

pub async fn asked_with(site: &Site, form: &[(&str, &str)]) -> (String, String) {
    let reference = site.request(form).await;
    let mails = site.mails().await;
    let mail = mails.iter().find(|mail| decoded(mail).contains("/reports/stop/")).unwrap();
    (reference, link_in(mail, "http://localhost/consultations/"))
}

/// The plain text of a mail, its calendar file aside.
pub fn text_of(mail: &str) -> String {
    let parsed = mailparse::parse_mail(mail.as_bytes()).unwrap();
    let text = parsed.parts().find(|part| part.ctype.mimetype == "text/plain").unwrap();
    one_line(&text.get_body().unwrap())
}

/// The last digits of the phone number of the request.
pub const KNOWN: &str = "0123";

/// The patient, who has answered the question.
pub async fn owner<'s>(site: &'s Site, private: &str) -> Visitor<'s> {
    let mut patient = site.visitor();
    assert_eq!(patient.prove(private, KNOWN).await.location(), private);
    patient
}

pub const CONTACT: &[(&str, &str)] = &[
    ("name", "Ada Lovelace"),
    ("email", "ada@example.org"),
    ("phone", "020 7946 0958"),
    ("method", "phone"),
];

#[tokio::test]
async fn the_page_says_in_plain_words_how_the_request_stands() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut patient = owner(&site, &private).await;
    let mut staff = site.staff().await;
    assert!(patient.get(&private).await.first(".lede").contains("You will hear from us by 5pm on Thursday"));
    staff.act(&reference, "calls", &[("outcome", "left-message")]).await;
    assert!(patient.get(&private).await.first(".lede").contains("We have been in touch"));
    staff.book(&reference).await;
    let booked = patient.get(&private).await;
    assert!(booked.first(".lede").contains("booked for 10.30am on Thursday 4 June 2026"));
    assert!(booked.words().contains("1 Sample Street"));
    staff.act(&reference, "cancellation", &[]).await;
    staff.act(&reference, "closure", &[("reason", "not real")]).await;
    let closed = patient.get(&private).await;
    assert!(closed.first(".lede").contains("closed"));
    assert!(!closed.words().contains("Not a real request"), "why is ours to know");
}

#[tokio::test]
async fn what_the_patient_changes_waits_for_us_and_is_in_the_history() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut staff = site.staff().await;
    staff.act(&reference, "calls", &[("outcome", "left-message")]).await;
    let mut patient = owner(&site, &private).await;
    let contact = format!("{private}/contact");
    assert_eq!(patient.post(&contact, CONTACT).await.location(), private);
    let waiting = staff.get("/staff").await.first("section.waiting");
    assert!(waiting.contains("The patient changed how to reach them"), "{waiting}");
    let shown = staff.get(&page(&reference)).await;
    let history = shown.all(".log li").join("\n");
    assert!(history.contains("The patient changed their phone number and best time to call"), "{history}");
    assert!(!history.contains("0958") && !history.contains("900123"), "what, never the content");
    staff.act(&reference, "attention", &[]).await;
    assert_eq!(patient.post(&contact, CONTACT).await.location(), private);
    assert!(staff.get("/staff").await.all("section.waiting").is_empty(), "nothing changed the second time");
}

#[tokio::test]
async fn changes_that_follow_one_another_are_one_line_of_the_history() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut patient = owner(&site, &private).await;
    let contact = format!("{private}/contact");
    let before = site.count("consultation_events").await;
    for number in 0..30 {
        let phone = format!("020 7946 {:04}", 100 + number);
        assert_eq!(
            patient.post(&contact, &with(CONTACT.to_vec(), "phone", &[&phone])).await.location(),
            private
        );
    }
    assert_eq!(site.count("consultation_events").await, before + 1);
    let named = with(CONTACT.to_vec(), "name", &["Ada King"]);
    assert_eq!(patient.post(&contact, &named).await.location(), private);
    assert_eq!(site.count("consultation_events").await, before + 1);
    let mut staff = site.staff().await;
    let history = staff.get(&page(&reference)).await.all(".log li").join("\n");
    let all = "changed their name, phone number and best time to call";
    assert!(history.contains(all), "{history}");
    staff.act(&reference, "attention", &[]).await;
    assert_eq!(patient.post(&contact, CONTACT).await.location(), private);
    assert_eq!(site.count("consultation_events").await, before + 3, "after what staff did it is news again");
}

#[tokio::test]
async fn a_likely_slip_in_a_new_address_is_queried_once() {
    let site = Site::open().await;
    let (_, private) = asked(&site).await;
    let contact = format!("{private}/contact");
    let slip = with(CONTACT.to_vec(), "email", &["ada@gmial.com"]);
    let mut patient = owner(&site, &private).await;
    let query = patient.post(&contact, &slip).await;
    assert_eq!(query.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(query.first(".problems").contains("did you mean ada@gmail.com?"));
    assert_eq!(query.attribute("#phone", "value"), ["020 7946 0958"]);
    let mut meant = slip.clone();
    meant.extend([("email_queried", "ada@gmial.com"), ("email_meant", "ada@gmail.com")]);
    let private = patient.post(&contact, &meant).await.location().to_owned();
    assert!(patient.get(&private).await.words().contains("ada@gmail.com"));
    let mut stands = slip;
    stands.push(("email_queried", "ada@gmial.com"));
    let private = patient.post(&format!("{private}/contact"), &stands).await.location().to_owned();
    assert!(patient.get(&private).await.words().contains("ada@gmial.com"));
    let unchanged = with(CONTACT.to_vec(), "email", &["ada@gmial.com"]);
    let again = patient.post(&format!("{private}/contact"), &unchanged).await;
    assert_eq!(again.location(), private, "it was ours already");
}

#[tokio::test]
async fn who_withdraws_a_booked_request_leaves_a_free_time_for_us_to_see() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut staff = site.staff().await;
    staff.book(&reference).await;
    staff.act(&reference, "notes", &[("note", "zeppelin")]).await;
    let mut patient = owner(&site, &private).await;
    let withdrawal = format!("{private}/withdrawal");
    assert!(patient.get(&withdrawal).await.words().contains("Your consultation will be cancelled too"));
    patient.post(&withdrawal, &[]).await;
    assert!(patient.get(&private).await.words().contains("has been erased"));
    let waiting = staff.get("/staff").await.first("section.waiting");
    assert!(waiting.contains("the time that was booked is free") && waiting.contains(&reference));
    for table in ["consultation_notes", "consultation_calls", "outbox", "bookings where place is not null"] {
        assert_eq!(site.count(table).await, 0, "{table}");
    }
    staff.act(&reference, "attention", &[]).await;
    let queue = staff.get("/staff").await;
    assert!(queue.all("section.waiting").is_empty() && queue.first(".done-lately").contains(&reference));
}

#[tokio::test]
async fn what_must_be_kept_is_withdrawn_now_and_erased_when_it_need_not_be() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut staff = site.staff().await;
    staff.act(&reference, "hold", &[("hold", "A legal claim")]).await;
    let mut patient = owner(&site, &private).await;
    let withdrawal = format!("{private}/withdrawal");
    assert!(patient.get(&withdrawal).await.words().contains("We must keep what you told us for now"));
    patient.post(&withdrawal, &[]).await;
    let shown = patient.get(&private).await.words();
    assert!(shown.contains("You withdrew this request. We must keep") && !shown.contains("has been erased"));
    site.clock.advance(SignedDuration::from_hours(91 * 24));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("consultations where name is not null").await, 1);
    let mut staff = site.staff().await;
    staff.act(&reference, "release", &[]).await;
    assert_eq!(site.count("consultations where name is not null or token is not null").await, 0);
    assert!(patient.get(&private).await.words().contains("has been erased"));
    let history = staff.get(&page(&reference)).await.all(".log li").join("\n");
    assert!(history.contains("The program erased what was kept"), "{history}");
}

#[tokio::test]
async fn a_request_that_is_over_cannot_be_changed() {
    let site = Site::open().await;
    let (reference, private) = asked(&site).await;
    let mut patient = owner(&site, &private).await;
    site.staff().await.act(&reference, "closure", &[("reason", "dealt with")]).await;
    assert_eq!(patient.post(&format!("{private}/contact"), CONTACT).await.status, StatusCode::NOT_FOUND);
    assert_eq!(patient.get(&format!("{private}/contact")).await.status, StatusCode::NOT_FOUND);
}
