//! Administrators manage who works the desk; everyone manages their own account; the audit tells of both.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::retention_job::forget;
use mybackpain::staff::{AccountRefused, NewAccount, add};

use crate::support::{PASSWORD, Site, Visitor};

async fn id_of(site: &Site, email: &str) -> i64 {
    sqlx::query_scalar("select id from staff where email = $1")
        .bind(email)
        .fetch_one(site.app.database.readers())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_colleague_is_invited_by_a_link_that_is_mailed_and_shown_once() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let wrong = admin.post("/staff/people/new", &[("email", "nobody")]).await;
    assert_eq!((wrong.status, wrong.all(".problems a").len()), (StatusCode::UNPROCESSABLE_ENTITY, 2));
    let form = [("email", "Lee@example.org"), ("role", "reception")];
    let made = admin.post("/staff/people/new", &form).await;
    let link = made.first("[data-link]").replace("http://localhost", "");
    let code = made.first("[data-code]");
    assert!(admin.get("/staff/people").await.first("#invited ~ table").contains("lee@example.org"));
    let mails = site.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("To: lee@example.org"), "{}", mails[0]);

    let mut lee = site.visitor();
    let page = lee.get(&link).await;
    assert!(page.words().contains("as reception"));
    assert!(page.words().contains("sign in with lee@example.org") && page.all("#email").is_empty());
    let form = [("name", "Lee Wong"), ("password", PASSWORD), ("code", &code)];
    assert_eq!(lee.post(&link, &form).await.location(), "/staff/sign-in/set-up");
    lee.second_step("lee@example.org").await;
    assert_eq!(lee.get("/staff/people").await.status, StatusCode::FORBIDDEN);
    assert_eq!(site.visitor().get(&link).await.status, StatusCode::NOT_FOUND);
    let taken = admin.post("/staff/people/new", &[("email", "lee@example.org"), ("role", "clinician")]).await;
    assert!(taken.first(".problems").contains("no account yet"));
}

#[tokio::test]
async fn an_invitation_ends_when_it_is_withdrawn_renewed_or_two_days_old() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let form = [("email", "lee@example.org"), ("role", "reception")];
    let link = |page: crate::support::Answer| page.first("[data-link]").replace("http://localhost", "");
    let first = link(admin.post("/staff/people/new", &form).await);
    let second = link(admin.post("/staff/people/new", &form).await);
    assert_eq!(site.visitor().get(&first).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.visitor().get(&second).await.status, StatusCode::OK);
    let removal = admin.get("/staff/people").await.attribute("main form[action$='/removal']", "action");
    admin.post(&removal[0], &[]).await;
    assert_eq!(site.visitor().get(&second).await.status, StatusCode::NOT_FOUND);
    let third = link(admin.post("/staff/people/new", &form).await);
    site.clock.advance(SignedDuration::from_hours(48));
    assert_eq!(site.visitor().get(&third).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_account_is_made_for_the_invited_address_and_role_and_no_other() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let form = [("email", "lee@example.org"), ("role", "reception")];
    let made = admin.post("/staff/people/new", &form).await;
    let link = made.first("[data-link]").replace("http://localhost", "");
    let (token, code) = (link.rsplit('/').next().unwrap(), made.first("[data-code]"));
    for (email, role) in [("thief@example.org", Role::Reception), ("lee@example.org", Role::Administrator)] {
        let new = NewAccount { email: email.into(), name: "T".into(), role, password: PASSWORD.into() };
        let refused = add(&site.app.database, site.now(), new, Some(token.into())).await.unwrap();
        assert_eq!(refused, Err(AccountRefused::NoInvitation), "{email}");
    }
    let mut thief = site.visitor();
    let form = [("name", "T"), ("email", "thief@example.org"), ("password", PASSWORD), ("code", &code)];
    assert_eq!(thief.post(&link, &form).await.location(), "/staff/sign-in/set-up");
    assert_eq!(site.count("staff where email = 'thief@example.org'").await, 0);
    assert_eq!(site.count("staff where email = 'lee@example.org' and role = 'reception'").await, 1);
}

