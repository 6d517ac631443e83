//! Reports of mail servers about mail that they took: matched by Message-ID, shown to staff, and harmless when forged.

use axum::http::StatusCode;
use mybackpain::clinic::Role;
use mybackpain::mail::bounces::{BounceEffect, BounceReport};
use mybackpain::operations::delivery_reports;

use crate::support::desk::page;
use crate::support::smtp::SmtpServer;
use crate::support::{Site, consultation};

const WORDS: &str = "smtp; 550 5.1.1 no such person here";

fn report(kind: &str, message_id: &str) -> BounceReport {
    report_to("bounces@clinic.example", kind, message_id)
}

/// The same, delivered to an address.
fn report_to(to: &str, kind: &str, message_id: &str) -> BounceReport {
    let part = match kind {
        "complaint" => {
            "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n".to_owned()
        }
        action => format!(
            "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
             Final-Recipient: rfc822; ada@example.org\r\nAction: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: {WORDS}\r\n"
        ),
    };
    let bytes = format!(
        "Delivered-To: {to}\r\nFrom: MAILER-DAEMON@mx.example.net\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\n{part}\r\n\
         --b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    );
    BounceReport::parse(bytes.as_bytes()).unwrap()
}

async fn take(site: &Site, report: BounceReport) -> BounceEffect {
    let (cipher, now) = (site.app.cipher.clone(), site.now());
    site.app
        .database
        .write(move |c| Box::pin(async move { delivery_reports::take(c, &cipher, &report, now).await }))
        .await
        .unwrap()
}

/// A request whose confirmation was sent. Gives its reference and the Message-ID of that mail.
async fn sent(site: &Site) -> (String, String) {
    let reference = site.one_request().await;
    assert_eq!(site.mails().await.len(), 2);
    let sql = "select message_id from outbox where purpose = 'consultation-confirmation' and state = 'sent'";
    (reference, sqlx::query_scalar(sql).fetch_one(site.app.database.readers()).await.unwrap())
}

#[tokio::test]
async fn a_mail_that_came_back_is_a_task_on_the_desk_with_the_words_of_the_server() {
    let site = Site::open().await;
    let (reference, id) = sent(&site).await;
    assert_eq!(take(&site, report("failed", &id)).await, BounceEffect::Failed);
    let mut staff = site.staff_as(Role::Reception).await;
    let list = staff.get("/staff/mail").await;
    assert_eq!(list.all(".tasks h3").len(), 1, "{}", list.first("main"));
    assert!(list.first(".tasks").contains("Nobody has this address"), "{}", list.first(".tasks"));
    let mail = staff.get(&list.attribute(".tasks h3 a", "href")[0]).await;
    assert!(
        mail.words().contains("no such person here") && mail.words().contains("Phone the patient"),
        "{}",
        mail.words()
    );
    let request = staff.get(&page(&reference)).await.all(".log li").join(" ");
    assert!(request.contains("an email to the patient came back"), "{request}");
    let kept: Vec<u8> = sqlx::query_scalar("select trouble from outbox where message_id = $1")
        .bind(&id)
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    assert!(!String::from_utf8_lossy(&kept).contains("no such person"), "the words are encrypted");
}

#[tokio::test]
async fn a_forged_unknown_repeated_or_harmless_report_changes_nothing() {
    let site = Site::open().await;
    let (_, id) = sent(&site).await;
    for (kind, about) in
        [("failed", "<made-up@localhost>"), ("complaint", "<made-up@localhost>"), ("delayed", &id)]
    {
        assert_eq!(take(&site, report(kind, about)).await, BounceEffect::Nothing, "{kind} {about}");
    }
    assert!(site.staff_as(Role::Reception).await.get("/staff/mail").await.all(".tasks h3").is_empty());
    assert_eq!(take(&site, report("failed", &id)).await, BounceEffect::Failed);
    assert_eq!(take(&site, report("failed", &id)).await, BounceEffect::Nothing, "the second time");
}

#[tokio::test]
async fn a_complaint_stops_all_mail_to_the_address() {
    let site = Site::open().await;
    let (_, id) = sent(&site).await;
    assert_eq!(take(&site, report("complaint", &id)).await, BounceEffect::Unwanted);
    assert_eq!(site.count("suppressions").await, 1);
    let before = site.mails().await.len();
    site.clock.advance(jiff::SignedDuration::from_hours(30));
    let again = site.visitor().submit("/consultations/new", &consultation()).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    let to_ada = |mails: Vec<String>| mails.iter().filter(|mail| mail.contains("<ada@example.org>")).count();
    assert_eq!(to_ada(site.mails().await), 1, "only the first, of {before}");
}

#[tokio::test]
async fn a_complaint_says_so_on_the_desk_and_a_mail_that_still_waited_is_told_as_stopped() {
    let site = Site::open().await;
    let (reference, id) = sent(&site).await;
    let mut staff = site.staff_as(Role::Reception).await;
    staff.book(&reference).await;
    assert_eq!(take(&site, report("complaint", &id)).await, BounceEffect::Unwanted);
    assert!(staff.get("/staff/mail").await.first(".tasks").contains("marked it as spam"));
    let shown = staff.get(&page(&reference)).await.words();
    assert!(
        shown.contains("no email was sent: the owner of this address asked us to send nothing more"),
        "{shown}"
    );
    assert!(
        !site.mails().await.iter().any(|mail| mail.contains("text/calendar")),
        "the booking mail is taken back"
    );
}

#[tokio::test]
async fn a_report_without_a_word_of_its_mail_is_matched_by_the_signed_address_it_came_to() {
    let (site, server) = (Site::open().await, SmtpServer::start().await);
    site.one_request().await;
    let worker = site.worker_to(&server, "bounces+*@clinic.example");
    while worker.step().await.unwrap() > 0 {}
    let received = server.received();
    let from = |to: &str| received.iter().find(|mail| mail.to == to).unwrap().from.clone();
    let signed = from("ada@example.org");
    assert!(signed.starts_with("bounces+") && signed.ends_with("@clinic.example"), "{signed}");
    let id = signed["bounces+".len()..].split('-').next().unwrap();
    let forged = format!("bounces+{id}-{}@clinic.example", "0".repeat(32));
    let other = format!("bounces+{id}-{}", from("desk@mybackpain.co.uk").split('-').nth(1).unwrap());
    for wrong in [&forged, &other] {
        let ignored = report_to(wrong, "failed", "no-id");
        assert_eq!(take(&site, ignored).await, BounceEffect::Nothing, "{wrong}");
    }
    assert_eq!(take(&site, report_to(&signed, "failed", "no-id")).await, BounceEffect::Failed);
    assert_eq!(
        site.count("outbox where state = 'failed' and purpose = 'consultation-confirmation'").await,
        1
    );
}
