//! Insights: what is counted and what is not, what is shown and when, and the weekly mail.

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::clock_check::ClockCheck;
use mybackpain::operations::minute_job::{minute, save_counts};
use mybackpain::operations::retention_job::forget;

use crate::private_page::text_of;
use crate::support::{Answer, Site, consultation};

const PHONE: &str =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1";
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Asks as a browser does, from a network; `also` is one more header.
async fn ask(site: &Site, path: &str, network: [u8; 4], also: (&str, &str)) -> Answer {
    let request = Request::get(path).header(header::USER_AGENT, PHONE).header(also.0, also.1);
    let from = ConnectInfo(std::net::SocketAddr::from((network, 50_000)));
    site.send(request.extension(from).body(Body::empty()).unwrap()).await
}

async fn read(site: &Site, path: &str) -> Answer {
    ask(site, path, [192, 0, 2, 7], ("accept-language", "en")).await
}

/// A search that somebody on this network types.
pub async fn search(site: &Site, words: &str, network: u8) {
    let path = format!("/search?q={}", words.replace(' ', "+"));
    ask(site, &path, [198, 51, 100, network], ("accept-language", "en")).await;
}

/// The page after the minute's job, as reception sees it.
async fn insights(site: &Site) -> Answer {
    save_counts(&site.app).await.unwrap();
    site.staff_as(Role::Reception).await.get("/staff/insights").await
}

/// The cells of the row that begins with a word.
fn row(page: &Answer, begins: &str) -> String {
    page.all("main table tr").into_iter().find(|row| row.starts_with(begins)).unwrap_or_default()
}

#[tokio::test]
async fn a_page_that_a_person_opens_is_counted_and_a_program_or_who_asks_not_to_be_is_not() {
    let site = Site::open().await;
    let sheet = "/fact-sheets/sciatica";
    read(&site, sheet).await;
    read(&site, sheet).await;
    for also in [("sec-gpc", "1"), ("dnt", "1"), ("sec-purpose", "prefetch")] {
        ask(&site, sheet, [192, 0, 2, 7], also).await;
    }
    let bot = Request::get(sheet).header(header::USER_AGENT, "Googlebot/2.1").body(Body::empty()).unwrap();
    site.send(bot).await;
    site.visitor().get(sheet).await;
    read(&site, "/fact-sheets/none-of-ours").await;
    let page = insights(&site).await;
    assert!(page.words().contains("was opened most in the last 4 weeks: 2 times"), "{}", page.words());
    assert_eq!(row(&page, "Sciatica"), "Sciatica 2 0 0");
    assert_eq!(site.count("daily_counts where what = 'read'").await, 1);
}

#[tokio::test]
async fn a_promise_is_kept_when_the_patient_heard_in_time_and_missed_when_not() {
    let site = Site::open().await;
    let in_time = site.request(&consultation()).await;
    let mut others = consultation();
    others.retain(|(field, _)| *field != "phone");
    others.push(("phone", "020 7946 0555"));
    site.request(&others).await;
    site.clock.advance(SignedDuration::from_hours(2));
    site.staff().await.act(&in_time, "contact", &[]).await;
    let before = insights(&site).await;
    assert!(before.words().contains("We kept 1 of 1 promises"), "{}", before.words());
    assert!(before.words().contains("half heard from us within 2 hours"), "{}", before.words());
    // The other one comes due on the next working day, and nobody has been in touch.
    site.clock.advance(DAY * 3);
    let after = insights(&site).await;
    assert!(after.words().contains("We kept 1 of 2 promises"), "{}", after.words());
    assert!(
        after.words().contains("Promises for a Thursday were missed most often: 1 of 2."),
        "{}",
        after.words()
    );
    assert_eq!(row(&after, "Thursday"), "Thursday 1 1");
    assert_eq!(row(&after, "18 May"), "18 May 2 1 1");
    // Contacting it late does not mend the promise, and closing it later does not change when they first heard.
    let mut staff = site.staff().await;
    staff.act(&in_time, "closure", &[("reason", "dealt-with")]).await;
    assert_eq!(row(&insights(&site).await, "18 May"), "18 May 2 1 1");
}

