//! What is erased leaves every file: mails that were kept as files, and the database's log; and a wrong clock erases nothing.

use std::path::PathBuf;

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::clock_check::ClockCheck;
use mybackpain::operations::retention_job::{forget, pass};

use crate::consultations::{decoded, link_in};
use crate::support::desk::page;
use crate::support::engine;
use crate::support::{Site, consultation, report, with};

/// Files of mail that hold a word.
fn mails_with(site: &Site, word: &str) -> Vec<PathBuf> {
    let Ok(all) = std::fs::read_dir(site.folder.path().join("mail")) else { return Vec::new() };
    let files = all.map(|file| file.unwrap().path());
    let holds = |file: &PathBuf| {
        let text = std::fs::read_to_string(file).unwrap();
        text.contains(word) || decoded(&text).contains(word)
    };
    files.filter(holds).collect()
}

/// Ada and Grace each asked for a consultation and a report, and their mails were kept as files.
async fn with_mail_files() -> (Site, String) {
    let site = Site::open().await;
    let reference = site.one_request().await;
    site.visitor().submit("/reports/new", &report()).await;
    let grace = with(with(consultation(), "name", &["Grace Hopper"]), "email", &["grace@example.org"]);
    site.request(&with(grace, "phone", &["07700 900456"])).await;
    site.mails().await;
    assert!(!mails_with(&site, &reference).is_empty());
    (site, reference)
}

#[tokio::test]
async fn a_withdrawn_request_leaves_no_file_of_its_mails() {
    let (site, reference) = with_mail_files().await;
    let mails = site.mails().await;
    let of_ada = |mail: &&String| mail.contains("ada@example.org") && mail.contains(&reference);
    let confirmation = mails.iter().find(of_ada).expect("the mail to Ada");
    let path = link_in(confirmation, "http://localhost/consultations/");
    let mut patient = site.visitor();
    patient.prove(&path, "0123").await;
    let done = patient.post(&format!("{path}/withdrawal"), &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(mails_with(&site, &reference).is_empty());
    assert!(!mails_with(&site, "grace@example.org").is_empty(), "nobody else’s");
}

#[tokio::test]
async fn erasing_a_person_removes_the_files_of_their_mails_and_nobody_elses() {
    let (site, reference) = with_mail_files().await;
    let mut admin = site.staff_as(Role::Administrator).await;
    let form = [("person", "ada@example.org"), ("step", "erase"), ("sure", "yes")];
    assert_eq!(admin.post("/staff/data-rights/erasure", &form).await.status, StatusCode::SEE_OTHER);
    for word in ["ada@example.org", "Ada Lovelace", &reference] {
        assert!(mails_with(&site, word).is_empty(), "{word}");
    }
    assert!(!mails_with(&site, "grace@example.org").is_empty());
}

#[tokio::test]
async fn files_of_mails_are_kept_for_7_days() {
    let (site, _) = with_mail_files().await;
    site.clock.advance(SignedDuration::from_hours(7 * 24 - 1));
    forget(&site.app).await.unwrap();
    assert!(!mails_with(&site, "ada@example.org").is_empty());
    site.clock.advance(SignedDuration::from_hours(2));
    forget(&site.app).await.unwrap();
    assert!(mails_with(&site, "@").is_empty());
}

#[tokio::test]
async fn what_was_erased_while_someone_read_leaves_the_log_when_they_have_ended() {
    if engine::is_server() {
        return;
    }
    let site = Site::open().await;
    let reference = site.one_request().await;
    let encrypted: Vec<u8> = sqlx::query_scalar("select concern from consultations")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    let log = site.folder.path().join("mybackpain.sqlite-wal");
    let in_the_log = || std::fs::read(&log).unwrap().windows(16).any(|bytes| bytes == &encrypted[4..20]);
    assert!(in_the_log());
    let mut reader = site.app.database.readers().acquire().await.unwrap();
    sqlx::query("begin").execute(&mut reader).await.unwrap();
    let _: i64 =
        sqlx::query_scalar("select count(*) from consultations").fetch_one(&mut reader).await.unwrap();
    mybackpain::consultations::withdraw(&site.app, reference).await.unwrap();
    assert!(in_the_log(), "the reader still needs it");
    site.app.database.truncate_log_again().await;
    assert!(in_the_log(), "and still");
    sqlx::query("commit").execute(&mut reader).await.unwrap();
    site.app.database.truncate_log_again().await;
    assert!(!in_the_log());
    assert_eq!(std::fs::metadata(&log).unwrap().len(), 0);
}

#[tokio::test]
async fn a_clock_that_jumps_ahead_erases_nothing_and_is_said_on_the_desk() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    site.mails().await;
    let mut staff = site.staff().await;
    staff.act(&reference, "closure", &[("reason", "dealt with")]).await;
    let hours = SignedDuration::from_hours;
    let mut clock = ClockCheck::default();
    pass(&site.app, &mut clock, hours(10)).await.unwrap();
    site.clock.advance(hours(100 * 24));
    pass(&site.app, &mut clock, hours(11)).await.unwrap();
    assert_eq!(site.count("consultations").await, 1, "the machine has run for an hour, not for 100 days");
    let said = site.staff().await.get("/staff").await.all(".alarms li");
    assert!(said.iter().any(|line| line.contains("jumped by 99 days")), "{said:?}");

    // Put right, and 30 days later.
    site.clock.advance(hours(-70 * 24));
    pass(&site.app, &mut clock, hours(10 + 30 * 24)).await.unwrap();
    let said = site.staff().await.get("/staff").await.all(".alarms li");
    assert!(!said.iter().any(|line| line.contains("jumped")), "{said:?}");
    assert_eq!(site.count("consultations").await, 1);
    site.clock.advance(hours(61 * 24));
    pass(&site.app, &mut clock, hours(10 + 91 * 24)).await.unwrap();
    assert_eq!(site.count("consultations").await, 0, "what is due is still erased");
    assert_eq!(site.staff().await.get(&page(&reference)).await.status, StatusCode::NOT_FOUND);
}

