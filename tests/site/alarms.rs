//! Alarms: each fault is named on every page of the desk in one sentence, and on the health address.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum_client_ip::ClientIpSource;
use jiff::SignedDuration;
use mybackpain::cli::start::proxy_alarm;
use mybackpain::operations::alarms::health;
use mybackpain::storage::encryption::Cipher;
use mybackpain::web::security::Limits;
use tower::ServiceExt;

use crate::support::{Site, consultation, report, with};

async fn banner(site: &Site) -> Vec<String> {
    site.staff().await.get("/staff").await.all(".alarms li")
}

async fn write(site: &Site, sql: &'static str) {
    let write = site
        .app
        .database
        .write(move |c| Box::pin(async move { sqlx::query(sql).execute(c).await.map(|_| ()) }));
    write.await.unwrap();
}

pub async fn ask(site: &Site, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = health::routes(site.app.clone()).oneshot(request).await.unwrap();
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn when_nothing_is_wrong_the_desk_has_no_banner() {
    let site = Site::open().await;
    site.visitor().submit("/consultations/new", &consultation()).await;
    site.mails().await;
    assert_eq!(banner(&site).await, [""; 0]);
}

#[tokio::test]
async fn mail_that_does_not_leave_is_said_after_15_minutes_on_every_page() {
    let site = Site::open().await;
    site.visitor().submit("/consultations/new", &consultation()).await;
    site.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(banner(&site).await, [""; 0], "not yet");
    site.clock.advance(SignedDuration::from_mins(2));
    let mut staff = site.staff().await;
    for path in ["/staff", "/staff/mail", "/staff/pages", "/staff/account"] {
        let said = staff.get(path).await.all(".alarms li");
        assert!(said[0].starts_with("Mail has waited for 17 minutes"), "{path}: {said:?}");
    }
    assert!(site.visitor().get("/").await.all(".alarms").is_empty(), "and to nobody else");
    site.mails().await;
    assert_eq!(banner(&site).await, [""; 0]);
}

#[tokio::test]
async fn an_outage_that_puts_one_mail_off_every_minute_is_said_too() {
    let site = Site::open().await;
    site.visitor().submit("/consultations/new", &with(consultation(), "email", &[""])).await;
    site.clock.advance(SignedDuration::from_mins(20));
    let in_the_way = site.folder.path().join("mail");
    std::fs::write(&in_the_way, "a file where the folder of mail should be").unwrap();
    site.worker().step().await.unwrap();
    assert_eq!(site.count("outbox where state = 'retry' and attempts = 0").await, 1);
    assert!(banner(&site).await[0].starts_with("Mail has waited for 20 minutes"));
}

#[tokio::test]
async fn undelivered_mail_is_said_with_the_way_to_it() {
    let site = Site::open().await;
    site.visitor().submit("/consultations/new", &consultation()).await;
    site.mails().await;
    write(&site, "update outbox set state = 'failed'").await;
    let page = site.staff().await.get("/staff").await;
    assert!(page.first(".alarms li").starts_with("2 mails were not delivered"));
    assert_eq!(page.attribute(".alarms a", "href"), ["/staff/mail"]);
    write(&site, "update outbox set settled_at = 1, settled_by = 1").await;
    assert_eq!(banner(&site).await, [""; 0]);
}

#[tokio::test]
async fn mails_that_are_held_back_are_said_for_an_hour() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    site.visitor().submit("/reports/new", &report()).await;
    site.mails().await;
    write(&site, "update requested_mails set release_at = requested_at + 3600").await;
    assert!(banner(&site).await[0].starts_with("1 mail waits for an hour"));
    site.clock.advance(SignedDuration::from_mins(61));
    assert_eq!(banner(&site).await, [""; 0]);
}

