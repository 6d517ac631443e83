//! A summary that leaves the draft: several pages and one private link by email, and what is shared with the clinic.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::operations::retention_job::forget;
use sqlx::{Column, Row};

use crate::assessment::answer_all;
use crate::consultations::decoded;
use crate::support::{Answer, Site, Visitor, consultation, with};

const REPORT: &str = "/reports/new";
const REQUEST: &str = "/consultations/new";
/// Typed into the assessment and nowhere else.
pub const WORDS: &str = "Playing the xylophone";
/// What only the answers say; the words of the pages do not hold them.
const ANSWERS: &[&str] =
    &[WORDS, "xylophone", "Because you said", "you sleep badly most nights", "Most nights"];

pub fn report() -> Vec<(&'static str, &'static str)> {
    vec![
        ("summary", "yes"),
        ("about", "sleep-and-back-pain"),
        ("about", "fear-avoidance"),
        ("link", "yes"),
        ("name", "Ada Lovelace"),
        ("email", "ada@example.org"),
    ]
}

pub fn link_in(mail: &str) -> String {
    let words = decoded(mail);
    let link = words.split_whitespace().find(|word| word.contains("/summaries/")).unwrap();
    link.trim_start_matches("http://localhost").to_owned()
}

/// A patient with a summary, who was sent its private link.
async fn sent(site: &Site) -> (Visitor<'_>, String) {
    let mut patient = site.visitor();
    answer_all(&mut patient, WORDS).await;
    let confirmed = patient.submit(REPORT, &report()).await;
    assert_eq!(confirmed.status, StatusCode::SEE_OTHER, "{}", confirmed.body);
    let link = link_in(site.mails().await.last().unwrap());
    (patient, link)
}

/// A check page confirmed with all its fields, also those that stand there twice.
async fn ask(patient: &mut Visitor<'_>, form: &[(&str, &str)]) -> Answer {
    patient.submit(REQUEST, form).await
}

#[tokio::test]
async fn the_mail_holds_each_page_whole_and_one_link_and_never_an_answer() {
    let site = Site::open().await;
    let (mut patient, link) = sent(&site).await;
    let mails = site.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(
        !mails[0].contains("Lovelace"),
        "whoever reads a mistyped address does not learn whose summary it is"
    );
    let parsed = mailparse::parse_mail(mails[0].as_bytes()).unwrap();
    for part in &parsed.subparts {
        let words = crate::support::one_line(&part.get_body().unwrap()).to_lowercase();
        for said in [
            "sleep and back pain",
            "fear-avoidance and back pain",
            "call 999",
            "when to get help",
            "stop all emails",
        ] {
            assert!(words.contains(said), "{said} is missing in {}", part.ctype.mimetype);
        }
        assert_eq!(words.matches("key points").count(), 2, "{}", part.ctype.mimetype);
    }
    for answer in ANSWERS {
        assert!(!decoded(&mails[0]).contains(answer) && !mails[0].contains(answer), "{answer}");
        assert!(!link.contains(answer));
    }
    assert!(mails[0].contains("Subject: The pages you asked for from My Back Pain"));
    let html = parsed.subparts[1].get_body().unwrap();
    let ids: Vec<&str> = html.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let once: std::collections::HashSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), once.len(), "no id is there twice: {ids:?}");
    for target in html.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(ids.contains(&target), "{target}");
    }
    assert!(patient.get(&link).await.words().contains(WORDS));
}

#[tokio::test]
async fn the_private_page_is_read_by_its_link_alone_and_kept_by_nobody() {
    let site = Site::open().await;
    let (_, link) = sent(&site).await;
    let token = link.rsplit('/').next().unwrap();
    assert!(token.len() >= 32, "128 bits or more: {token}");
    let mut reader = site.visitor();
    let page = reader.get(&link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!((page.header("cache-control"), page.header("x-robots-tag")), ("no-store", "noindex"));
    assert!(page.words().contains("We will erase it on 3 June 2026"));
    assert!(page.first(".told").contains("I wake in the night"));
    let stored: Vec<String> = sqlx::query_scalar("select token_hash from summaries")
        .fetch_all(site.app.database.readers())
        .await
        .unwrap();
    assert_eq!(stored, [mybackpain::storage::encryption::token_hash(token)], "stored as a hash alone");
}

#[tokio::test]
async fn unknown_expired_and_erased_links_are_answered_alike() {
    let site = Site::open().await;
    let (mut patient, erased) = sent(&site).await;
    patient.submit(REPORT, &with(report(), "email", &["grace@example.org"])).await;
    let expired = link_in(site.mails().await.iter().find(|mail| mail.contains("grace@example.org")).unwrap());
    assert_ne!(erased, expired, "each report has a link of its own");

    let question = patient.get(&format!("{erased}/withdrawal")).await;
    assert!(question.first("h1").ends_with('?'));
    assert_eq!(site.count("summaries").await, 2, "the question alone changes nothing");
    let gone = patient.post(&format!("{erased}/withdrawal"), &[]).await;
    assert_eq!((gone.status, gone.first("h1").as_str()), (StatusCode::OK, "This summary has been erased"));
    assert_eq!(site.count("summaries").await, 1);

    site.clock.advance(SignedDuration::from_hours(13 * 24));
    assert_eq!(patient.get(&expired).await.status, StatusCode::OK);
    site.clock.advance(SignedDuration::from_hours(24));
    let unknown = format!("/summaries/{}", "0".repeat(40));
    let mut answers = Vec::new();
    for link in [&unknown, &expired, &erased] {
        answers.push(patient.get(link).await);
        answers.push(patient.get(&format!("{link}/withdrawal")).await);
        answers.push(patient.post(&format!("{link}/withdrawal"), &[]).await);
    }
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (StatusCode::NOT_FOUND, &answers[0].body));
    }
    forget(&site.app).await.unwrap();
    assert_eq!(site.count("summaries").await, 0);
}