#[tokio::test]
async fn an_invitation_that_was_not_used_is_erased_and_ends_with_the_rights_of_who_made_it() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let new = NewAccount {
        email: "max@example.org".into(),
        name: "Max Bell".into(),
        role: Role::Administrator,
        password: PASSWORD.into(),
    };
    let id = add(&site.app.database, site.now(), new, None).await.unwrap().unwrap();
    let mut max = site.visitor();
    max.post("/staff/sign-in", &[("email", "max@example.org"), ("password", PASSWORD)]).await;
    max.second_step("max@example.org").await;
    let form = [("email", "lee@example.org"), ("role", "administrator")];
    for (act, fields) in [("disabling", vec![]), ("role", vec![("role", "reception")])] {
        let made = max.post("/staff/people/new", &form).await;
        let link = made.first("[data-link]").replace("http://localhost", "");
        assert_eq!(site.visitor().get(&link).await.status, StatusCode::OK);
        admin.post(&format!("/staff/people/{id}/{act}"), &fields).await;
        assert_eq!(site.visitor().get(&link).await.status, StatusCode::NOT_FOUND, "{act}");
        admin.post(&format!("/staff/people/{id}/enabling"), &[]).await;
        max = site.visitor();
        max.post("/staff/sign-in", &[("email", "max@example.org"), ("password", PASSWORD)]).await;
        site.clock.advance(SignedDuration::from_secs(90));
        admin.get("/staff").await;
        max.second_step("max@example.org").await;
    }
    assert_eq!(site.count("audit where what = 'withdrew an invitation'").await, 2);
    admin.post("/staff/people/new", &form).await;
    site.clock.advance(SignedDuration::from_hours(73));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("staff_invitations").await, 0, "nobody’s address is left behind");
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_comes_back_when_enabled() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let mut priya = site.staff().await;
    let page = format!("/staff/people/{}", id_of(&site, "priya@example.org").await);
    assert_eq!(admin.post(&format!("{page}/disabling"), &[]).await.location(), page);
    assert_eq!(priya.get("/staff").await.status, StatusCode::SEE_OTHER);
    let form = [("email", "priya@example.org"), ("password", PASSWORD)];
    assert_eq!(site.visitor().post("/staff/sign-in", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(admin.get("/staff/people").await.words().contains("Disabled"));
    admin.post(&format!("{page}/enabling"), &[]).await;
    assert_eq!(site.visitor().post("/staff/sign-in", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(priya.get("/staff").await.status, StatusCode::SEE_OTHER, "the old session stays over");
}

#[tokio::test]
async fn a_role_is_changed_at_once_and_the_last_administrator_stays_one() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let mut priya = site.staff().await;
    let own = format!("/staff/people/{}", id_of(&site, "asha@example.org").await);
    let other = format!("/staff/people/{}", id_of(&site, "priya@example.org").await);
    for (act, form) in [("role", vec![("role", "reception")]), ("disabling", vec![])] {
        let refused = admin.post(&format!("{own}/{act}"), &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{act}");
        assert!(refused.first(".problems").contains("Make someone else an administrator first"));
    }
    let nothing = admin.post(&format!("{other}/role"), &[("role", "owner")]).await;
    assert!(nothing.first(".problems").contains("Select what they do"));
    admin.post(&format!("{other}/role"), &[("role", "administrator")]).await;
    assert_eq!(priya.get("/staff/people").await.status, StatusCode::OK);
    assert_eq!(admin.post(&format!("{own}/role"), &[("role", "reception")]).await.location(), "/staff");
    assert_eq!(admin.get("/staff/people").await.status, StatusCode::FORBIDDEN);
    assert_eq!(priya.get("/staff/people/999").await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        priya.post("/staff/people/x/role", &[("role", "reception")]).await.status,
        StatusCode::NOT_FOUND
    );
}

async fn change_password(visitor: &mut Visitor<'_>, present: &str, new: &str) -> crate::support::Answer {
    visitor.post("/staff/account/password", &[("present", present), ("password", new)]).await
}

#[tokio::test]
async fn a_password_is_changed_with_the_present_one_and_ends_every_other_session() {
    let site = Site::open().await;
    let mut other = site.staff().await;
    let mut here = site.staff().await;
    for (present, new, says) in [
        ("not this one", "teapot lorry glacier", "sign in with now"),
        (PASSWORD, "short", "12 characters or more"),
        (PASSWORD, "Password123456", "harder to guess"),
        (PASSWORD, "priya teapot lorry", "must not hold your name"),
        (PASSWORD, "mybackpain teapot", "must not hold your name"),
    ] {
        let refused = change_password(&mut here, present, new).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(refused.first(".problems").contains(says), "{new}: {}", refused.first(".problems"));
        assert!(!refused.body.contains(new) && !refused.body.contains("not this one"));
    }
    let changed = change_password(&mut here, PASSWORD, "teapot lorry glacier").await;
    assert_eq!(changed.location(), "/staff/account");
    assert!(!changed.header("set-cookie").is_empty(), "under a new token");
    assert_eq!(here.get("/staff").await.status, StatusCode::OK);
    assert_eq!(other.get("/staff").await.status, StatusCode::SEE_OTHER);
    let old = [("email", "priya@example.org"), ("password", PASSWORD)];
    assert_eq!(site.visitor().post("/staff/sign-in", &old).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_but_this_one() {
    let site = Site::open().await;
    let mut colleague = site.staff_as(Role::Reception).await;
    let (mut one, mut two, mut here) = (site.staff().await, site.staff().await, site.staff().await);
    let list = here.get("/staff/account").await;
    assert_eq!((list.all("tbody tr").len(), list.all("tbody .tag")), (3, vec!["This one".to_owned()]));
    let ends = list.attribute("tbody form", "action");
    colleague.post(&ends[1], &[]).await;
    assert_eq!(one.get("/staff").await.status, StatusCode::OK, "nobody ends the session of a colleague");
    here.post(&ends[1], &[]).await;
    assert_eq!(one.get("/staff").await.status, StatusCode::SEE_OTHER);
    assert_eq!(two.get("/staff").await.status, StatusCode::OK);
    here.post("/staff/account/sessions/others/end", &[]).await;
    assert_eq!(two.get("/staff").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/staff").await.status, StatusCode::OK);
    assert_eq!(colleague.get("/staff").await.status, StatusCode::OK);
}

#[tokio::test]
async fn new_recovery_codes_replace_the_old_ones_and_need_the_password() {
    let site = Site::open().await;
    let mut here = site.staff().await;
    let old = site.phones.recovery_code("priya@example.org");
    let page = "/staff/account/recovery-codes";
    assert_eq!(
        here.post(page, &[("present", "wrong words here")]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let new = here.post(page, &[("present", PASSWORD)]).await.all("[data-code]");
    assert_eq!(new.len(), 10);
    for (code, status) in [(&old, StatusCode::UNPROCESSABLE_ENTITY), (&new[0], StatusCode::SEE_OTHER)] {
        let mut visitor = site.visitor();
        visitor.post("/staff/sign-in", &[("email", "priya@example.org"), ("password", PASSWORD)]).await;
        assert_eq!(visitor.post("/staff/sign-in/code", &[("code", code)]).await.status, status);
    }
    assert!(here.get("/staff/account").await.words().contains("9 recovery codes left"));
}

#[tokio::test]
async fn the_audit_is_searched_by_person_reference_act_and_day_in_pages_of_fifty() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let sent = patient.submit("/consultations/new", &crate::support::consultation()).await;
    let reference = patient.get(sent.location()).await.first(".ref");
    let mut admin = site.staff_as(Role::Administrator).await;
    let mut priya = site.staff().await;
    for _ in 0..60 {
        priya.get(&format!("/staff/consultations/{reference}")).await;
    }
    admin.get(&format!("/staff/consultations/{reference}")).await;
    let priya_id = id_of(&site, "priya@example.org").await;
    let rows = |page: &crate::support::Answer| page.all("tbody tr").len();
    let first = admin.get("/staff/audit").await;
    assert_eq!(rows(&first), 50);
    let older = first.attribute("main nav a", "href");
    assert_eq!(older, ["/staff/audit?page=2"]);
    assert!(rows(&admin.get(&older[0]).await) > 10);
    let spoken = reference.to_lowercase().replace('-', "+");
    for (query, found) in [
        (format!("reference={spoken}&person={priya_id}&page=2"), 10),
        (format!("what=opened&person={}", priya_id - 1), 1),
        ("what=signed+in".to_owned(), 2),
        ("day=2026-05-19".to_owned(), 0),
        ("day=2026-05-20&what=opened".to_owned(), 50),
        ("what=no-such-act".to_owned(), 0),
    ] {
        assert_eq!(rows(&admin.get(&format!("/staff/audit?{query}")).await), found, "{query}");
    }
    let wrong = admin.get("/staff/audit?day=yesterday&page=-1&person=x").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.first(".problems").contains("2026-05-27"));
    let all = admin.get("/staff/audit").await;
    for word in ["Lower back", "07700", "ada@example.org", "Ada Lovelace"] {
        assert!(!all.body.contains(word), "{word}");
    }
}
