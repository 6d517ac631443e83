//! One row that cannot be read stops nothing of what is done by the clock for everybody else, and no new request.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::clock_check::ClockCheck;
use mybackpain::operations::minute_job::pass;
use mybackpain::operations::retention_job;
use mybackpain::web::counts::Counted;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions};

use crate::support::desk::page;
use crate::support::engine;
use crate::support::{Site, consultation, with};

const GREATEST: &str = "9223372036854775807";

/// Damages a row as no page does. PostgreSQL holds no text that is none, and never lets go of a check.
async fn damage(site: &Site, sql: &str) {
    if engine::is_server() {
        let unchecked = format!("set local session_replication_role = replica; {sql}");
        let write = site.app.database.write(|tables| {
            Box::pin(async move { sqlx::raw_sql(AssertSqlSafe(unchecked)).execute(tables).await })
        });
        write.await.unwrap();
        return;
    }
    let mut tables = SqliteConnectOptions::new()
        .filename(site.folder.path().join("mybackpain.sqlite"))
        .foreign_keys(false)
        .pragma("ignore_check_constraints", "on")
        .connect()
        .await
        .unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut tables).await.unwrap();
}

async fn minute(site: &Site) {
    let _ = pass(&site.app, &mut ClockCheck::default(), SignedDuration::ZERO).await;
}

fn is_said(site: &Site) -> bool {
    site.app.site.metrics.alarms().iter().any(|alarm| alarm.name == "reminder-not-made")
}

/// Ada's request, which the test damages, and Bob's, both booked and two days away.
async fn two_booked() -> (Site, String, String) {
    let site = Site::open().await;
    let ada = site.one_request().await;
    let bob = site.request(&with(consultation(), "email", &["bob@example.org"])).await;
    let mut staff = site.staff().await;
    for reference in [&ada, &bob] {
        staff.book(reference).await;
    }
    site.mails().await;
    site.clock.advance("2026-06-02T09:40:00Z".parse::<jiff::Timestamp>().unwrap().duration_since(site.now()));
    (site, ada, bob)
}

