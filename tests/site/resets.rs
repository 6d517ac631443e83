//! A link that resets a colleague's password or second step: who makes it, what stops at once, and how it ends.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::staff::{NewAccount, add};
use mybackpain::web::security::Limits;

use crate::support::{Answer, PASSWORD, Site, Visitor};

const EMAIL: &str = "priya@example.org";
const NEW: &str = "teapot lorry glacier";
const BOTH: &[(&str, &str)] = &[("reset", "password"), ("reset", "second-step")];
const SECOND_STEP: &[(&str, &str)] = &[("reset", "second-step")];
const PASSWORD_ONLY: &[(&str, &str)] = &[("reset", "password")];

async fn person(site: &Site, email: &str) -> String {
    let id: i64 = sqlx::query_scalar("select id from staff where email = $1")
        .bind(email)
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    format!("/staff/people/{id}")
}

/// Makes a link for Priya, and gives its path.
async fn link(site: &Site, admin: &mut Visitor<'_>, lost: &[(&str, &str)]) -> String {
    let made = admin.post(&format!("{}/reset", person(site, EMAIL).await), lost).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.words());
    made.first("[data-link]").strip_prefix("http://localhost").unwrap().to_owned()
}

async fn sign_in(site: &Site, password: &str) -> Answer {
    site.visitor().post("/staff/sign-in", &[("email", EMAIL), ("password", password)]).await
}

/// Nothing of an account opens the desk.
async fn assert_shut(site: &Site, password: &str) {
    let refused = sign_in(site, password).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.words());
    assert!(refused.first(".problems").contains("Enter the email address and password"));
}

