//! A clock that was behind for a while, believed or not, and was put right: nothing is erased before its time.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::clock_check::ClockCheck;
use mybackpain::operations::minute_job::save_counts;
use mybackpain::operations::retention_job::pass;
use mybackpain::storage::believed_time;

use crate::assessment::begin;
use crate::insights::search;
use crate::support::{Site, report};

/// What only time erases, as SQL that counts it.
const KEPT: [&str; 6] = [
    "consultations",
    "submissions",
    "drafts",
    "audit",
    "outbox where recipient is not null",
    "reports where email is not null",
];

const fn hours(number: i64) -> SignedDuration {
    SignedDuration::from_hours(number)
}

/// Within what is believed at once, and beyond it.
const BEHIND: [i64; 5] = [30, 40, 47, 100 * 24, 800 * 24];

async fn kept(site: &Site) -> Vec<i64> {
    let mut all = Vec::new();
    for what in KEPT {
        all.push(site.count(what).await);
    }
    all
}

/// The program is started with this time.
async fn start(site: &Site) -> ClockCheck {
    let mut clock = ClockCheck::default();
    pass(&site.app, &mut clock, SignedDuration::ZERO).await.unwrap();
    clock
}

async fn confirm(site: &Site) {
    confirm_with(site, false).await;
}

async fn confirm_with(site: &Site, was_off: bool) {
    let now = site.now();
    site.app
        .database
        .write(move |c| Box::pin(async move { believed_time::confirm(c, now, was_off).await }))
        .await
        .unwrap();
}

/// A closed request, a report, a draft, and their mails.
async fn use_it(site: &Site) {
    let reference = site.one_request().await;
    site.visitor().submit("/reports/new", &report()).await;
    begin(&mut site.visitor()).await;
    site.mails().await;
    let closed = site.staff().await.act(&reference, "closure", &[("reason", "dealt with")]).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER, "{}", closed.words());
}

async fn ended(site: &Site) -> Vec<i64> {
    sqlx::query_scalar("select ended_at from consultations order by ended_at")
        .fetch_all(site.app.database.readers())
        .await
        .unwrap()
}

/// The machine and its clock run on for so long.
async fn run(site: &Site, clock: &mut ClockCheck, ran: &mut SignedDuration, time: SignedDuration) {
    site.clock.advance(time);
    *ran += time;
    pass(&site.app, clock, *ran).await.unwrap();
}

#[tokio::test]
async fn what_ended_before_a_clock_went_back_is_whole_when_it_is_right_again() {
    for behind in BEHIND {
        let site = Site::open().await;
        use_it(&site).await;
        start(&site).await;
        let (before, moments) = (kept(&site).await, ended(&site).await);
        site.clock.jump(-hours(behind));
        start(&site).await;
        confirm(&site).await;
        start(&site).await;
        assert_eq!(ended(&site).await, moments, "{behind} hours behind: a moment was overwritten");
        site.clock.jump(hours(behind));
        start(&site).await;
        confirm(&site).await;
        let mut clock = start(&site).await;
        assert!(clock.is_believed());
        assert_eq!((kept(&site).await, ended(&site).await), (before, moments), "{behind} hours behind");
        let mut ran = SignedDuration::ZERO;
        run(&site, &mut clock, &mut ran, hours(91 * 24)).await;
        assert_eq!(kept(&site).await[..3], [0, 0, 0], "{behind} hours: and not for longer");
    }
}

#[tokio::test]
async fn what_was_made_while_a_clock_was_behind_is_kept_as_long_as_else_once_it_is_right() {
    for confirmed in [false, true] {
        for behind in BEHIND {
            let site = Site::open().await;
            start(&site).await;
            site.clock.jump(-hours(behind));
            let (mut clock, mut ran) = (start(&site).await, SignedDuration::ZERO);
            if confirmed {
                confirm(&site).await;
            }
            let minutes = SignedDuration::from_mins(4);
            run(&site, &mut clock, &mut ran, minutes).await;
            use_it(&site).await;
            run(&site, &mut clock, &mut ran, minutes).await;
            let before = kept(&site).await;
            site.clock.jump(hours(behind));
            start(&site).await;
            confirm(&site).await;
            let mut clock = start(&site).await;
            let told = format!("{behind} hours behind, confirmed: {confirmed}");
            assert_eq!(kept(&site).await, before, "{told}");
            let mut ran = SignedDuration::ZERO;
            run(&site, &mut clock, &mut ran, hours(23)).await;
            assert_eq!(kept(&site).await, before, "{told}, a day later");
            run(&site, &mut clock, &mut ran, hours(90 * 24)).await;
            assert_eq!(kept(&site).await[..3], [0, 0, 0], "{told}: and not for longer");
        }
    }
}