#[tokio::test]
async fn a_backup_older_than_26_hours_or_none_at_all_is_said() {
    let site = Site::open().await;
    let behind = site.now().duration_until(jiff::Timestamp::now());
    site.clock.advance(behind + SignedDuration::from_hours(27));
    assert!(banner(&site).await[0].starts_with("There is no backup"));
    let folder = site.folder.path();
    mybackpain::storage::backup::make(&site.place(), &folder.join("copies"), site.now(), &Default::default())
        .await
        .unwrap();
    assert_eq!(banner(&site).await, [""; 0]);
    site.clock.advance(SignedDuration::from_hours(26));
    assert_eq!(banner(&site).await, [""; 0]);
    site.clock.advance(SignedDuration::from_secs(1));
    assert!(banner(&site).await[0].starts_with("The last good backup is from"));
}

#[tokio::test]
async fn a_key_file_that_is_gone_is_said_while_the_program_still_has_the_key() {
    let site = Site::open().await;
    std::fs::remove_file(site.folder.path().join("sealing.key")).unwrap();
    assert!(banner(&site).await[0].starts_with("The key file is gone"));
}

#[tokio::test]
async fn a_key_file_that_is_emptied_cut_or_another_is_said_and_one_put_back_is_well() {
    let site = Site::open().await;
    let file = site.folder.path().join("sealing.key");
    let right = std::fs::read_to_string(&file).unwrap();
    let another = Cipher::open(&site.folder.path().join("another.key"), true).map(drop);
    another.unwrap();
    let another = std::fs::read_to_string(site.folder.path().join("another.key")).unwrap();
    for wrong in ["", &right[1..], &another, &format!("{another}{right}"), &format!("{right}{another}")] {
        std::fs::write(&file, wrong).unwrap();
        assert!(banner(&site).await[0].starts_with("The key file is not the one"), "{wrong:?}");
    }
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert!(banner(&site).await[0].starts_with("The key file is not the one"));
    std::fs::remove_dir(&file).unwrap();
    std::fs::write(&file, right.trim_end()).unwrap();
    assert_eq!(banner(&site).await, [""; 0]);
}

#[tokio::test]
async fn a_backup_from_a_time_that_is_still_to_come_silences_nothing() {
    let site = Site::open().await;
    let later = (site.now() + SignedDuration::from_hours(24 * 1000)).as_second();
    std::fs::write(site.folder.path().join("last-backup"), format!("{later}\n")).unwrap();
    assert!(banner(&site).await[0].contains("which is still to come"));
    let (_, metrics) = ask(&site, "/metrics").await;
    assert!(metrics.contains("alarm{name=\"backup-late\"} 1"), "{metrics}");
    assert!(!metrics.contains("backup_age_seconds"), "{metrics}");
}

#[tokio::test]
async fn a_full_disk_is_said_forms_keep_their_words_and_room_made_is_room_taken() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let check = patient.post("/consultations/new", &consultation()).await;
    site.clock.advance(crate::support::READING);
    let condition = site.app.database.condition();
    let least = condition.least_free();
    condition.keep_free(u64::MAX);
    let refused = patient.confirm("/consultations/new", &check).await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.first(".problems").contains("020 7946 0123"));
    assert!(refused.first(".answers").contains("Lower back ache for 3 months"));
    assert!(banner(&site).await[0].starts_with("The disk is full"), "staff can still sign in");
    let (status, words) = ask(&site, "/health/ready").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(words.starts_with("not ready: forms are refused"), "{words}");
    condition.keep_free(condition.free().unwrap() / 2);
    assert!(banner(&site).await[0].starts_with("The disk is nearly full"));
    condition.keep_free(least);
    assert_eq!(patient.confirm("/consultations/new", &check).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.count("consultations").await, 1);
}

#[tokio::test]
async fn bank_holidays_that_run_out_are_said() {
    let site = Site::open().await;
    let until: jiff::Timestamp = "2028-11-02T12:00:00Z".parse().unwrap();
    site.clock.advance(until.duration_since(site.now()));
    assert!(
        banner(&site)
            .await
            .iter()
            .any(|said| said.starts_with("The list of bank holidays runs out in 59 days"))
    );
}