/// A site with a closed request, whose time was believed.
async fn site_with_a_closed_request() -> Site {
    let site = Site::open().await;
    let reference = site.one_request().await;
    site.mails().await;
    site.staff().await.act(&reference, "closure", &[("reason", "dealt with")]).await;
    pass(&site.app, &mut ClockCheck::default(), SignedDuration::ZERO).await.unwrap();
    site
}

#[tokio::test]
async fn a_start_with_a_wrong_clock_erases_nothing_and_a_jump_makes_nothing_older() {
    let hours = SignedDuration::from_hours;
    let site = site_with_a_closed_request().await;
    site.clock.advance(hours(600 * 24));
    let mut clock = ClockCheck::default();
    pass(&site.app, &mut clock, hours(1)).await.unwrap();
    // Staff who sign in and write meanwhile do not make the time a believed one.
    site.staff().await.get("/staff").await;
    pass(&site.app, &mut ClockCheck::default(), hours(1)).await.unwrap();
    assert_eq!(site.count("consultations").await, 1);
    for hour in 2..25 {
        site.clock.advance(hours(1));
        pass(&site.app, &mut clock, hours(hour)).await.unwrap();
        assert_eq!(site.count("consultations").await, 1, "{hour}");
    }
    site.clock.advance(hours(1));
    pass(&site.app, &mut clock, hours(25)).await.unwrap();
    assert!(site.app.site.metrics.alarms().iter().all(|alarm| alarm.name != "clock-jumped"));
    assert_eq!(site.count("consultations").await, 1, "nobody said whether the machine was off");
    site.clock.advance(hours(90 * 24));
    pass(&site.app, &mut clock, hours(25 + 90 * 24)).await.unwrap();
    assert_eq!(site.count("consultations").await, 0, "it is kept for 90 days of running, and no longer");
}

