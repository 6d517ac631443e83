//! The desk: making an account, signing in and out, moving a request on.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::web::security::Limits;

use crate::support::{PASSWORD, Site, consultation};

async fn one_request(site: &Site) -> String {
    let mut patient = site.visitor();
    let sent = patient.submit("/consultations/new", &consultation()).await;
    patient.get(sent.location()).await.first(".ref")
}

#[tokio::test]
async fn a_one_time_link_makes_one_administrator_and_then_is_gone() {
    let site = Site::open().await;
    let token = mybackpain::staff::first_invitation(&site.app).await.unwrap().unwrap();
    let link = format!("/staff/welcome/{token}");
    let mut first = site.visitor();
    let short = [("name", "Priya"), ("email", "priya@example.org"), ("password", "short")];
    let again = first.post(&link, &short).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(again.first(".problems").contains("12 characters or more") && !again.body.contains("\"short\""));
    let right = [("name", "Priya"), ("email", "Priya@example.org"), ("password", PASSWORD)];
    assert_eq!(first.post(&link, &right).await.location(), "/staff/sign-in/set-up");
    first.second_step("priya@example.org").await;
    assert_eq!(first.get("/staff").await.status, StatusCode::OK);
    assert_eq!(site.visitor().post(&link, &right).await.status, StatusCode::NOT_FOUND);
    assert_eq!(mybackpain::staff::first_invitation(&site.app).await.unwrap(), None);
}

#[tokio::test]
async fn a_one_time_link_ends_after_three_days() {
    let site = Site::open().await;
    let token = mybackpain::staff::first_invitation(&site.app).await.unwrap().unwrap();
    site.clock.advance(SignedDuration::from_hours(72));
    assert_eq!(site.visitor().get(&format!("/staff/welcome/{token}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_told_alike() {
    let site = Site::open().await;
    site.staff().await;
    let mut guess = site.visitor();
    let wrong =
        guess.post("/staff/sign-in", &[("email", "priya@example.org"), ("password", "not this one")]).await;
    let unknown =
        guess.post("/staff/sign-in", &[("email", "nobody@example.org"), ("password", "not this one")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong.all(".problems li"), unknown.all(".problems li"));
    assert_eq!(wrong.attribute("#email", "value"), ["priya@example.org"]);
    assert!(!wrong.body.contains("not this one"));
}

#[tokio::test]
async fn guesses_are_limited_before_the_password_is_looked_at() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut guess = site.visitor();
    let form = [("email", "priya@example.org"), ("password", "not this one")];
    for _ in 0..10 {
        assert_eq!(guess.post("/staff/sign-in", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let stopped = guess.post("/staff/sign-in", &form).await;
    assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(stopped.words().contains("Wait 5 minutes"));
}

#[tokio::test]
async fn a_session_ends_when_signed_out_when_idle_and_after_a_working_day() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    let out = staff.post("/staff/sign-out", &[]).await;
    assert!(!out.header("clear-site-data").is_empty());
    assert_eq!(staff.get("/staff").await.status, StatusCode::SEE_OTHER);

    let mut idle = site.staff().await;
    site.clock.advance(SignedDuration::from_mins(14));
    assert_eq!(idle.get("/staff").await.status, StatusCode::OK);
    site.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(idle.get("/staff").await.status, StatusCode::SEE_OTHER);

    let mut busy = site.staff().await;
    for _ in 0..48 {
        assert_eq!(busy.get("/staff").await.status, StatusCode::OK);
        site.clock.advance(SignedDuration::from_mins(10));
    }
    assert_eq!(busy.get("/staff").await.status, StatusCode::SEE_OTHER, "8 hours in all");
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_of_scripts_and_bound_to_https() {
    let site = Site::with(Limits::none(), "https://clinic.example").await;
    let token = mybackpain::staff::first_invitation(&site.app).await.unwrap().unwrap();
    let form = [("name", "Priya"), ("email", "priya@example.org"), ("password", PASSWORD)];
    let made = site.visitor().post(&format!("/staff/welcome/{token}"), &form).await;
    let cookie = made.header("set-cookie");
    assert!(cookie.starts_with("__Host-staff_session="), "{cookie}");
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let stored: Vec<String> = sqlx::query_scalar("select token_hash from staff_sessions")
        .fetch_all(site.app.database.readers())
        .await
        .unwrap();
    assert!(!cookie.contains(&stored[0]), "the table holds a hash");
}

#[tokio::test]
async fn every_opening_of_a_request_is_audited_and_the_audit_cannot_be_changed() {
    let site = Site::open().await;
    let reference = one_request(&site).await;
    site.staff().await.get(&format!("/staff/consultations/{reference}")).await;
    assert_eq!(site.count("audit where what = 'opened' and staff_id is not null").await, 1);
    let replaced = "insert or replace into audit (id, happened_at, what) values (1, 1, 'x')";
    for change in ["update audit set what = 'x'", "delete from audit", replaced] {
        assert!(site.change(change).await.is_err(), "{change}");
    }
}

#[tokio::test]
async fn a_late_request_is_shown_as_late() {
    let site = Site::open().await;
    one_request(&site).await;
    site.clock.advance(SignedDuration::from_hours(48));
    let queue = site.staff().await.get("/staff").await;
    assert!(queue.first("section.late").contains("Ada Lovelace"));
}

#[tokio::test]
async fn posts_from_elsewhere_are_refused_and_so_are_posts_to_the_desk_that_do_not_say() {
    use axum::body::Body;
    use axum::http::Request;
    let site = Site::open().await;
    let post = |path: &str, name: &str, value: &str| {
        let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        let request = if name.is_empty() { request } else { request.header(name, value) };
        request.header("host", "localhost").body(Body::from("name=Ada")).unwrap()
    };
    let refused = [
        site.send(post("/consultations/new", "sec-fetch-site", "cross-site")).await,
        site.send(post("/consultations/new", "origin", "https://evil.example")).await,
        site.send(post("/staff/sign-in", "", "")).await,
        site.send(post("/staff/sign-in", "origin", "")).await,
        site.send(post("/staff/sign-in", "sec-fetch-site", "")).await,
    ];
    for answer in refused {
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.words().contains("020 7946 0123"));
    }
    let allowed = site.send(post("/consultations/new", "origin", "http://localhost")).await;
    assert_eq!(allowed.status, StatusCode::UNPROCESSABLE_ENTITY);
}