#[tokio::test]
async fn words_nobody_finds_are_shown_only_when_three_days_and_five_networks_typed_them() {
    let site = Site::open().await;
    let days: [&[u8]; 3] = [&[1, 2], &[3, 4, 4], &[5]];
    for (day, networks) in days.iter().enumerate() {
        for network in *networks {
            search(&site, "Qigongwx", *network).await;
            search(&site, "zebrafishes", 9).await;
        }
        let shown = insights(&site).await;
        assert_eq!(shown.words().contains("qigongwx"), day == 2, "on day {day}");
        // A restart in the middle of a day does not make one network two.
        save_counts(&site.app).await.unwrap();
        site.clock.advance(DAY);
    }
    let shown = insights(&site).await;
    assert_eq!(row(&shown, "qigongwx"), "qigongwx 3 5");
    assert!(shown.first("pre").contains("\"qigongwx\""), "{}", shown.first("pre"));
    assert!(!shown.words().contains("zebrafishes"), "one network, however often");
    site.clock.advance(DAY * 8);
    assert!(!insights(&site).await.words().contains("qigongwx"));
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("missed_searches").await, 0);
}

#[tokio::test]
async fn a_search_that_tells_of_danger_or_may_hold_an_address_or_a_number_is_not_remembered() {
    let site = Site::open().await;
    for words in ["i want to die qqxz", "xqzz@qxzzq.example", "xqzzq 07700900123", &"xqz ".repeat(30)] {
        search(&site, words, 1).await;
    }
    save_counts(&site.app).await.unwrap();
    assert_eq!(site.count("missed_searches").await, 0);
    assert_eq!(site.count("daily_counts where what = 'search'").await, 1, "that someone searched is counted");
    search(&site, "xqzzq", 1).await;
    save_counts(&site.app).await.unwrap();
    assert_eq!(site.count("missed_searches").await, 1);
}

#[tokio::test]
async fn fields_that_are_sent_back_are_counted_without_what_was_typed() {
    let site = Site::open().await;
    let post = Request::post("/consultations/new")
        .header(header::USER_AGENT, PHONE)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from("name=Ada+Lovelace&method=phone&phone=secret"));
    let answer = site.send(post.unwrap()).await;
    assert_eq!(answer.status, 422);
    let page = insights(&site).await;
    assert_eq!(row(&page, "consultation: phone"), "consultation: phone 1");
    assert!(!page.body.contains("secret") && !page.body.contains("Ada Lovelace"));
}

#[tokio::test]
async fn every_chart_has_a_sentence_and_a_table_and_an_empty_site_says_so() {
    let site = Site::open().await;
    let empty = insights(&site).await;
    assert_eq!(empty.status, 200);
    assert!(empty.words().contains("No promise has come due in the last 12 weeks."));
    read(&site, "/").await;
    site.request(&consultation()).await;
    site.clock.advance(DAY * 4);
    let page = insights(&site).await;
    assert_eq!(page.all("svg[role=img]").len(), 6);
    for label in page.attribute("svg[role=img]", "aria-label") {
        assert!(page.all(".insight .lede").contains(&label), "{label}");
    }
    let (charts, tables) =
        (page.all(".insight:has(svg) figure").len(), page.all(".insight:has(svg) table").len());
    assert_eq!((charts, tables), (6, 6));
}

#[tokio::test]
async fn the_weeks_can_be_taken_away_as_a_file() {
    let site = Site::open().await;
    site.request(&consultation()).await;
    let file = site.staff_as(Role::Clinician).await.get("/staff/insights.csv").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8; header=present");
    let lines: Vec<&str> = file.body.lines().collect();
    assert_eq!(lines.len(), 13, "{}", file.body);
    assert!(lines[12].starts_with("\"2026-05-18\",\"1\",\"0\",\"0\""), "{}", lines[12]);
}

#[tokio::test]
async fn whom_the_clinic_names_gets_one_mail_on_monday_morning_with_counts_alone() {
    let named = |toml: String| toml.replace("insights_to = []", "insights_to = [\"lead@example.org\"]");
    // Sunday evening in London.
    let site = Site::of_clinic(named, "2026-05-24T20:00:00Z").await;
    let mut clock = ClockCheck::default();
    let mut pass = async || {
        minute(&site.app, &site.library, &mut clock).await.unwrap();
        site.mails().await.into_iter().filter(|mail| mail.contains("How the week of")).collect::<Vec<_>>()
    };
    site.request(&consultation()).await;
    assert!(pass().await.is_empty(), "on Sunday");
    site.clock.advance(SignedDuration::from_hours(11));
    let [mail] = &pass().await[..] else { panic!("one mail on Monday") };
    assert!(mail.contains("lead@example.org"));
    let text = text_of(mail);
    assert!(text.contains("How the week of 18 May 2026 went"), "{text}");
    assert!(text.contains("In 12 weeks people sent 1 request and asked for 0 reports by email"), "{text}");
    assert!(!text.contains("Lovelace") && !text.contains("BP-"), "{text}");
    site.clock.advance(SignedDuration::from_hours(3));
    assert_eq!(pass().await.len(), 1, "once");
}
