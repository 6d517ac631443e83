//! What was typed after a sign-in had ended: kept for whom it belongs to, given back, and taken away once it was sent.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;

use crate::support::{PASSWORD, Site, Visitor, desk::page};

const EMAIL: &str = "priya@example.org";

/// Somebody sends a note after their session had ended. Gives where the note belongs, and the stamp of its request.
async fn late_note(site: &Site, staff: &mut Visitor<'_>) -> (String, String) {
    let reference = site.one_request().await;
    let path = format!("{}/notes", page(&reference));
    let seen_at = staff.seen_at(&reference).await;
    site.clock.advance(SignedDuration::from_mins(20));
    let form =
        [("seen_at", seen_at.as_str()), ("note", "She <b>moved</b> house"), ("password", "secret words")];
    let late = staff.post(&path, &form).await;
    assert_eq!(late.location(), "/staff/sign-in?again=kept");
    (path, seen_at)
}

#[tokio::test]
async fn what_was_typed_after_a_session_had_ended_is_given_back_to_its_writer_alone() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    let (path, _) = late_note(&site, &mut staff).await;
    assert!(staff.get("/staff/sign-in?again=kept").await.words().contains("What you typed is kept"));
    let stored: Vec<Vec<u8>> = sqlx::query_scalar("select fields from expired_forms")
        .fetch_all(site.app.database.readers())
        .await
        .unwrap();
    assert!(!String::from_utf8_lossy(&stored[0]).contains("moved"), "it is encrypted");
    let colleague = site.staff_as(Role::Reception).await.get("/staff/expired-forms").await;
    assert!(!colleague.body.contains("moved"), "a colleague does not see it");
    let back = site.staff().await.get("/staff/expired-forms").await;
    assert!(back.words().contains("She <b>moved</b> house") && back.words().contains(": notes"));
    assert!(!back.body.contains("secret words"), "secrets are not kept");
    let stranger = site.visitor().post(&path, &[("note", "x")]).await;
    assert_eq!(stranger.location(), "/staff/sign-in");
    assert_eq!(site.count("expired_forms").await, 1, "a stranger fills nothing");
}

#[tokio::test]
async fn signing_in_leads_to_what_was_typed_in_vain() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    late_note(&site, &mut staff).await;
    let mut visitor = site.visitor();
    visitor.post("/staff/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await;
    site.clock.advance(SignedDuration::from_secs(90));
    let code = site.phones.shows(EMAIL, site.now().as_second() / 30);
    assert_eq!(
        visitor.post("/staff/sign-in/code", &[("code", &code)]).await.location(),
        "/staff/expired-forms"
    );
}

#[tokio::test]
async fn what_was_kept_is_let_go_when_it_was_taken_and_not_before() {
    let site = Site::open().await;
    let mut staff = site.staff().await;
    let (path, seen_at) = late_note(&site, &mut staff).await;
    let mut again = site.staff().await;
    let send = again.get("/staff/expired-forms").await.attribute("main form[action]", "action")[0].clone();
    let note = [("seen_at", seen_at.as_str()), ("note", "She moved house")];
    let sent = again.post(&send, &note).await;
    assert_eq!(sent.status, StatusCode::TEMPORARY_REDIRECT);
    assert!(sent.location().starts_with(&format!("{path}?expired_form=UN-")), "{}", sent.location());
    assert_eq!(site.count("expired_forms").await, 1, "nothing has it yet");
    let mut colleague = site.staff_as(Role::Reception).await;
    let empty = colleague.post(sent.location(), &[("note", "")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.count("expired_forms").await, 1, "it is not theirs");
    let elsewhere = sent.location().replace("/BP-", "/XX-");
    assert_eq!(again.post(&elsewhere, &note).await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.count("expired_forms").await, 1, "it was not taken");
    assert_eq!(again.post(sent.location(), &note).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.count("expired_forms").await, 0);
    let twice = again.post(&send, &note).await;
    assert_eq!((twice.status, twice.location()), (StatusCode::SEE_OTHER, "/staff/expired-forms"));
}

#[tokio::test]
async fn who_knows_only_a_password_plants_nothing() {
    let site = Site::open().await;
    site.staff().await;
    let path = format!("{}/notes", page(&site.one_request().await));
    let mut half = site.visitor();
    half.post("/staff/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(half.post(&path, &[("note", "planted")]).await.location(), "/staff/sign-in/code");
    site.clock.advance(SignedDuration::from_mins(20));
    assert_eq!(half.post(&path, &[("note", "planted")]).await.location(), "/staff/sign-in");
    assert_eq!(site.count("expired_forms").await, 0);
}

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_gives_words_back_for_eight_hours_and_a_disabled_account_never() {
    let site = Site::open().await;
    let path = format!("{}/notes", page(&site.one_request().await));
    let mut staff = site.staff().await;
    let mut elsewhere = site.staff().await;
    elsewhere.post("/staff/account/sessions/others/end", &[]).await;
    let kept = staff.post(&path, &[("note", "mine")]).await;
    assert_eq!(kept.location(), "/staff/sign-in?again=kept");
    site.clock.advance(SignedDuration::from_hours(8));
    assert_eq!(staff.post(&path, &[("note", "stale")]).await.location(), "/staff/sign-in?again=lost");
    let mut staff = site.staff().await;
    let disable = "update staff set disabled_at = 1 where email = 'priya@example.org'";
    site.app
        .database
        .write(move |c| Box::pin(async move { sqlx::query(disable).execute(c).await.map(|_| ()) }))
        .await
        .unwrap();
    assert_eq!(staff.post(&path, &[("note", "planted")]).await.location(), "/staff/sign-in?again=lost");
    assert_eq!(site.count("expired_forms").await, 1);
}

#[tokio::test]
async fn only_words_about_requests_and_mistakes_are_kept() {
    let site = Site::open().await;
    let mut staff = site.staff_as(Role::Administrator).await;
    site.clock.advance(SignedDuration::from_mins(20));
    for path in [
        "/staff/people/new",
        "/staff/people/1/role",
        "/staff/data-rights",
        "/staff/data-rights/erasure",
        "/staff/account/password",
        "/staff/invitations/0/removal",
        "/staff/audit",
        "/staff/complaints/DP-3333-4444/closure",
        "/staff/mail/1/address",
        "/staff/search",
        "/staff/consultations/../notes",
        "/staff/consultations/%2E%2e/notes",
    ] {
        let late = staff.post(path, &[("email", "x@example.org")]).await;
        assert_eq!(late.location(), "/staff/sign-in?again=lost", "{path}");
    }
    assert!(staff.get("/staff/sign-in?again=lost").await.words().contains("was not kept"));
    assert_eq!(site.count("expired_forms").await, 0);
    staff.post("/staff/corrections/MP-3333-4444/answer", &[("answer", "Mended")]).await;
    assert_eq!(site.count("expired_forms").await, 1);
}