#[tokio::test]
async fn a_wrong_clock_that_is_put_right_erases_nothing_and_one_that_is_confirmed_does() {
    let hours = SignedDuration::from_hours;
    let site = site_with_a_closed_request().await;
    let mut clock = ClockCheck::default();
    site.clock.advance(hours(1000 * 24));
    pass(&site.app, &mut clock, hours(1)).await.unwrap();
    site.clock.advance(hours(-1000 * 24));
    pass(&site.app, &mut clock, hours(26)).await.unwrap();
    assert!(clock.is_believed(), "put right");
    assert_eq!(site.count("consultations").await, 1);

    site.clock.advance(hours(-1000 * 24));
    pass(&site.app, &mut clock, hours(27)).await.unwrap();
    assert!(!clock.is_believed(), "set back");
    assert_eq!(site.count("consultations").await, 1);
    site.clock.advance(hours(1000 * 24));
    pass(&site.app, &mut clock, hours(28)).await.unwrap();
    assert!(clock.is_believed());

    site.clock.advance(hours(400 * 24));
    pass(&site.app, &mut clock, hours(29)).await.unwrap();
    let mut reception = site.staff_as(Role::Reception).await;
    let said = reception.get("/staff").await;
    assert_eq!(said.attribute(".alarms a", "href"), ["/staff/clock"]);
    assert!(reception.get("/staff/clock").await.all("form button").iter().all(|b| !b.contains("right")));
    assert_eq!(reception.post("/staff/clock", &[]).await.status, StatusCode::FORBIDDEN);
    let mut admin = site.staff_as(Role::Administrator).await;
    assert!(admin.get("/staff/clock").await.words().contains("Yes, this time is right"));
    assert_eq!(admin.post("/staff/clock", &[]).await.status, StatusCode::SEE_OTHER);
    pass(&site.app, &mut clock, hours(29)).await.unwrap();
    assert_eq!(site.count("consultations").await, 1, "the jump made nothing older");
    assert!(admin.get("/staff").await.all(".alarms li").iter().all(|line| !line.contains("jumped")));
    assert_eq!(site.count("audit where what = 'confirmed the time' and staff_id is not null").await, 1);
    let off = [("off", "yes")];
    site.clock.advance(hours(300 * 24));
    pass(&site.app, &mut clock, hours(29)).await.unwrap();
    site.staff_as(Role::Administrator).await.post("/staff/clock", &off).await;
    pass(&site.app, &mut clock, hours(29)).await.unwrap();
    assert_eq!(site.count("consultations").await, 1, "the program ran, so nothing was off");
    site.clock.advance(hours(400 * 24));
    let mut clock = ClockCheck::default();
    pass(&site.app, &mut clock, hours(29)).await.unwrap();
    site.staff_as(Role::Administrator).await.post("/staff/clock", &off).await;
    pass(&site.app, &mut clock, hours(29)).await.unwrap();
    assert_eq!(site.count("consultations").await, 0, "the machine was off for 400 days");
}

#[tokio::test]
async fn small_jumps_of_one_day_are_together_a_large_one() {
    let hours = SignedDuration::from_hours;
    let site = site_with_a_closed_request().await;
    let start = || async { ClockCheck::default().look(&site.app, hours(1)).await.unwrap() };
    site.clock.jump(hours(47));
    assert!(start().await);
    site.clock.jump(hours(-47));
    assert!(start().await, "put right");
    site.clock.jump(hours(47));
    assert!(start().await);
    site.clock.jump(hours(47));
    assert!(!start().await, "four days in two starts");
    let said = site.app.site.metrics.alarms();
    assert!(said.iter().any(|alarm| alarm.sentence.contains("jumped by 3 days")), "{said:?}");
    pass(&site.app, &mut ClockCheck::default(), hours(1)).await.unwrap();
    assert_eq!(site.count("consultations").await, 1);

    // Two days later, of a machine that ran all the time, as much may be believed again.
    site.clock.jump(hours(-47));
    let mut clock = ClockCheck::default();
    for hour in 0..48 {
        assert!(clock.look(&site.app, hours(hour)).await.unwrap(), "{hour}");
        site.clock.advance(hours(1));
    }
    site.clock.jump(hours(46));
    assert!(start().await);
}

#[tokio::test]
async fn summer_time_leap_days_and_small_corrections_are_believed() {
    let site = Site::open().await;
    let mut clock = ClockCheck::default();
    let mut ran = SignedDuration::ZERO;
    for (at, correction) in [
        ("2027-03-28T00:30:00Z", 0),
        ("2027-03-28T01:30:00Z", 60),
        ("2027-10-31T00:30:00Z", -60),
        ("2027-10-31T01:30:00Z", 47 * 60),
        ("2028-02-29T12:00:00Z", -47 * 60),
        ("2028-03-01T12:00:00Z", 0),
    ] {
        let ahead = site.now().duration_until(at.parse().unwrap());
        ran += ahead;
        site.clock.advance(ahead + SignedDuration::from_mins(correction));
        assert!(clock.look(&site.app, ran).await.unwrap(), "{at}");
    }
}
