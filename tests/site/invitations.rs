//! An invitation that went to the wrong address is worth nothing to whoever reads it.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;

use crate::support::{Answer, PASSWORD, Site};

const WRONG: &str = "3333-3333";

struct Invited {
    link: String,
    code: String,
}

async fn invited(site: &Site) -> Invited {
    let mut admin = site.staff_as(Role::Administrator).await;
    let form = [("email", "lee@example.org"), ("role", "administrator")];
    let made = admin.post("/staff/people/new", &form).await;
    let link = made.first("[data-link]").replace("http://localhost", "");
    Invited { link, code: made.first("[data-code]") }
}

async fn accept(site: &Site, link: &str, code: &str) -> Answer {
    let form = [("name", "Lee Wong"), ("password", PASSWORD), ("code", code)];
    site.visitor().post(link, &form).await
}

#[tokio::test]
async fn an_invitation_is_worth_nothing_without_the_code_that_no_mail_carries() {
    let site = Site::open().await;
    let Invited { link, code } = invited(&site).await;
    let mails = site.mails().await;
    let mail = mails.iter().find(|mail| mail.contains("To: lee@example.org")).expect("it is mailed");
    let mail = crate::consultations::decoded(mail);
    assert!(mail.contains(link.rsplit('/').next().unwrap()), "{mail}");
    assert!(!mail.contains(&code) && !mail.contains(&code.replace('-', "")), "{mail}");
    let page = site.visitor().get(&link).await;
    assert!(
        !page.body.contains(&code) && page.words().contains("It is not in the email"),
        "{}",
        page.words()
    );
    for none in ["", "lee", WRONG] {
        let refused = accept(&site, &link, none).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{none:?}");
        assert_eq!(refused.attribute(".problems a", "href"), ["#code"], "{none:?}");
    }
    assert_eq!(site.count("staff where email = 'lee@example.org'").await, 0);
    let typed = code.to_lowercase().replace('-', " ");
    assert_eq!(accept(&site, &link, &typed).await.location(), "/staff/sign-in/set-up");
    assert_eq!(accept(&site, &link, &code).await.status, StatusCode::NOT_FOUND, "it works once");
    let stored = site.count("staff_invitations").await;
    assert_eq!(stored, 0);
}

#[tokio::test]
async fn five_wrong_codes_end_an_invitation_and_what_is_no_code_is_no_guess() {
    let site = Site::open().await;
    let Invited { link, code } = invited(&site).await;
    for _ in 0..9 {
        accept(&site, &link, "is it this one?").await;
    }
    for _ in 0..4 {
        assert_eq!(accept(&site, &link, WRONG).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(accept(&site, &link, WRONG).await.status, StatusCode::NOT_FOUND);
    assert_eq!(accept(&site, &link, &code).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.count("audit where what = 'an invitation ended: wrong codes'").await, 1);
    let again = invited(&site).await;
    assert_eq!(
        accept(&site, &again.link, &code).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "of another"
    );
    assert_eq!(accept(&site, &again.link, &again.code).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_invitation_ends_after_two_days_and_is_withdrawn_at_once_and_both_are_in_the_audit() {
    let site = Site::open().await;
    let Invited { link, code } = invited(&site).await;
    site.clock.advance(SignedDuration::from_hours(48));
    assert_eq!(accept(&site, &link, &code).await.status, StatusCode::NOT_FOUND);
    let Invited { link, code } = invited(&site).await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let removal = admin.get("/staff/people").await.attribute("main form[action$='/removal']", "action");
    admin.post(&removal[0], &[]).await;
    assert_eq!(accept(&site, &link, &code).await.status, StatusCode::NOT_FOUND);
    for what in ["invited an administrator", "withdrew an invitation"] {
        assert!(site.count(&format!("audit where what = '{what}'")).await > 0, "{what}");
    }
}