#[tokio::test]
async fn the_health_address_says_live_ready_and_numbers_and_no_name() {
    let site = Site::open().await;
    let form = with(consultation(), "name", &["Zebedee"]);
    site.visitor().submit("/consultations/new", &with(form, "email", &["quagga@example.org"])).await;
    site.clock.advance(SignedDuration::from_mins(20));
    assert_eq!(ask(&site, "/health/live").await, (StatusCode::OK, "live\n".into()));
    assert_eq!(ask(&site, "/health/ready").await, (StatusCode::OK, "ready\n".into()));
    let (_, metrics) = ask(&site, "/metrics").await;
    for line in [
        "mybackpain_mail_unsent{state=\"waiting\"} 2",
        "mybackpain_requests_open 1",
        "mybackpain_alarm{name=\"mail-stuck\"} 1",
        "mybackpain_answers_total{route=\"/consultations/new\",method=\"POST\",status=\"303\"} 1",
        "mybackpain_mails{state=\"queued\"} 2",
        "mybackpain_content_age_seconds 1203",
        "# TYPE mybackpain_disk_free_bytes gauge",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} in {metrics}");
    }
    let name = |line: &str| line.split([' ', '{']).next().unwrap_or_default().to_owned();
    assert!(
        metrics
            .lines()
            .filter(|line| !line.starts_with('#'))
            .all(|line| name(line).starts_with("mybackpain_"))
    );
    assert!(!metrics.contains("Zebedee") && !metrics.contains("quagga") && !metrics.contains("BP-"));
    assert_eq!(site.visitor().get("/metrics").await.status, StatusCode::NOT_FOUND, "not for the public");
    assert_eq!(site.visitor().get("/health/ready").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn nothing_is_written_to_a_damaged_database() {
    let site = Site::open().await;
    site.app.database.condition().set_damaged();
    let sent = site.visitor().submit("/consultations/new", &consultation()).await;
    assert_eq!(sent.status, StatusCode::SERVICE_UNAVAILABLE);
    let (status, words) = ask(&site, "/health/ready").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(words.contains("the database is damaged"), "{words}");
    assert_eq!(site.visitor().get("/emergency").await.status, StatusCode::OK);
    assert_eq!(site.count("consultations").await, 0);
}

#[tokio::test]
async fn who_has_not_signed_in_costs_no_look_for_alarms() {
    let site = Site::open().await;
    site.app.database.condition().keep_free(u64::MAX);
    let mut stranger = site.visitor();
    stranger.set_cookie("staff=0123456789");
    for path in ["/staff", "/staff/sign-in", "/staff/mail"] {
        stranger.get(path).await;
    }
    assert!(site.app.site.metrics.alarms().is_empty(), "nobody looked");
    assert!(banner(&site).await[0].starts_with("The disk is full"));
}

#[tokio::test]
async fn a_site_that_takes_its_proxy_for_its_visitors_is_told_so_on_the_desk() {
    let site = Site::with(Limits::none(), "https://clinic.example").await;
    assert!(banner(&site).await.iter().all(|sentence| !sentence.contains("--client-ip")));
    assert!(proxy_alarm(&site.app.site, &ClientIpSource::RightmostXForwardedFor).is_none());
    let alarm = proxy_alarm(&site.app.site, &ClientIpSource::ConnectInfo).expect("is warned");
    site.app.site.metrics.raise(alarm);
    let said = banner(&site).await;
    assert!(said.iter().any(|sentence| sentence.contains("--client-ip")), "{said:?}");
}

/// The lines of the metrics that begin so.
async fn numbers(site: &Site, start: &str) -> Vec<String> {
    let (_, metrics) = ask(site, "/metrics").await;
    metrics.lines().filter(|line| line.starts_with(start)).map(str::to_owned).collect()
}

#[tokio::test]
async fn answers_are_counted_by_the_pattern_of_their_route_and_never_by_an_address() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let mut staff = site.staff().await;
    staff.get(&crate::support::desk::page(&reference)).await;
    let mut visitor = site.visitor();
    for path in ["/", "/fact-sheets/sleep-and-back-pain", "/no-such-page-1", "/no-such-page-2?x=quagga"] {
        visitor.get(path).await;
    }
    let token = "0".repeat(40);
    visitor.post(&format!("/consultations/{token}"), &[]).await;
    let counted = numbers(&site, "mybackpain_answers_total").await;
    for line in [
        "mybackpain_answers_total{route=\"/staff/consultations/{reference}\",method=\"GET\",status=\"200\"} 1",
        "mybackpain_answers_total{route=\"/{page}\",method=\"GET\",status=\"200\"} 2",
        "mybackpain_answers_total{route=\"none\",method=\"GET\",status=\"404\"} 2",
        "mybackpain_answers_total{route=\"/consultations/{token}\",method=\"POST\",status=\"404\"} 1",
    ] {
        assert!(counted.iter().any(|found| found == line), "{line} in {counted:#?}");
    }
    let (_, metrics) = ask(&site, "/metrics").await;
    for never in [reference.as_str(), &token, "no-such", "quagga", "sleep-and-back-pain"] {
        assert!(!metrics.contains(never), "{never}");
    }
    let bucket = "mybackpain_answer_seconds_bucket{part=\"pages\",le=\"+Inf\"}";
    assert_eq!(numbers(&site, bucket).await, [format!("{bucket} 2")]);
}

