//! Mail on the desk: what was not delivered, and what staff do about it.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::mail::Transport;
use mybackpain::operations::retention_job::forget;

use crate::support::{Answer, Site, consultation, with};

const NEW: &str = "/consultations/new";

/// Mail goes where a real server would take it or refuse it: ".ogr" is nowhere.
async fn post(site: &Site) {
    let worker = site.worker_with(Transport::Demo(Some(site.folder.path().join("mail"))));
    while worker.step().await.unwrap() > 0 {}
}

/// A request whose confirmation could not be delivered. Gives its reference.
async fn undelivered(site: &Site, email: &str) -> String {
    let mut patient = site.visitor();
    let mut form = with(consultation(), "email", &[email]);
    form.push(("email_queried", email));
    let sent = patient.submit(NEW, &form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let reference = patient.get(sent.location()).await.first(".ref");
    post(site).await;
    reference
}

fn task(list: &Answer) -> String {
    list.attribute(".tasks h3 a", "href")[0].clone()
}

#[tokio::test]
async fn an_undelivered_mail_is_a_task_that_says_why_and_what_was_probably_meant() {
    let site = Site::open().await;
    let reference = undelivered(&site, "ada@example.ogr").await;
    let list = site.staff_as(Role::Reception).await.get("/staff/mail").await;
    assert_eq!(list.status, StatusCode::OK);
    assert_eq!(list.all(".tasks h3"), [format!("Confirmation to the patient: {reference}")]);
    assert_eq!(list.first(".tasks .address"), "ada@example.ogr");
    assert!(list.first(".tasks").contains("The part after the @ does not exist"));
    assert_eq!(list.all(".tasks button"), ["Send to ada@example.org"]);
    assert!(
        list.attribute(".tasks a", "href").contains(&format!("/staff/consultations/{reference}")),
        "the request is a click away"
    );
    assert_eq!(list.all("table.mails tbody tr").len(), 2, "and every mail is below, the notice too");
}

#[tokio::test]
async fn a_corrected_address_gets_the_same_mail_and_so_does_the_request() {
    let site = Site::open().await;
    let reference = undelivered(&site, "ada@example.ogr").await;
    let mut staff = site.staff_as(Role::Reception).await;
    let failed = task(&staff.get("/staff/mail").await);
    let corrected = staff.post(&format!("{failed}/address"), &[("email", "ada@example.org")]).await;
    assert_eq!(corrected.status, StatusCode::SEE_OTHER, "{}", corrected.body);
    assert_ne!(corrected.location(), failed, "another recipient is another mail");
    post(&site).await;
    let mails: Vec<String> = site.mails().await;
    let to_ada = mails.iter().filter(|mail| mail.contains("To: \"Ada Lovelace\" <ada@example.org>")).count();
    assert_eq!(to_ada, 1);
    assert!(!mails.iter().any(|mail| mail.contains("example.ogr")));

    assert!(staff.get(corrected.location()).await.words().contains("Sent"));
    let old = staff.get(&failed).await;
    assert!(old.words().contains("Dealt with") && old.words().contains("Sam Reed"));
    assert!(old.all("main form").is_empty() && !old.words().contains("example.ogr"));
    let list = staff.get("/staff/mail").await;
    assert!(list.first("#to-do").contains("0 mails"));
    assert_eq!(list.all("table.mails tbody tr").len(), 3, "nothing disappears");

    let request = staff.get(&format!("/staff/consultations/{reference}")).await;
    assert!(request.words().contains("ada@example.org") && !request.words().contains("example.ogr"));
    assert!(request.words().contains("corrected the email address"));
    assert_eq!(site.count("audit where what = 'corrected the address of a mail'").await, 1);
}

#[tokio::test]
async fn a_new_address_that_looks_like_a_slip_is_queried_once_and_a_wrong_one_is_kept_as_typed() {
    let site = Site::open().await;
    undelivered(&site, "ada@example.ogr").await;
    let mut staff = site.staff_as(Role::Reception).await;
    let address = format!("{}/address", task(&staff.get("/staff/mail").await));
    let wrong = staff.post(&address, &[("email", "ada at home")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.attribute(".problems a", "href"), ["#email"]);
    assert_eq!(wrong.attribute("#email", "value"), ["ada at home"]);
    let slip = staff.post(&address, &[("email", "ada@hotmial.co.uk")]).await;
    assert_eq!(slip.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(slip.first(".problems").contains("did you mean ada@hotmail.co.uk?"));
    let meant = [
        ("email", "ada@hotmial.co.uk"),
        ("email_queried", "ada@hotmial.co.uk"),
        ("email_meant", "ada@hotmail.co.uk"),
    ];
    let sent = staff.post(&address, &meant).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert!(staff.get(sent.location()).await.words().contains("ada@hotmail.co.uk"));
}

#[tokio::test]
async fn a_mail_sent_again_as_it_is_keeps_its_message_id_and_may_fail_again() {
    let site = Site::open().await;
    undelivered(&site, "nobody@example.org").await;
    let mut staff = site.staff_as(Role::Reception).await;
    let failed = task(&staff.get("/staff/mail").await);
    let id = "select message_id from outbox where purpose = 'consultation-confirmation'";
    let ids = || async {
        sqlx::query_scalar::<_, String>(id).fetch_all(site.app.database.readers()).await.unwrap()
    };
    let before = ids().await;
    assert_eq!(staff.post(&format!("{failed}/repeat"), &[]).await.location(), failed);
    let waiting = staff.get(&failed).await;
    assert!(waiting.words().contains("Waiting to be sent") && waiting.all("main form").is_empty());
    assert_eq!(
        staff.post(&format!("{failed}/repeat"), &[]).await.status,
        StatusCode::CONFLICT,
        "once is enough"
    );
    // Long after the five days of its first tries, it is given its days anew.
    post(&site).await;
    assert_eq!(ids().await, before);
    assert!(staff.get("/staff/mail").await.first(".tasks").contains("Nobody has this address"));
}

#[tokio::test]
async fn a_mail_that_may_have_gone_three_times_is_tried_once_more_when_staff_say_so() {
    let site = Site::open().await;
    site.visitor().submit(NEW, &consultation()).await;
    let stuck = "update outbox set state = 'needs attention', uncertain = 3, finished_at = 1";
    site.app
        .database
        .write(move |c| Box::pin(async move { sqlx::query(stuck).execute(c).await.map(|_| ()) }))
        .await
        .unwrap();
    let mut staff = site.staff_as(Role::Reception).await;
    for task in staff.get("/staff/mail").await.attribute(".tasks h3 a", "href") {
        assert_eq!(staff.post(&format!("{task}/repeat"), &[]).await.status, StatusCode::SEE_OTHER);
    }
    post(&site).await;
    assert_eq!(site.count("outbox where state = 'sent'").await, 2);
}

#[tokio::test]
async fn leaving_a_mail_needs_a_reason_and_keeps_it_in_the_list() {
    let site = Site::open().await;
    undelivered(&site, "nobody@example.org").await;
    let mut staff = site.staff_as(Role::Reception).await;
    let failed = task(&staff.get("/staff/mail").await);
    let settlement = format!("{failed}/settlement");
    let empty = staff.post(&settlement, &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(empty.all(".problems a"), ["Enter why you leave it"]);
    let long = "x".repeat(201);
    let too_long = staff.post(&settlement, &[("why", &long)]).await;
    assert_eq!(too_long.attribute("#why", "value"), [long]);
    let left = staff.post(&settlement, &[("why", "Reached by phone <b>")]).await;
    assert_eq!(left.location(), "/staff/mail");
    assert!(staff.get("/staff/mail").await.all(".tasks").is_empty());
    assert!(staff.get(&failed).await.words().contains("Reached by phone <b>"));
    assert_eq!(
        site.count("outbox where letter is not null or message is not null or recipient is not null").await,
        1,
        "the notice, sent"
    );
    let dealt_with = staff.get("/staff/mail?show=dealt-with").await;
    assert_eq!(dealt_with.all("table.mails tbody tr").len(), 1);
    let again = staff.post(&settlement, &[("why", "twice")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_administrator_sees_every_mail_and_no_address() {
    let site = Site::open().await;
    undelivered(&site, "ada@example.ogr").await;
    let mut administrator = site.staff_as(Role::Administrator).await;
    let list = administrator.get("/staff/mail").await;
    assert!(list.first(".tasks").contains("does not exist") && !list.body.contains("example.ogr"));
    let failed = task(&list);
    let one = administrator.get(&failed).await;
    assert!(!one.body.contains("example.ogr") && one.words().contains("Shown to reception and clinicians"));
    let refused = administrator.post(&format!("{failed}/address"), &[("email", "a@example.org")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn seeing_addresses_is_audited_and_an_empty_list_is_not() {
    let site = Site::open().await;
    let mut staff = site.staff_as(Role::Reception).await;
    assert!(staff.get("/staff/mail").await.words().contains("Every mail was delivered"));
    let seen = "audit where what = 'saw the addresses of undelivered mail'";
    assert_eq!(site.count(seen).await, 0);
    undelivered(&site, "ada@example.ogr").await;
    let failed = task(&staff.get("/staff/mail").await);
    staff.get(&failed).await;
    assert_eq!((site.count(seen).await, site.count("audit where what = 'opened a mail'").await), (1, 1));
}

#[tokio::test]
async fn the_list_is_filtered_by_state_purpose_and_reference_and_has_pages_of_50() {
    let site = Site::open().await;
    for number in 0..30 {
        let concern = format!("number {number}");
        site.visitor().submit(NEW, &with(consultation(), "concern", &[&concern])).await;
    }
    let reference = undelivered(&site, "ada@example.ogr").await;
    let mut staff = site.staff_as(Role::Reception).await;
    let mut rows = async |query: &str| {
        let list = staff.get(&format!("/staff/mail{query}")).await;
        assert_eq!(list.status, StatusCode::OK, "{query}");
        list.all("table.mails tbody tr").len()
    };
    assert_eq!(rows("").await, 50);
    assert_eq!(rows("?page=2").await, 12);
    assert_eq!(rows("?page=3").await, 0);
    assert_eq!(rows("?show=to-do").await, 1);
    assert_eq!(rows("?purpose=consultation-notice").await, 31);
    assert_eq!(rows(&format!("?reference=%20{}", reference.to_lowercase())).await, 2);
    assert_eq!(rows(&format!("?reference={reference}&purpose=consultation-notice&show=sent")).await, 1);
    for odd in ["?page=-1", "?page=99999999999999999999", "?show=x&purpose=y", "?reference=%00%27"] {
        rows(odd).await;
    }
    let first = staff.get("/staff/mail?purpose=consultation-confirmation&show=all").await;
    assert!(first.all(".pager a").is_empty());
    let next = staff.get("/staff/mail").await.attribute(".pager a", "href");
    assert_eq!(next, ["/staff/mail?show=all&page=2"]);
}

#[tokio::test]
async fn a_mail_whose_words_were_erased_can_only_be_left() {
    let site = Site::open().await;
    undelivered(&site, "ada@example.ogr").await;
    site.clock.advance(SignedDuration::from_hours(8 * 24));
    forget(&site.app).await.unwrap();
    let mut staff = site.staff_as(Role::Reception).await;
    let failed = task(&staff.get("/staff/mail").await);
    let page = staff.get(&failed).await;
    assert!(page.words().contains("words of this mail were erased"));
    let forms = page.attribute("main form", "action");
    assert_eq!(forms, [format!("{failed}/settlement")]);
    for act in ["repeat", "address"] {
        let refused = staff.post(&format!("{failed}/{act}"), &[("email", "ada@example.org")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{act}");
    }
}

#[tokio::test]
async fn mails_that_do_not_exist_are_not_found() {
    let site = Site::open().await;
    let mut staff = site.staff_as(Role::Reception).await;
    for path in ["/staff/mail/1", "/staff/mail/x", "/staff/mail/99999999999999999999", "/staff/mail/-1"] {
        assert_eq!(staff.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        for act in ["repeat", "address", "settlement"] {
            let answer =
                staff.post(&format!("{path}/{act}"), &[("email", "a@example.org"), ("why", "x")]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}/{act}");
        }
    }
}