#[tokio::test]
async fn what_was_stamped_by_a_clock_that_was_ahead_and_believed_is_kept_no_longer_than_else() {
    let site = Site::open().await;
    start(&site).await;
    site.clock.jump(hours(1000 * 24));
    start(&site).await;
    confirm(&site).await;
    start(&site).await;
    use_it(&site).await;
    let mut admin = site.staff_as(Role::Administrator).await;
    admin.post("/staff/people/new", &[("email", "lee@example.org"), ("role", "reception")]).await;
    site.mails().await;
    assert_eq!(site.count("staff_invitations").await, 1);
    site.clock.jump(-hours(1000 * 24));
    start(&site).await;
    confirm(&site).await;
    let mut clock = start(&site).await;
    assert_eq!(site.count("consultations").await, 1);
    let mut ran = SignedDuration::ZERO;
    run(&site, &mut clock, &mut ran, hours(3 * 24)).await;
    assert_eq!(site.count("staff_invitations").await, 0, "a link lasts no longer than else");
    run(&site, &mut clock, &mut ran, hours(5 * 24)).await;
    assert_eq!(kept(&site).await[4..], [0, 0], "nor do addresses");
    run(&site, &mut clock, &mut ran, hours(81 * 24)).await;
    assert_eq!(site.count("consultations").await, 1);
    run(&site, &mut clock, &mut ran, hours(2 * 24)).await;
    assert_eq!(kept(&site).await[..3], [0, 0, 0], "it is not kept for years");
}

/// Attack: a site whose clock was behind ever since it was installed.
#[tokio::test]
async fn what_was_stored_by_a_clock_that_was_behind_from_the_first_day_is_kept_once_it_is_right() {
    for behind in BEHIND {
        let site = Site::open().await;
        let (mut clock, mut ran) = (start(&site).await, SignedDuration::ZERO);
        use_it(&site).await;
        run(&site, &mut clock, &mut ran, hours(3)).await;
        let before = kept(&site).await;
        site.clock.jump(hours(behind));
        start(&site).await;
        confirm(&site).await;
        let mut clock = start(&site).await;
        assert_eq!(kept(&site).await, before, "{behind} hours behind");
        let mut ran = SignedDuration::ZERO;
        run(&site, &mut clock, &mut ran, hours(90 * 24)).await;
        assert_eq!(kept(&site).await[..3], [0, 0, 0], "{behind} hours: and not for longer");
    }
}

/// Attack: a time that nobody believes shows for a moment, and what was stored before is kept for as long as it lay ahead.
#[tokio::test]
async fn a_time_far_ahead_that_shows_for_a_moment_keeps_nothing_for_longer() {
    let site = Site::open().await;
    start(&site).await;
    for (ahead, confirmed) in [(1000, true), (700, false), (20_000, false)] {
        site.clock.jump(hours(ahead * 24));
        start(&site).await;
        if confirmed {
            confirm(&site).await;
            start(&site).await;
        }
        site.clock.jump(-hours(ahead * 24));
        start(&site).await;
        confirm(&site).await;
        start(&site).await;
        if confirmed {
            use_it(&site).await;
        }
    }
    let (mut clock, mut ran) = (start(&site).await, SignedDuration::ZERO);
    run(&site, &mut clock, &mut ran, hours(89 * 24)).await;
    assert_eq!(site.count("consultations").await, 1);
    run(&site, &mut clock, &mut ran, hours(2 * 24)).await;
    assert_eq!(kept(&site).await[..3], [0, 0, 0]);
}

/// Attack: a machine that is off at every weekend, with something stored while its clock was ahead.
#[tokio::test]
async fn weekends_of_a_machine_that_is_off_keep_nothing_for_ever() {
    let site = Site::open().await;
    start(&site).await;
    site.clock.jump(hours(700 * 24));
    start(&site).await;
    confirm(&site).await;
    start(&site).await;
    use_it(&site).await;
    search(&site, "xqzzq", 1).await;
    save_counts(&site.app).await.unwrap();
    assert_eq!(site.count("missed_searches").await, 1);
    site.clock.jump(-hours(700 * 24));
    for _ in 0..19 {
        start(&site).await;
        confirm(&site).await;
        let (mut clock, mut ran) = (start(&site).await, SignedDuration::ZERO);
        run(&site, &mut clock, &mut ran, hours(5 * 24)).await;
        site.clock.jump(hours(60));
    }
    assert_eq!(kept(&site).await[..3], [0, 0, 0]);
    assert_eq!(site.count("missed_searches").await, 0);
}