#[tokio::test]
async fn every_number_says_what_it_is_and_each_line_is_there_once() {
    let site = Site::open().await;
    site.one_request().await;
    let (_, metrics) = ask(&site, "/metrics").await;
    let mut seen = std::collections::HashSet::new();
    let mut kind = String::new();
    for line in metrics.lines() {
        if let Some(words) = line.strip_prefix("# TYPE ") {
            kind = words.split(' ').next().unwrap().to_owned();
            assert!(metrics.contains(&format!("# HELP {kind} ")), "{kind}");
            assert!(seen.insert(format!("# {kind}")), "{kind} stands in two places");
        } else if !line.starts_with('#') {
            let (series, value) = line.rsplit_once(' ').unwrap();
            assert!(series.starts_with(&kind) && value.parse::<f64>().is_ok(), "{line}");
            assert!(seen.insert(series.to_owned()), "{line}");
        }
    }
}

#[tokio::test]
async fn promises_kept_and_broken_are_counted_for_a_month() {
    let site = Site::open().await;
    let kept = site.one_request().await;
    site.request(&with(consultation(), "concern", &["late"])).await;
    site.request(&with(consultation(), "concern", &["waits"])).await;
    site.staff().await.act(&kept, "calls", &[("outcome", "left-message")]).await;
    site.change(
        "update consultations set contacted_at = due_at + 1 where contacted_at is null and rowid = 2",
    )
    .await
    .unwrap();
    let promises = async || numbers(&site, "mybackpain_promises").await;
    let said = |yes: u8, no: u8| {
        [("yes", yes), ("no", no)].map(|(kept, of)| format!("mybackpain_promises{{kept=\"{kept}\"}} {of}"))
    };
    assert_eq!(promises().await, said(1, 1));
    site.clock.advance(SignedDuration::from_hours(5 * 24));
    assert_eq!(promises().await, said(1, 2), "who was not rung in time");
    site.clock.advance(SignedDuration::from_hours(31 * 24));
    assert_eq!(promises().await, said(0, 0));
}

#[tokio::test]
async fn a_site_whose_mail_stands_still_is_not_ready() {
    let site = Site::open().await;
    let metrics = &site.app.site.metrics;
    let ago = |minutes: u64| {
        std::time::Instant::now().checked_sub(std::time::Duration::from_secs(minutes * 60)).unwrap()
    };
    metrics.round_begins("mail-worker", ago(4));
    assert_eq!(ask(&site, "/health/ready").await.0, StatusCode::OK);
    metrics.round_begins("mail-worker", ago(6));
    let (status, words) = ask(&site, "/health/ready").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(words.contains("mail stands still"), "{words}");
    let age = numbers(&site, "mybackpain_round_age_seconds{name=\"mail-worker\"}").await;
    assert_eq!(age, ["mybackpain_round_age_seconds{name=\"mail-worker\"} 360"]);
}