#[tokio::test]
async fn a_lost_phone_and_a_password_are_replaced_by_a_link_and_nothing_opens_the_account_before() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let mut priya = site.staff().await;
    let calendar = priya.post("/staff/account/calendar", &[]).await.first("[data-address]");
    let calendar = calendar.strip_prefix("http://localhost").unwrap();
    let mut half = site.visitor();
    half.post("/staff/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let link = link(&site, &mut admin, BOTH).await;
    assert!(priya.get("/staff").await.location().starts_with("/staff/sign-in"), "every session ends");
    assert!(half.get("/staff/sign-in/code").await.location().starts_with("/staff/sign-in"), "half ones too");
    assert_eq!(site.visitor().get(calendar).await.status, StatusCode::NOT_FOUND);
    assert_shut(&site, PASSWORD).await;
    let mut priya = site.visitor();
    let page = priya.get(&link).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(page.words().contains(EMAIL) && page.all("#present").is_empty(), "{}", page.words());
    for (wrong, says) in [("short", "12 characters"), ("priya teapot lorry", "must not hold your name")] {
        let refused = priya.post(&link, &[("password", wrong)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.first(".problems").contains(says) && !refused.body.contains(wrong));
    }
    assert_eq!(priya.post(&link, &[("password", NEW)]).await.location(), "/staff/sign-in/set-up");
    assert_eq!(site.count("staff_recovery_codes where staff_id = 2").await, 0);
    assert_shut(&site, NEW).await;
    priya.second_step(EMAIL).await;
    assert_eq!(priya.get("/staff").await.status, StatusCode::OK);
    assert_eq!(sign_in(&site, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sign_in(&site, NEW).await.location(), "/staff/sign-in/code");
    assert_eq!(site.visitor().get(&link).await.status, StatusCode::NOT_FOUND, "it works once");
    assert_eq!(site.visitor().post(&link, &[("password", NEW)]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_for_a_lost_phone_asks_for_the_password_and_one_for_a_password_asks_for_the_code() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    site.staff().await;
    let first = link(&site, &mut admin, SECOND_STEP).await;
    let mut reader = site.visitor();
    for wrong in ["", "three odd words there"] {
        let refused = reader.post(&first, &[("present", wrong), ("password", NEW)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.words());
        assert_eq!(refused.attribute(".problems a", "href"), ["#present"]);
    }
    assert_eq!(reader.post(&first, &[("present", PASSWORD)]).await.location(), "/staff/sign-in/set-up");
    reader.second_step(EMAIL).await;
    assert_eq!(reader.get("/staff").await.status, StatusCode::OK);
    assert_eq!(sign_in(&site, PASSWORD).await.location(), "/staff/sign-in/code", "the password stays");

    let second = link(&site, &mut admin, PASSWORD_ONLY).await;
    let mut reader = site.visitor();
    assert_eq!(reader.post(&second, &[("password", NEW)]).await.location(), "/staff/sign-in/code");
    assert!(reader.get("/staff").await.location().starts_with("/staff/sign-in"), "not without the code");
    site.clock.advance(SignedDuration::from_secs(90));
    reader.second_step(EMAIL).await;
    assert_eq!(reader.get("/staff").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_ends_by_a_newer_one_a_day_a_disabled_account_and_another_address_and_the_account_stays_shut()
{
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    site.staff().await;
    let page = person(&site, EMAIL).await;
    let gone = async |link: &str| {
        assert_eq!(site.visitor().get(link).await.status, StatusCode::NOT_FOUND);
        let posted = site.visitor().post(link, &[("password", NEW), ("present", PASSWORD)]).await;
        assert_eq!(posted.status, StatusCode::NOT_FOUND);
        assert_shut(&site, PASSWORD).await;
    };
    let first = link(&site, &mut admin, SECOND_STEP).await;
    let second = link(&site, &mut admin, PASSWORD_ONLY).await;
    gone(&first).await;
    let shown = site.visitor().get(&second).await;
    assert!(shown.words().contains("set up an authenticator app"), "what the first stopped stays stopped");
    site.clock.advance(SignedDuration::from_hours(24));
    admin = site.staff_as(Role::Administrator).await;
    gone(&second).await;
    assert!(admin.get(&page).await.words().contains("its link has ended"));
    let third = link(&site, &mut admin, BOTH).await;
    admin.post(&format!("{page}/disabling"), &[]).await;
    gone(&third).await;
    let refused = admin.post(&format!("{page}/reset"), BOTH).await;
    assert!(refused.first(".problems").contains("Enable the account first"), "{}", refused.words());
    admin.post(&format!("{page}/enabling"), &[]).await;
    gone(&third).await;
    assert!(admin.get("/staff/people").await.words().contains("Waits for a reset link"));
    let fourth = link(&site, &mut admin, BOTH).await;
    site.change("update staff set email = 'shah@example.org' where id = 2").await.unwrap();
    assert_eq!(site.visitor().get(&fourth).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.count("staff_resets where token_hash is not null").await, 0);
}

#[tokio::test]
async fn a_mistaken_press_is_taken_back_but_not_once_something_is_gone() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    site.staff().await;
    let page = person(&site, EMAIL).await;
    let withdrawal = format!("{page}/reset/withdrawal");
    let first = link(&site, &mut admin, BOTH).await;
    assert_eq!(
        admin.get(&page).await.attribute("form[action$='/withdrawal']", "action"),
        std::slice::from_ref(&withdrawal)
    );
    assert_eq!(admin.post(&withdrawal, &[]).await.location(), page);
    assert_eq!(site.visitor().get(&first).await.status, StatusCode::NOT_FOUND);
    assert_eq!(sign_in(&site, PASSWORD).await.location(), "/staff/sign-in/code", "all as before");

    let second = link(&site, &mut admin, SECOND_STEP).await;
    site.visitor().post(&second, &[("present", PASSWORD)]).await;
    for _ in 0..2 {
        admin.post(&withdrawal, &[]).await;
        assert_shut(&site, PASSWORD).await;
        link(&site, &mut admin, SECOND_STEP).await;
    }
    let acts = "select what from audit where reference = 'staff:2' and what like '%reset%' order by id";
    let acts: Vec<String> = sqlx::query_scalar(acts).fetch_all(site.app.database.readers()).await.unwrap();
    let both = "made a link to reset a password and a second step";
    let phone = "made a link to reset a second step";
    assert_eq!(acts, [both, "withdrew a reset link", phone, "used a reset link", phone, phone]);
    let who = "audit where what = 'used a reset link' and staff_id = 2";
    assert_eq!(site.count(who).await, 1, "by the account itself");
}

#[tokio::test]
async fn nobody_resets_themselves_and_what_an_administrator_made_ends_with_their_rights() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    site.staff().await;
    let own = person(&site, "asha@example.org").await;
    assert_eq!(admin.post(&format!("{own}/reset"), BOTH).await.status, StatusCode::FORBIDDEN);
    assert!(admin.get(&own).await.all("form[action$='/reset']").is_empty());
    assert_eq!(site.count("staff_resets").await, 0);
    let new = NewAccount {
        email: "max@example.org".into(),
        name: "Max Bell".into(),
        role: Role::Administrator,
        password: PASSWORD.into(),
    };
    add(&site.app.database, site.now(), new, None).await.unwrap().unwrap();
    let mut max = site.visitor();
    max.post("/staff/sign-in", &[("email", "max@example.org"), ("password", PASSWORD)]).await;
    max.second_step("max@example.org").await;
    let his = link(&site, &mut max, BOTH).await;
    let max_page = person(&site, "max@example.org").await;
    assert_eq!(admin.post(&format!("{max_page}/reset"), BOTH).await.status, StatusCode::OK);
    assert_eq!(site.visitor().get(&his).await.status, StatusCode::NOT_FOUND, "who took his account made it");
    let last = admin.post(&format!("{own}/role"), &[("role", "reception")]).await;
    assert!(last.first(".problems").contains("this is the last one"), "he cannot sign in now");
    let none = admin.post(&format!("{max_page}/reset"), &[("reset", "everything")]).await;
    assert_eq!(none.attribute(".problems a", "href"), ["#reset"]);
    assert_eq!(admin.post(&format!("{max_page}/role"), &[("role", "clinician")]).await.location(), max_page);
}

#[tokio::test]
async fn looking_at_a_link_uses_nothing_up_and_another_site_cannot_press_it() {
    let site = Site::open().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    site.staff().await;
    let link = link(&site, &mut admin, PASSWORD_ONLY).await;
    let ask = |method: Method, header: (&'static str, &'static str), body: &'static str| {
        let request = Request::builder().method(method).uri(&link).header(header.0, header.1);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(Body::from(body)).unwrap()
    };
    for method in [Method::GET, Method::HEAD] {
        let preview = site.send(ask(method, ("sec-purpose", "prefetch"), "")).await;
        assert_eq!(preview.status, StatusCode::OK);
    }
    let body = "password=teapot+lorry+glacier";
    for foreign in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("x-nothing", "")] {
        let refused = site.send(ask(Method::POST, foreign, body)).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{foreign:?}");
    }
    let token = link.rsplit('/').next().unwrap();
    let stored: String = sqlx::query_scalar("select token_hash from staff_resets")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    assert!(stored != token && stored != mybackpain::storage::encryption::token_hash(token), "it is keyed");
    assert_eq!(site.visitor().post(&link, &[("password", NEW)]).await.location(), "/staff/sign-in/code");
}

#[tokio::test]
async fn links_are_tried_only_so_often_from_one_network() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut seen = Vec::new();
    for _ in 0..31 {
        let tried = site.visitor().post(&format!("/staff/reset/{}", "0".repeat(40)), &[]).await;
        seen.push(tried.status);
    }
    assert_eq!(seen[0], StatusCode::NOT_FOUND);
    assert_eq!(seen[30], StatusCode::TOO_MANY_REQUESTS);
    for odd in ["%00", "..%2f..", "%ff", &"x".repeat(500)] {
        assert!(site.visitor().get(&format!("/staff/reset/{odd}")).await.status.is_client_error(), "{odd}");
    }
}
