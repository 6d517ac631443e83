//! How often a password and a code may be guessed, from how many places at once.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use mybackpain::clinic::Role;
use mybackpain::staff::second_factor;
use mybackpain::staff::second_factor::CodeOutcome;
use mybackpain::staff::session::HalfSignedIn;
use mybackpain::web::security::Limits;

use crate::support::{Answer, PASSWORD, Site};

const EMAIL: &str = "priya@example.org";

/// A post from one of many networks.
async fn post(site: &Site, network: u16, path: &str, cookie: &str, form: &[(&str, &str)]) -> Answer {
    let [high, low] = network.to_be_bytes();
    let from = ConnectInfo(SocketAddr::from(([10, 1, high, low], 50_000)));
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", cookie)
        .extension(from);
    site.send(request.body(Body::from(body)).unwrap()).await
}

/// The cookie of who has entered the password only.
async fn half_signed_in(site: &Site, network: u16) -> String {
    let asked = post(site, network, "/staff/sign-in", "", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(asked.location(), "/staff/sign-in/code", "{}", asked.body);
    asked.header("set-cookie").split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn an_address_that_nobody_can_have_is_a_wrong_password_and_counts_nowhere() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let long = format!("{}@example.org", "x".repeat(31_000));
    for _ in 0..40 {
        let wrong = site.visitor().post("/staff/sign-in", &[("email", &long), ("password", "x")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.first(".problems").contains("password of your account"));
    }
}

#[tokio::test]
async fn one_network_guesses_thirty_times_in_five_minutes_however_many_accounts_it_tries() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut stopped = 0;
    for number in 0..35 {
        let email = format!("nobody{number}@example.org");
        let answer = post(&site, 1, "/staff/sign-in", "", &[("email", &email), ("password", "x")]).await;
        stopped += usize::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
    }
    // One more is let in every 10 seconds, and hashing takes its time.
    assert!((1..=5).contains(&stopped), "{stopped}");
    let elsewhere = post(&site, 2, "/staff/sign-in", "", &[("email", EMAIL), ("password", "x")]).await;
    assert_eq!(elsewhere.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn guesses_at_one_password_from_many_networks_slow_its_owner_elsewhere_and_keep_nobody_out() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    site.staff().await;
    half_signed_in(&site, 999).await;
    let wrong = [("email", EMAIL), ("password", "not this one")];
    let guesses = (0..60).map(|network| post(&site, network, "/staff/sign-in", "", &wrong));
    let owner = async |network: u16| {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let asked = Instant::now();
        half_signed_in(&site, network).await;
        asked.elapsed()
    };
    let (answers, known, new) = tokio::join!(futures_util::future::join_all(guesses), owner(999), owner(998));
    assert!(answers.iter().all(|answer| answer.status == StatusCode::UNPROCESSABLE_ENTITY));
    assert!(
        known < Duration::from_secs(5),
        "who has signed in from there before stands in no line: {known:?}"
    );
    assert!(new < Duration::from_secs(15), "and is slowed at a new place, not kept out: {new:?}");
}

#[tokio::test]
async fn a_place_is_known_after_a_restart_and_only_as_a_hash() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    site.staff().await;
    half_signed_in(&site, 999).await;
    let hashes: Vec<String> = sqlx::query_scalar("select place_hash from staff_places")
        .fetch_all(site.app.database.readers())
        .await
        .unwrap();
    assert_eq!(hashes.len(), 2, "of the sign-in of the support, and of this one");
    assert!(hashes.iter().all(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())));
    // Limits are in memory alone: those of a new start know nobody.
    let wrong = [("email", EMAIL), ("password", "not this one")];
    for network in 0..12 {
        post(&site, network, "/staff/sign-in", "", &wrong).await;
    }
    let asked = Instant::now();
    half_signed_in(&site, 999).await;
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    site.clock.advance(jiff::SignedDuration::from_hours(91 * 24));
    mybackpain::operations::retention_job::forget(&site.app).await.unwrap();
    assert_eq!(site.count("staff_places").await, 0);
}

