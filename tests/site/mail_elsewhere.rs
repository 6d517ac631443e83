//! Which mail that was not delivered may go to another address, and whose business each one is.

use axum::http::StatusCode;
use mybackpain::clinic::Role;
use mybackpain::mail::Purpose;

use crate::support::{Site, consultation};

const ROLES: [Role; 3] = [Role::Reception, Role::Clinician, Role::Administrator];

/// One mail that was given up, for a purpose. Gives its address on the desk.
async fn given_up(site: &Site, purpose: Purpose) -> String {
    let word = purpose.as_str();
    let sql =
        "update outbox set state = 'failed', settled_at = null, finished_at = 1, purpose = $1 where id = 1";
    site.app
        .database
        .write(move |c| Box::pin(async move { sqlx::query(sql).bind(word).execute(c).await.map(|_| ()) }))
        .await
        .unwrap();
    "/staff/mail/1".to_owned()
}

#[tokio::test]
async fn only_what_is_said_to_a_patient_about_their_request_may_go_to_another_address() {
    let site = Site::open().await;
    site.visitor().submit("/consultations/new", &consultation()).await;
    let to: Vec<u8> = sqlx::query_scalar("select recipient from outbox where id = 1")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    for role in ROLES {
        let mut staff = site.staff_as(role).await;
        for purpose in Purpose::ALL {
            let what = format!("{} as {}", purpose.as_str(), role.as_str());
            let mail = given_up(&site, purpose).await;
            let elsewhere = matches!(
                purpose,
                Purpose::ConsultationConfirmation
                    | Purpose::ConsultationBooking
                    | Purpose::ConsultationMessage
            ) && role != Role::Administrator;
            let page = staff.get(&mail).await;
            let forms = page.attribute("main form", "action");
            assert_eq!(forms.contains(&format!("{mail}/address")), elsewhere, "{what}");
            if !elsewhere {
                let form = [("email", "own@example.net"), ("why", "x")];
                let refused = staff.post(&format!("{mail}/address"), &form).await;
                assert!(
                    [StatusCode::FORBIDDEN, StatusCode::CONFLICT].contains(&refused.status),
                    "{what}: {}",
                    refused.status
                );
                assert_eq!(site.count("outbox").await, 2, "{what}: no mail was made");
            }
        }
    }
    let now: Vec<u8> = sqlx::query_scalar("select recipient from outbox where id = 1")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    assert_eq!(to, now);
}

#[tokio::test]
async fn a_mail_that_goes_nowhere_else_says_what_to_do_instead() {
    let site = Site::open().await;
    site.visitor().submit("/consultations/new", &consultation()).await;
    for (purpose, role, says) in [
        (Purpose::Report, Role::Reception, "may ask for it again"),
        (Purpose::StaffInvitation, Role::Administrator, "Invite them again"),
        (Purpose::ConsultationNotice, Role::Reception, "the clinic’s own address"),
        (Purpose::ComplaintNotice, Role::Administrator, "the clinic’s own address"),
    ] {
        let mail = given_up(&site, purpose).await;
        let page = site.staff_as(role).await.get(&mail).await;
        assert!(page.words().contains(says), "{}: {}", purpose.as_str(), page.words());
    }
    let list = site.staff_as(Role::Reception).await.get("/staff/mail").await;
    assert!(list.attribute(".tasks form", "action").is_empty(), "nor does the list offer it");
}

#[tokio::test]
async fn an_invitation_that_bounced_is_the_business_of_administrators_alone() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    admin.post("/staff/people/new", &[("email", "lee@example.ogr"), ("role", "administrator")]).await;
    let mail = given_up(&site, Purpose::StaffInvitation).await;
    for role in [Role::Reception, Role::Clinician] {
        let mut staff = site.staff_as(role).await;
        for path in ["/staff/mail", &mail] {
            let page = staff.get(path).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.words().contains("Invitation to a colleague"), "nothing disappears");
            assert!(!page.body.contains("example.ogr") && !page.body.contains("Send to"));
            assert!(page.words().contains("An administrator deals with this"), "{path}");
        }
        assert!(staff.get(&mail).await.all("main form").is_empty());
        for act in ["address", "repeat", "settlement"] {
            let form = [("email", "own@example.net"), ("why", "Reached by phone")];
            let refused = staff.post(&format!("{mail}/{act}"), &form).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{act}");
        }
    }
    let page = admin.get(&mail).await;
    assert!(page.words().contains("lee@example.ogr"), "who invited sees whom");
    assert!(admin.get("/staff/mail").await.first(".tasks").contains("lee@example.ogr"));
    assert_eq!(admin.post(&format!("{mail}/repeat"), &[]).await.location(), mail);
    given_up(&site, Purpose::StaffInvitation).await;
    let left = admin.post(&format!("{mail}/settlement"), &[("why", "Invited anew")]).await;
    assert_eq!(left.location(), "/staff/mail");
}

#[tokio::test]
async fn a_mail_of_another_version_and_one_that_does_not_open_are_on_the_desk_with_words() {
    let site = Site::open().await;
    site.visitor().submit("/consultations/new", &consultation()).await;
    site.change("update outbox set purpose = 'reminder' where id = 1").await.unwrap();
    site.mails().await;
    assert_eq!(site.count("outbox where state = 'sent'").await, 1, "the other one went");
    for role in ROLES {
        let mut staff = site.staff_as(role).await;
        let list = staff.get("/staff/mail").await;
        assert!(list.first(".tasks").contains("does not know this kind of mail"), "{}", list.words());
        let one = staff.get("/staff/mail/1").await;
        assert_eq!(one.status, StatusCode::OK);
        assert!(one.words().contains("does not know this kind of mail"));
        assert_eq!(
            one.body.contains("ada@example.org"),
            role == Role::Administrator,
            "what may be an invitation"
        );
    }
    let reference: String = sqlx::query_scalar("select reference from outbox where id = 1")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    let mut staff = site.staff_as(Role::Reception).await;
    assert_eq!(staff.get(&crate::support::desk::page(&reference)).await.status, StatusCode::OK);
    site.change("update outbox set trouble = x'00', settled_why = x'00' where id = 1").await.unwrap();
    for path in ["/staff/mail", "/staff/mail/1"] {
        assert_eq!(staff.get(path).await.status, StatusCode::OK, "{path}");
    }
    // The version that knows it sends it.
    site.change("update outbox set purpose = 'consultation-confirmation' where id = 1").await.unwrap();
    assert_eq!(staff.post("/staff/mail/1/repeat", &[]).await.status, StatusCode::SEE_OTHER);
    site.mails().await;
    assert_eq!(site.count("outbox where state = 'sent'").await, 2);
}