#[tokio::test]
async fn a_request_that_cannot_be_read_stops_nobody_elses_reminder_and_is_said() {
    if engine::is_server() {
        return;
    }
    for (what, is_on_the_desk) in [
        ("update consultations set email = x'0011' where reference = ", true),
        ("update consultations set name = x'0011' where reference = ", true),
        ("update consultations set about = cast(x'ff41' as text) where reference = ", true),
        ("update bookings set place = x'0011' where reference = ", true),
        ("update bookings set setting = 'tent' where reference = ", true),
        ("update bookings set id = cast(x'ff41' as text) where reference = ", true),
        ("update bookings set reference = cast(x'ff41' as text) where reference = ", false),
        (
            "update bookings set reference = cast(x'ff41' as text) where rowid = 1;
             update consultations set reference = cast(x'ff41' as text) where reference = ",
            false,
        ),
    ] {
        let (site, ada, bob) = two_booked().await;
        damage(&site, &format!("{what}'{ada}'")).await;
        site.app.site.counts.add(Counted::Search, "");
        minute(&site).await;
        minute(&site).await;
        let reminders = "outbox where purpose = 'consultation-reminder'";
        assert_eq!(site.count(&format!("{reminders} and reference = '{bob}'")).await, 1, "{what}");
        assert_eq!(site.count(&format!("{reminders} and reference <> '{bob}'")).await, 0, "{what}");
        assert!(site.count("daily_counts").await > 0, "{what}: counts are stored all the same");
        if is_on_the_desk {
            let words = site.staff().await.get(&page(&ada)).await.words();
            assert!(words.contains("no reminder was sent: the "), "{what}: {words}");
            assert!(words.contains("Nobody was told of this by email"), "{what}: {words}");
        } else if what.contains("consultations") {
            assert!(is_said(&site), "{what}");
        }
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_changed_stops_no_other_from_being_given_away() {
    if engine::is_server() {
        return;
    }
    for what in [
        format!("update consultations set changed_at = {GREATEST} where reference = "),
        format!("update consultations set revision = {GREATEST} where reference = "),
        "update consultations set reference = cast(x'ff41' as text) where reference = ".to_owned(),
    ] {
        let site = Site::open().await;
        let first = site.one_request().await;
        let second = site.request(&with(consultation(), "email", &["bob@example.org"])).await;
        let mut away = site.staff_as(Role::Reception).await;
        for reference in [&first, &second] {
            away.act(reference, "owner", &[("owner", "me")]).await;
        }
        let form = [("from", "2026-05-21"), ("until", "2026-05-22")];
        assert_eq!(away.post("/staff/absences", &form).await.status, StatusCode::SEE_OTHER);
        damage(&site, &format!("{what}'{first}'")).await;
        site.clock.advance(SignedDuration::from_hours(24));
        minute(&site).await;
        assert_eq!(site.count("consultations where owner_id is not null").await, 0, "{what}");
        let told = format!("consultation_events where reference = '{second}' and what like '%is away%'");
        assert_eq!(site.count(&told).await, 1, "{what}");
    }
}

#[tokio::test]
async fn the_greatest_number_in_one_row_refuses_no_request_and_hides_none() {
    let site = Site::open().await;
    let damaged = site.one_request().await;
    let mut staff = site.staff().await;
    for column in ["revision", "changed_at"] {
        damage(
            &site,
            &format!("update consultations set {column} = {GREATEST} where reference = '{damaged}'"),
        )
        .await;
        assert!(staff.get("/staff").await.body.contains(&damaged));
        let sent =
            site.visitor().submit("/consultations/new", &with(consultation(), "concern", &[column])).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{column}: {}", sent.words());
        let new = site.visitor().get(sent.location()).await.first(".ref");
        for reference in [&damaged, &new] {
            assert!(
                staff.get("/staff").await.body.contains(reference),
                "{column}: {reference} is not listed"
            );
        }
        let noted = staff.act(&damaged, "notes", &[("note", "Prefers mornings")]).await;
        assert_eq!(noted.status, StatusCode::SEE_OTHER, "{column}: {}", noted.words());
    }
}

#[tokio::test]
async fn the_greatest_counts_of_useful_pages_end_no_page_and_are_counted_on() {
    let site = Site::open().await;
    let slug = "sciatica";
    damage(
        &site,
        &format!(
            "insert into usefulness values ('{slug}', '2026-05-20', {GREATEST}, {GREATEST}), \
             ('{slug}', '2026-05-19', {GREATEST}, {GREATEST})"
        ),
    )
    .await;
    let mut staff = site.staff_as(Role::Administrator).await;
    for path in ["/staff/pages", "/staff/insights"] {
        let shown = staff.get(path).await;
        assert_eq!(shown.status, StatusCode::OK, "{path}: {}", shown.words());
    }
    for answer in ["yes", "no"] {
        let counted = site.visitor().post("/usefulness", &[("about", slug), ("useful", answer)]).await;
        assert!(!counted.status.is_server_error(), "{}", counted.words());
    }
}

#[tokio::test]
async fn a_session_that_cannot_be_read_is_over() {
    if engine::is_server() {
        return;
    }
    for damaged in ["step = 'thrice'", "step = cast(x'ff41' as text)", "return_to = cast(x'ff41' as text)"] {
        let site = Site::open().await;
        let mut staff = site.staff().await;
        assert_eq!(staff.get("/staff").await.status, StatusCode::OK);
        damage(&site, &format!("update staff_sessions set {damaged}")).await;
        for path in ["/staff", "/staff/account", "/staff/sign-in/code"] {
            let shown = staff.get(path).await;
            assert!(shown.location().starts_with("/staff/sign-in"), "{damaged} {path}: {}", shown.words());
        }
        assert_eq!(staff.get("/staff/sign-in").await.status, StatusCode::OK, "{damaged}");
        assert_eq!(site.staff().await.get("/staff").await.status, StatusCode::OK, "{damaged}");
    }
}

/// Attack: a damaged number in what the clock is compared with ended both jobs by a panic, and nobody was told.
#[tokio::test]
async fn no_number_of_the_clock_check_ends_what_is_done_by_the_clock() {
    if engine::is_server() {
        return;
    }
    let site = Site::open().await;
    minute(&site).await;
    for (table, column) in [
        ("believed_time", "at"),
        ("believed_time", "drift"),
        ("believed_time", "highest"),
        ("clock_stretches", "from_at"),
        ("clock_stretches", "until_at"),
        ("clock_stretches", "ahead"),
    ] {
        for number in [GREATEST, "-9223372036854775808", "4000000000000000000", "-1"] {
            damage(&site, &format!("update {table} set {column} = {number}")).await;
            // An error is for the log; a panic would end the test.
            minute(&site).await;
            let _ = retention_job::pass(&site.app, &mut ClockCheck::default(), SignedDuration::ZERO).await;
            assert_eq!(site.visitor().get("/").await.status, StatusCode::OK, "{table}.{column} = {number}");
        }
    }
}

/// Attack: one damaged number made everything that was closed as old as the century.
#[tokio::test]
async fn a_damaged_number_of_the_counted_time_erases_nothing() {
    if engine::is_server() {
        return;
    }
    let passed = async |site: &Site| {
        retention_job::pass(&site.app, &mut ClockCheck::default(), SignedDuration::ZERO).await.unwrap()
    };
    for damaged in ["until_at = 4000000000", "until_at = 1", "ahead = -4000000000", "counted_at = 4000000000"]
    {
        let site = Site::open().await;
        passed(&site).await;
        let reference = site.one_request().await;
        site.staff().await.act(&reference, "closure", &[("reason", "dealt with")]).await;
        damage(&site, &format!("update clock_stretches set {damaged}")).await;
        passed(&site).await;
        assert_eq!(site.count("consultations").await, 1, "{damaged}");
        site.clock.advance(SignedDuration::from_hours(24 * 91));
        let mut clock = ClockCheck::default();
        retention_job::pass(&site.app, &mut clock, SignedDuration::ZERO).await.unwrap();
        let now = site.now();
        let write = site.app.database.write(move |c| {
            Box::pin(async move { mybackpain::storage::believed_time::confirm(c, now, true).await })
        });
        write.await.unwrap();
        passed(&site).await;
        assert_eq!(site.count("consultations").await, 0, "{damaged}: it is erased when its time has come");
    }
}