#[tokio::test]
async fn codes_are_guessed_one_after_another_and_a_recovery_code_lets_the_owner_in_meanwhile() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    site.staff().await;
    let mut halves = Vec::new();
    for network in 0..20 {
        halves.push(half_signed_in(&site, network).await);
    }
    let code = [("code", "000000")];
    let guesses = halves
        .iter()
        .zip(0..)
        .flat_map(|(cookie, network)| (0..3).map(move |again| (cookie, network + 100 * again)));
    let guesses = guesses.map(|(cookie, network)| post(&site, network, "/staff/sign-in/code", cookie, &code));
    let answers = futures_util::future::join_all(guesses).await;
    let stopped = answers.iter().filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS).count();
    assert!(stopped >= 50, "{stopped} of 60");
    let owner = half_signed_in(&site, 999).await;
    let recovery = site.phones.recovery_code(EMAIL);
    let done = post(&site, 999, "/staff/sign-in/code", &owner, &[("code", &recovery)]).await;
    assert_eq!(done.location(), "/staff", "{}", done.body);
}

#[tokio::test]
async fn five_codes_at_once_are_the_most_that_one_password_buys() {
    let site = Site::open().await;
    site.staff().await;
    let cookie = half_signed_in(&site, 1).await;
    let code = [("code", "000000")];
    let guesses = (0..20).map(|network| post(&site, network, "/staff/sign-in/code", &cookie, &code));
    futures_util::future::join_all(guesses).await;
    let counted: i64 = sqlx::query_scalar("select max(wrong_codes) from staff_sessions")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    assert_eq!(counted, 5);
    assert_eq!(site.count("audit where what = 'entered too many wrong codes'").await, 1);
}

#[tokio::test]
async fn a_right_code_for_a_sign_in_that_ended_meanwhile_lets_nobody_in() {
    let site = Site::open().await;
    site.staff().await;
    for over in ["update staff_sessions set ended_at = 1", "update staff set disabled_at = 1"] {
        half_signed_in(&site, 1).await;
        site.clock.advance(jiff::SignedDuration::from_secs(90));
        let code = site.phones.shows(EMAIL, site.now().as_second() / 30);
        let readers = site.app.database.readers();
        let session =
            sqlx::query_scalar("select max(id) from staff_sessions").fetch_one(readers).await.unwrap();
        let account = mybackpain::staff::store::find(readers, 1).await.unwrap();
        let half = HalfSignedIn { account, session, offered: None, return_to: String::new() };
        site.app
            .database
            .write(move |c| Box::pin(async move { sqlx::query(over).execute(c).await.map(|_| ()) }))
            .await
            .unwrap();
        let outcome = second_factor::check(&site.app, [10, 1, 0, 1].into(), &half, &code).await.unwrap();
        assert!(matches!(outcome, CodeOutcome::Over), "{over}");
    }
}

#[tokio::test]
async fn twenty_wrong_codes_are_told_to_everyone_on_the_desk_and_the_audit_says_whose() {
    let site = Site::open().await;
    let mut colleague = site.staff_as(Role::Reception).await;
    site.staff().await;
    for network in 0..19 {
        let cookie = half_signed_in(&site, network).await;
        post(&site, network, "/staff/sign-in/code", &cookie, &[("code", "000000")]).await;
    }
    assert!(!colleague.get("/staff").await.words().contains("is guessing their codes"));
    let cookie = half_signed_in(&site, 19).await;
    post(&site, 19, "/staff/sign-in/code", &cookie, &[("code", "000000")]).await;
    assert!(colleague.get("/staff").await.words().contains("is guessing their codes"));
    assert_eq!(site.count("audit where what = 'was guessed at: wrong codes' and staff_id = 2").await, 1);
    site.clock.advance(jiff::SignedDuration::from_hours(25));
    let mut colleague = site.staff_as(Role::Reception).await;
    assert!(!colleague.get("/staff").await.words().contains("is guessing their codes"));
}