#[tokio::test]
async fn nothing_that_is_stored_leads_from_the_address_to_the_summary() {
    let site = Site::open().await;
    sent(&site).await;
    let row = sqlx::query("select * from summaries").fetch_one(site.app.database.readers()).await.unwrap();
    let columns: Vec<&str> = row.columns().iter().map(|column| column.name()).collect();
    assert_eq!(columns, ["token_hash", "expires_at", "summary"]);
    let expires_at: i64 = sqlx::query_scalar("select expires_at from summaries")
        .fetch_one(site.app.database.readers())
        .await
        .unwrap();
    assert_eq!(expires_at % (24 * 60 * 60), 0, "no moment that a report has too");
}

#[tokio::test]
async fn a_report_from_a_summary_offers_its_pages_and_says_what_is_missing() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, WORDS).await;
    let form = patient.get("/reports/new?summary=yes").await;
    let offered = form.attribute("input[name=about]", "value");
    assert_eq!(offered.len(), patient.get("/assessment/summary").await.all(".reasons li").len());
    assert!(form.attribute("input[checked]", "value").is_empty());
    let empty = with(with(report(), "about", &[]), "link", &[]);
    let again = patient.post(REPORT, &empty).await;
    assert_eq!(again.all(".problems a"), ["Select a page, or the private link"]);
    assert_eq!(again.attribute("#about", "type"), ["checkbox"]);
    let six: Vec<&str> = offered.iter().take(6).map(String::as_str).collect();
    let too_many = patient.post(REPORT, &with(report(), "about", &six)).await;
    assert_eq!(too_many.all(".problems a"), ["Select up to 5 pages"]);
    assert_eq!(too_many.attribute("input[name=about][checked]", "value"), six, "all ticks are kept");
    let check = patient.post(REPORT, &report()).await;
    assert!(check.first(".answers").contains("A private link to your summary"));
    assert!(!check.body.contains(WORDS));
}

#[tokio::test]
async fn the_link_alone_can_be_sent_and_pages_without_the_link() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, WORDS).await;
    let link_alone = patient.submit(REPORT, &with(report(), "about", &[])).await;
    assert!(patient.get(link_alone.location()).await.words().contains("What happens next"));
    let without = with(with(report(), "link", &[]), "email", &["grace@example.org"]);
    patient.submit(REPORT, &without).await;
    let mails = site.mails().await;
    assert!(mails[0].contains("Subject: The private link you asked for"));
    assert!(decoded(&mails[0]).contains("Call 999") || decoded(&mails[0]).contains("CALL 999"));
    assert!(!decoded(&mails[1]).contains("/summaries/"));
    assert_eq!(site.count("summaries").await, 1);
}

#[tokio::test]
async fn a_link_to_answers_that_are_gone_is_not_promised() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, WORDS).await;
    let check = patient.post(REPORT, &report()).await;
    site.clock.advance(SignedDuration::from_hours(24));
    let late = patient.confirm(REPORT, &check).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.first(".problems a").contains("your answers have been erased"));
    assert_eq!(late.attribute("#link", "name"), ["link"]);
    assert_eq!(late.attribute("#email", "value"), ["ada@example.org"], "the rest is kept");
    assert_eq!(
        late.attribute("input[name=about][checked]", "value"),
        ["sleep-and-back-pain", "fear-avoidance"]
    );
    assert_eq!((site.count("reports").await, site.count("summaries").await), (0, 0));
    let someone_else = site.visitor().post(REPORT, &report()).await;
    assert_eq!(someone_else.status, StatusCode::UNPROCESSABLE_ENTITY, "without a draft there is no link");
}