/// Attack: the machine was off for three days, and its clock was wrong at the first start after that.
#[tokio::test]
async fn that_the_machine_was_off_counts_those_days_and_no_more() {
    for (wrong, looked) in [(-100, true), (-20_000, true), (1_000, true), (1_000, false), (-100, false)] {
        let site = Site::open().await;
        start(&site).await;
        use_it(&site).await;
        start(&site).await;
        site.clock.jump(hours(3 * 24 + wrong * 24));
        start(&site).await;
        site.clock.jump(hours(-wrong * 24));
        if looked {
            start(&site).await;
        }
        confirm_with(&site, true).await;
        let told = format!("{wrong} days wrong, looked at: {looked}");
        let (mut clock, mut ran) = (start(&site).await, SignedDuration::ZERO);
        assert_eq!(site.count("consultations").await, 1, "{told}");
        run(&site, &mut clock, &mut ran, hours(86 * 24)).await;
        assert_eq!(site.count("consultations").await, 1, "{told}: 89 days");
        run(&site, &mut clock, &mut ran, hours(2 * 24)).await;
        assert_eq!(site.count("consultations").await, 0, "{told}: the three days count");
    }
}

/// Attack: after weeks off the first start shows a wrong time, and people use the site before it is put right.
#[tokio::test]
async fn what_was_stored_before_the_time_was_put_right_is_no_older_for_the_days_that_the_machine_was_off() {
    for (off, wrong) in [(10, -100), (95, -5), (95, 20), (95, 3), (95, 1_000), (200, -20_000)] {
        let site = Site::open().await;
        start(&site).await;
        site.clock.jump(hours((off + wrong) * 24));
        start(&site).await;
        use_it(&site).await;
        let before = kept(&site).await;
        site.clock.jump(hours(-wrong * 24));
        confirm_with(&site, true).await;
        let told = format!("{off} days off, {wrong} wrong");
        let (mut clock, mut ran) = (start(&site).await, SignedDuration::ZERO);
        assert_eq!(kept(&site).await, before, "{told}");
        run(&site, &mut clock, &mut ran, hours(89 * 24)).await;
        assert_eq!(site.count("consultations").await, 1, "{told}: 89 days");
        run(&site, &mut clock, &mut ran, hours(2 * 24)).await;
        assert_eq!(site.count("consultations").await, 0, "{told}: 91 days");
    }
}

/// Attack: a hardware clock that is hours ahead at each boot, and is put right soon after it.
#[tokio::test]
async fn a_clock_that_is_hours_ahead_at_each_start_makes_nothing_older() {
    let site = Site::open().await;
    start(&site).await;
    use_it(&site).await;
    let before = kept(&site).await;
    for ahead in [1, 8, 14, 23, 23, 23, 23, 23, 23, 23, 23] {
        site.clock.jump(hours(ahead));
        start(&site).await;
        let mut clock = start(&site).await;
        site.clock.jump(-hours(ahead));
        if ahead == 14 {
            pass(&site.app, &mut clock, SignedDuration::ZERO).await.unwrap();
        }
        start(&site).await;
        assert_eq!(kept(&site).await, before, "{ahead}");
    }
}

/// Attack: such a clock is put right in two steps.
#[tokio::test]
async fn a_clock_that_is_hours_ahead_at_a_start_and_set_back_in_steps_makes_nothing_older() {
    let site = Site::open().await;
    let (mut clock, mut ran) = (start(&site).await, SignedDuration::ZERO);
    use_it(&site).await;
    run(&site, &mut clock, &mut ran, SignedDuration::from_mins(30)).await;
    let before = kept(&site).await;
    for (ahead, first, while_it_runs) in [(23, 10, false), (23, 1, true), (20, 10, true)].repeat(4) {
        site.clock.jump(hours(ahead));
        let mut clock = start(&site).await;
        for back in [first, ahead - first] {
            site.clock.jump(-hours(back));
            if while_it_runs {
                pass(&site.app, &mut clock, SignedDuration::ZERO).await.unwrap();
            } else {
                start(&site).await;
            }
        }
        assert_eq!(kept(&site).await, before, "{ahead} hours, {first} of them first");
    }
}

/// Attack: a clock that gains most of a day at each of many starts, and is put right in the end.
#[tokio::test]
async fn starts_that_are_not_believed_make_nothing_older() {
    let site = Site::open().await;
    let (mut clock, mut ran) = (start(&site).await, SignedDuration::ZERO);
    use_it(&site).await;
    run(&site, &mut clock, &mut ran, SignedDuration::from_mins(30)).await;
    let before = site.count("reports where email is not null").await;
    for _ in 0..30 {
        site.clock.jump(hours(23));
        start(&site).await;
    }
    site.clock.jump(-hours(30 * 23));
    start(&site).await;
    start(&site).await;
    assert_eq!(site.count("reports where email is not null").await, before);
    assert_eq!(site.count("consultations").await, 1);
}
