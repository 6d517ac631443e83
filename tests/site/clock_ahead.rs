//! What was stored while the clock was years ahead, once the time is right again: nobody is locked out, nothing lasts for years.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::retention_job::forget;
use sqlx::AssertSqlSafe;

use crate::assessment::begin;
use crate::support::desk::page;
use crate::support::{PASSWORD, Site, consultation, with};

const YEARS: SignedDuration = SignedDuration::from_hours(1100 * 24);
const EMAIL: &str = "priya@example.org";

#[tokio::test]
async fn a_code_that_was_used_while_the_clock_was_ahead_locks_nobody_out() {
    let site = Site::open().await;
    site.staff().await;
    site.clock.jump(YEARS);
    site.staff().await;
    site.clock.jump(-YEARS);
    site.clock.advance(SignedDuration::from_mins(2));
    for expected in [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY] {
        let mut visitor = site.visitor();
        visitor.post("/staff/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await;
        let code = site.phones.shows(EMAIL, site.now().as_second() / 30);
        let entered = visitor.post("/staff/sign-in/code", &[("code", &code)]).await;
        assert_eq!(entered.status, expected, "{}", entered.words());
    }
}

#[tokio::test]
async fn a_session_that_began_while_the_clock_was_ahead_is_over_and_stays_so() {
    let site = Site::open().await;
    site.clock.jump(YEARS);
    let mut ahead = site.staff().await;
    assert_eq!(ahead.get("/staff").await.status, StatusCode::OK);
    site.clock.jump(-YEARS);
    assert!(ahead.get("/staff").await.location().starts_with("/staff/sign-in"));
    let mut now = site.staff_as(Role::Administrator).await;
    assert_eq!(now.get("/staff/account").await.status, StatusCode::OK);
    forget(&site.app).await.unwrap();
    site.clock.jump(YEARS);
    assert!(ahead.get("/staff").await.location().starts_with("/staff/sign-in"), "when that time comes");
}

#[tokio::test]
async fn nothing_that_was_stored_ahead_of_time_is_kept_for_longer_than_it_is_else() {
    let site = Site::open().await;
    site.clock.jump(YEARS);
    let mut ahead = site.staff_as(Role::Administrator).await;
    let reference = site.request(&with(consultation(), "email", &["ada@example.org"])).await;
    ahead.act(&reference, "calls", &[("outcome", "no-answer")]).await;
    let closed = ahead.act(&reference, "closure", &[("reason", "dealt with")]).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.words());
    ahead.post("/staff/people/new", &[("email", "lee@example.org"), ("role", "reception")]).await;
    let colleague = "insert into staff (email, name, role, password_hash, created_at) \
        values ('max@example.org', 'Max Bell', 'reception', 'x', 1)";
    site.change(colleague).await.unwrap();
    assert_eq!(ahead.post("/staff/people/2/reset", &[("reset", "password")]).await.status, StatusCode::OK);
    let note = format!("{}/notes", page(&reference));
    begin(&mut site.visitor()).await;
    site.clock.advance(SignedDuration::from_mins(20));
    ahead.post(&note, &[("seen_at", "1"), ("note", "She moved house")]).await;
    site.clock.jump(-YEARS);
    site.mails().await;
    forget(&site.app).await.unwrap();
    let latest = site.now().as_second() + 15 * 24 * 60 * 60;
    for (table, column) in [
        ("drafts", "saved_at"),
        ("expired_forms", "created_at"),
        ("staff_places", "seen_at"),
        ("staff_sessions", "created_at"),
        ("staff_sessions", "seen_at"),
        ("staff_invitations", "expires_at"),
        ("staff_resets", "expires_at"),
        ("requested_mails", "requested_at"),
        ("requested_mails", "release_at"),
        ("submissions", "created_at"),
        ("consultations", "ended_at"),
        ("consultations", "next_try_at"),
    ] {
        let later = format!("select count(*) from {table} where {column} > $1");
        let later: i64 = sqlx::query_scalar(AssertSqlSafe(later))
            .bind(latest)
            .fetch_one(site.app.database.readers())
            .await
            .unwrap();
        assert_eq!(later, 0, "{table}.{column}");
    }
    for table in ["drafts", "expired_forms", "staff_invitations", "consultations"] {
        assert_eq!(site.count(table).await, 1, "{table}: nothing is lost before its time");
    }
    site.clock.advance(SignedDuration::from_hours(91 * 24));
    forget(&site.app).await.unwrap();
    for table in ["drafts", "expired_forms", "staff_invitations", "consultations"] {
        assert_eq!(site.count(table).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_call_after_a_long_closure_is_still_to_be_made_and_one_from_years_ahead_is_due_now() {
    let closure = |toml: String| {
        toml + "\n[[closures]]\nfrom = \"2026-05-21\"\nto = \"2026-07-31\"\nwords = \"Closed for repairs\"\n"
    };
    let site = Site::of_clinic(closure, "2026-05-20T13:00:00Z").await;
    let reference = site.one_request().await;
    site.staff().await.act(&reference, "calls", &[("outcome", "left-message")]).await;
    let next = "select next_try_at from consultations";
    let at = || async {
        sqlx::query_scalar::<_, Option<i64>>(next).fetch_one(site.app.database.readers()).await.unwrap()
    };
    let reopened = "2026-08-03T08:00:00Z".parse::<jiff::Timestamp>().unwrap().as_second();
    assert_eq!(at().await, Some(reopened));
    forget(&site.app).await.unwrap();
    assert_eq!(at().await, Some(reopened), "rightly far ahead");
    site.change("update consultations set next_try_at = next_try_at + 30000000").await.unwrap();
    forget(&site.app).await.unwrap();
    assert_eq!(at().await, None);
}