#[tokio::test]
async fn the_clinic_sees_a_summary_only_when_the_box_is_ticked() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, WORDS).await;
    let form = patient.get("/consultations/new?summary=yes").await;
    assert_eq!(form.attribute("#share", "type"), ["checkbox"]);
    assert!(form.attribute("#share[checked]", "id").is_empty(), "nobody ticked it for them");
    assert!(patient.get(REQUEST).await.attribute("#share", "id").is_empty(), "only from a summary");
    let mut unticked = consultation();
    unticked.push(("summary", "yes"));
    ask(&mut patient, &unticked).await;
    assert_eq!(site.count("shared_summaries").await, 0);

    let mut ticked = with(unticked, "name", &["Grace Hopper"]);
    ticked.push(("share", "yes"));
    let check = patient.post(REQUEST, &ticked).await;
    assert!(check.first(".answers").contains("Shared with the clinic"));
    let sent = ask(&mut patient, &ticked).await;
    let reference = patient.get(sent.location()).await.first(".ref");
    let mut staff = site.staff().await;
    let desk = staff.get(&format!("/staff/consultations/{reference}")).await;
    let shared = desk.all("section[aria-labelledby=shared]").join(" ");
    assert!(
        shared.contains(WORDS) && shared.contains("I wake in the night") && shared.contains("20 May 2026")
    );
    let mails = site.mails().await;
    assert!(mails.iter().all(|mail| ANSWERS.iter().all(|answer| !decoded(mail).contains(answer))));
}

#[tokio::test]
async fn a_shared_summary_goes_with_its_request() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, WORDS).await;
    let mut form = consultation();
    form.extend([("summary", "yes"), ("share", "yes")]);
    ask(&mut patient, &form).await;
    assert_eq!(site.count("shared_summaries").await, 1);
    let mails = site.mails().await;
    let words = decoded(mails.iter().find(|mail| mail.contains("ada@example.org")).unwrap());
    let private = words.split_whitespace().find(|word| word.contains("/consultations/")).unwrap();
    let private = private.trim_start_matches("http://localhost");
    assert!(!patient.get(private).await.body.contains(WORDS), "a shared phone must not show it");
    patient.prove(private, "0123").await;
    assert!(!patient.get(private).await.body.contains(WORDS), "nor to who answered the question");
    patient.post(&format!("{private}/withdrawal"), &[]).await;
    assert_eq!(site.count("shared_summaries").await, 0);
}

#[tokio::test]
async fn the_same_request_again_with_the_summary_adds_the_summary() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, WORDS).await;
    ask(&mut patient, &consultation()).await;
    let mut form = consultation();
    form.extend([("summary", "yes"), ("share", "yes")]);
    ask(&mut patient, &form).await;
    assert_eq!((site.count("consultations").await, site.count("shared_summaries").await), (1, 1));
}

#[tokio::test]
async fn safety_words_in_a_shared_summary_bring_up_the_signs_and_mark_the_request() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, "My legs feel numb").await;
    let mut form = with(consultation(), "concern", &["Not much"]);
    form.extend([("summary", "yes"), ("share", "yes")]);
    let check = patient.post(REQUEST, &form).await;
    assert_eq!(check.all("main mark"), ["legs feel numb"]);
    assert!(check.words().contains("you have chest pain"));
    let sent = ask(&mut patient, &form).await;
    let reference = patient.get(sent.location()).await.first(".ref");
    let desk = site.staff().await.get(&format!("/staff/consultations/{reference}")).await;
    assert!(desk.first(".tag-safety").contains("Emergency words"));
    assert_eq!(desk.all("section[aria-labelledby=shared] mark"), ["legs feel numb"]);
}

#[tokio::test]
async fn a_summary_that_is_gone_is_not_shared_by_half() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, WORDS).await;
    let mut form = consultation();
    form.extend([("summary", "yes"), ("share", "yes")]);
    let check = patient.post(REQUEST, &form).await;
    patient.post("/assessment/erasure", &[]).await;
    let late = patient.confirm(REQUEST, &check).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        late.all(".problems a"),
        ["Untick the summary: your answers have been erased, so there is nothing to share"]
    );
    assert_eq!(late.attribute("#share", "name"), ["share"]);
    assert_eq!(late.attribute("#name", "value"), ["Ada Lovelace"]);
    assert_eq!(site.count("consultations").await, 0);
}

#[tokio::test]
async fn without_a_summary_none_is_offered() {
    let site = Site::open().await;
    let mut nobody = site.visitor();
    assert_eq!(nobody.get("/reports/new?summary=yes").await.location(), "/assessment/summary");
    let form = nobody.get("/consultations/new?summary=yes").await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.attribute("#share", "id").is_empty());
}
