//! Which mail that was not delivered may go to another address, and whose business each one is.

use axum::http::StatusCode;
use mybackpain::clinic::Role;
use mybackpain::mail::Purpose;

use crate::support::{Site, consultation};

const ROLES: [Role; 3] = [Role::Reception, Role::Clinician, Role::Administrator];

/// One mail that was given up, for a purpose. Gives its address on the desk.
async fn given_up(site: &Site, purpose: Purpose) -> String {
    let word = purpose.word();
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
            let what = format!("{} as {}", purpose.word(), role.as_str());
            let mail = given_up(&site, purpose).await;
            let elsewhere =
                matches!(purpose, Purpose::ConsultationConfirmation | Purpose::ConsultationBooking)
                    && role != Role::Administrator;
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
        (Purpose::StaffInvitation, Role::Administrator, "Invite them anew"),
        (Purpose::ConsultationNotice, Role::Reception, "the clinic’s own address"),
        (Purpose::ComplaintNotice, Role::Administrator, "the clinic’s own address"),
    ] {
        let mail = given_up(&site, purpose).await;
        let page = site.staff_as(role).await.get(&mail).await;
        assert!(page.words().contains(says), "{}: {}", purpose.word(), page.words());
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
