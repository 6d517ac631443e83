//! Mail that anyone may have sent to an address: how much of it, what it repeats, and how its owner stops it.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::web::security::Limits;

use crate::assessment::answer_all;
use crate::consultations::{decoded, link_in};
use crate::summaries;
use crate::support::desk::page;
use crate::support::{Answer, READING, Site, consultation, report, with};

const NEW: &str = "/consultations/new";
const REPORT: &str = "/reports/new";
const HOSTILE: &str = "URGENT your bank http://evil.example/pay now call 0900 1234";

/// A site with the limits of earnest.
pub async fn limited() -> Site {
    Site::with(Limits::default(), "http://localhost").await
}

/// Asks from a network of its own. Gives the confirmation page.
async fn ask(site: &Site, network: u8, path: &str, form: &[(&str, &str)]) -> Answer {
    let mut somebody = site.visitor_from([198, 51, 100, network]);
    let sent = somebody.submit(path, form).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    somebody.get(sent.location()).await
}

fn to<'a>(email: &'a str, concern: &'a str) -> Vec<(&'a str, &'a str)> {
    with(with(consultation(), "email", &[email]), "concern", &[concern])
}

/// The mails to patients, without those to the clinic.
async fn mails_to(site: &Site, email: &str) -> Vec<String> {
    site.mails().await.into_iter().filter(|mail| mail.to_lowercase().contains(email)).collect()
}

#[tokio::test]
async fn sixty_requests_from_twelve_networks_bring_one_address_three_confirmations() {
    let site = limited().await;
    let spellings =
        ["vi@example.org", "v.i@example.org", "VI@EXAMPLE.ORG", "vi+1@example.org", "vi+2@example.org"];
    let mut titles = Vec::new();
    for network in 0..12 {
        for email in spellings {
            let concern = format!("From {network} as {email}");
            titles.push(ask(&site, network, NEW, &to(email, &concern)).await.first("h1"));
        }
    }
    assert_eq!(site.count("consultations").await, 60, "no request is lost");
    assert!(titles.iter().all(|title| *title == titles[0]), "the same page whatever happened");
    let mails = site.mails().await;
    let notices = mails.iter().filter(|mail| mail.contains("To: desk@mybackpain.co.uk")).count();
    assert_eq!((notices, mails.len() - notices), (60, 3));
}

#[tokio::test]
async fn both_forms_share_what_one_address_gets_and_it_is_one_an_hour_and_five_a_day() {
    let site = limited().await;
    let email = "ada@example.org";
    ask(&site, 1, REPORT, &report()).await;
    ask(&site, 2, REPORT, &with(report(), "about", &["fibromyalgia"])).await;
    for (network, concern) in [(3, "third"), (4, "fourth")] {
        ask(&site, network, NEW, &to(email, concern)).await;
    }
    assert_eq!(mails_to(&site, email).await.len(), 3);
    for (network, sent) in [(5, 4), (6, 5), (7, 5)] {
        site.clock.advance(SignedDuration::from_mins(61));
        ask(&site, network, NEW, &to(email, &format!("later {network}"))).await;
        assert_eq!(mails_to(&site, email).await.len(), sent);
    }
    site.clock.advance(SignedDuration::from_hours(25));
    mybackpain::operations::retention_job::forget(&site.app).await.unwrap();
    assert_eq!(site.count("requested_mails").await, 0, "what was counted is erased after a day");
    ask(&site, 8, NEW, &to(email, "another day")).await;
    assert_eq!(mails_to(&site, email).await.len(), 6);
}

#[tokio::test]
async fn after_sixty_in_an_hour_the_rest_is_held_for_one_and_staff_are_told() {
    let site = limited().await;
    for number in 0..62_u8 {
        let email = format!("patient{number}@example.org");
        ask(&site, number, NEW, &to(&email, "Lower back")).await;
    }
    let confirmations = "outbox where purpose = 'consultation-confirmation'";
    assert_eq!(site.count(confirmations).await, 62);
    site.mails().await;
    assert_eq!(site.count(&format!("{confirmations} and state = 'sent'")).await, 60);
    let banner = site.staff().await.get("/staff").await.first(".alarms");
    assert!(banner.contains("2 mails wait for an hour"), "{banner}");
    site.clock.advance(SignedDuration::from_mins(61));
    site.mails().await;
    assert_eq!(site.count(&format!("{confirmations} and state = 'sent'")).await, 62);
}

#[tokio::test]
async fn the_desk_sees_that_a_patient_got_no_confirmation_until_they_were_reached() {
    let site = limited().await;
    let mut references = Vec::new();
    for (network, concern) in [(1, "one"), (2, "two"), (3, "three"), (4, "four")] {
        references.push(ask(&site, network, NEW, &to("ada@example.org", concern)).await.first(".ref"));
    }
    let mut staff = site.staff_as(Role::Reception).await;
    let told = staff.get(&page(&references[2])).await;
    assert!(told.all(".notice").iter().all(|notice| !notice.contains("not told")), "{}", told.body);
    let not_told = staff.get(&page(&references[3])).await;
    let notice = not_told.all(".notice").join(" ");
    assert!(notice.contains("not told by email") && notice.contains("phone"), "{notice}");
    assert!(not_told.all(".log li").join(" ").contains("no email was sent"), "and the history says it");
    staff.act(&references[3], "calls", &[("outcome", "spoke")]).await;
    let reached = staff.get(&page(&references[3])).await;
    assert!(!reached.all(".notice").join(" ").contains("not told by email"));
}

#[tokio::test]
async fn no_mail_to_a_patient_repeats_more_than_a_plain_name() {
    let site = Site::open().await;
    let reference = site.request(&with(consultation(), "name", &[HOSTILE])).await;
    let plain = with(with(consultation(), "name", &["Zoë O’Neill-Smith"]), "email", &["zoe@example.org"]);
    site.request(&plain).await;
    site.staff().await.book(&reference).await;
    let mails = site.mails().await;
    assert_eq!(mails.len(), 5, "two confirmations, two notices, one booking");
    for mail in &mails {
        let parsed = mailparse::parse_mail(mail.as_bytes()).unwrap();
        let heads: String = parsed.headers.iter().map(|header| header.get_value()).collect();
        let whole = format!("{heads} {mail} {}", decoded(mail));
        for word in ["URGENT", "evil", "0900 1234", "your bank"] {
            assert!(!whole.contains(word), "{word} in {whole}");
        }
        if mail.contains("ada@example.org") {
            let body = parsed.parts().find(|part| part.ctype.mimetype == "text/plain").unwrap();
            assert!(body.get_body().unwrap().starts_with("Hello"), "without a name");
        }
    }
    let greeted = mails.iter().any(|mail| decoded(mail).contains("Dear Zoë "));
    assert!(greeted, "a plain first name is used");
}

#[tokio::test]
async fn the_owner_of_an_address_stops_all_mail_to_it_and_what_waits_is_taken_back() {
    let site = limited().await;
    let first = ask(&site, 1, NEW, &consultation()).await.first(".ref");
    let mails = mails_to(&site, "ada@example.org").await;
    assert!(decoded(&mails[0]).contains("stop all emails from us"));
    let stop = link_in(&mails[0], "http://localhost/reports/stop/");
    assert!(!stop.contains('@') && !stop.contains("example"));
    let waiting = ask(&site, 2, NEW, &to("ADA+x@example.org", "waits")).await.first(".ref");
    ask(&site, 3, REPORT, &report()).await;
    let to_patients = "outbox where purpose <> 'consultation-notice'";
    assert_eq!(site.count(to_patients).await, 3);
    let mut owner = site.visitor();
    assert!(owner.get(&stop).await.first("h1").ends_with('?'));
    assert_eq!(site.count("suppressions").await, 0, "opening the link changes nothing");
    assert_eq!(owner.post(&stop, &[]).await.status, StatusCode::OK);
    assert_eq!(site.count(to_patients).await, 1, "the one that was sent; the others are taken back");
    let after = ask(&site, 4, NEW, &to("ada@example.org", "after")).await;
    assert!(after.first("h1").contains("We have your request"));
    let after = after.first(".ref");
    site.clock.advance(SignedDuration::from_hours(48));
    let mut staff = site.staff().await;
    staff.book(&first).await;
    assert_eq!(site.count("bookings").await, 1);
    assert_eq!(mails_to(&site, "ada@example.org").await.len(), 1);
    for reference in [first, waiting, after] {
        let notices = staff.get(&page(&reference)).await.all(".notice").join(" ");
        assert!(notices.contains("not told by email"), "{reference}: {notices}");
        assert!(notices.contains("asked us to send nothing more"), "{reference}: {notices}");
    }
}

/// A mail to an address that bounced is a task of the desk.
async fn failed(site: &Site) -> String {
    sqlx::query_scalar::<_, i64>("select id from outbox where purpose = 'consultation-confirmation'")
        .fetch_one(site.app.database.readers())
        .await
        .map(|id| format!("/staff/mail/{id}"))
        .unwrap()
}

async fn let_fail(site: &Site) {
    let failed = "update outbox set state = 'failed', finished_at = due_at \
                    where purpose = 'consultation-confirmation'";
    site.change(failed).await.unwrap();
}

#[tokio::test]
async fn a_corrected_address_can_stop_mail_to_itself_and_not_to_the_wrong_one() {
    let site = Site::open().await;
    site.request(&with(consultation(), "email", &["wrong@example.org"])).await;
    let_fail(&site).await;
    let task = failed(&site).await;
    let mut staff = site.staff_as(Role::Reception).await;
    let sent = staff.post(&format!("{task}/address"), &[("email", "ada@example.org")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let mails = mails_to(&site, "<ada@example.org>").await;
    let mail = mailparse::parse_mail(mails[0].as_bytes()).unwrap();
    let links: Vec<String> = mail.subparts.iter().map(|part| stop_in(&part.get_body().unwrap())).collect();
    assert_eq!(links[0], links[1], "the words and the HTML hold the same link");
    site.visitor().post(&links[0], &[]).await;
    let confirmations = "outbox where purpose = 'consultation-confirmation'";
    let before = site.count(confirmations).await;
    site.request(&to("ada@example.org", "stopped")).await;
    assert_eq!(site.count(confirmations).await, before);
    site.request(&to("wrong@example.org", "goes on")).await;
    assert_eq!(site.count(confirmations).await, before + 1);
}

fn stop_in(words: &str) -> String {
    let (_, rest) = words.split_once("http://localhost/reports/stop/").expect("a link that stops");
    let token: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
    format!("/reports/stop/{token}")
}

#[tokio::test]
async fn staff_cannot_send_to_an_address_whose_owner_stopped_mail() {
    let site = Site::open().await;
    site.visitor().submit(REPORT, &report()).await;
    let mails = site.mails().await;
    site.visitor().post(&link_in(&mails[0], "http://localhost/reports/stop/"), &[]).await;
    site.request(&with(consultation(), "email", &["wrong@example.org"])).await;
    let_fail(&site).await;
    let task = failed(&site).await;
    let mut staff = site.staff_as(Role::Reception).await;
    let refused = staff.post(&format!("{task}/address"), &[("email", "ADA+x@example.org")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.first(".problems").contains("asked us to send nothing more"));
    assert_eq!(site.count("outbox where purpose = 'consultation-confirmation'").await, 1);
}

#[tokio::test]
async fn a_report_that_is_not_sent_leaves_no_page_behind() {
    let site = limited().await;
    let mut patient = site.visitor();
    answer_all(&mut patient, summaries::WORDS).await;
    for _ in 0..5 {
        patient.submit(REPORT, &summaries::report()).await;
    }
    assert_eq!((site.mails().await.len(), site.count("summaries").await), (3, 3), "three to one address");
    patient.network = [192, 0, 2, 8];
    let to_another = with(summaries::report(), "email", &["grace@example.org"]);
    let check = patient.post(REPORT, &to_another).await;
    site.clock.advance(READING);
    patient.confirm(REPORT, &check).await;
    patient.confirm(REPORT, &check).await;
    assert_eq!(site.count("summaries").await, 4, "sent twice, made once");
}

#[tokio::test]
async fn a_flood_of_requests_is_confirmed_sixty_an_hour_and_the_clinic_reads_of_the_rest_in_bundles() {
    let site = limited().await;
    for number in 0..200_u8 {
        let email = format!("patient{number}@example.org");
        ask(&site, number, NEW, &to(&email, "Lower back")).await;
    }
    let sent = "outbox where purpose = 'consultation-confirmation' and state = 'sent'";
    let start = site.now();
    for (minutes, most) in [(0, 60), (62, 120), (70, 120), (124, 180), (186, 200)] {
        site.clock.advance(site.now().duration_until(start + SignedDuration::from_mins(minutes)));
        site.mails().await;
        assert_eq!(site.count(sent).await, most, "after {minutes} minutes");
    }
    let mails = site.mails().await;
    let notices: Vec<_> = mails.iter().filter(|mail| mail.contains("To: desk@mybackpain.co.uk")).collect();
    assert!((61..=63).contains(&notices.len()), "{}", notices.len());
    let told: usize = notices
        .iter()
        .map(|notice| {
            let bundle = notice.split_once("Subject: New requests (").map(|(_, rest)| rest);
            bundle.map_or(1, |rest| rest.split(')').next().unwrap().parse().unwrap())
        })
        .sum();
    assert_eq!(told, 200, "each request is told of once");
}

#[tokio::test]
async fn a_clock_that_jumps_over_the_turns_of_a_flood_lets_no_more_than_sixty_an_hour_go() {
    for jump in [-8, 30] {
        let site = limited().await;
        for number in 0..170_u8 {
            let email = format!("patient{number}@example.org");
            ask(&site, number, NEW, &to(&email, "Lower back")).await;
        }
        let worker = site.worker();
        let sent = "outbox where purpose = 'consultation-confirmation' and state = 'sent'";
        site.clock.jump(SignedDuration::from_hours(jump));
        for (minutes, expected) in [(0, 120), (30, 120), (31, 170)] {
            site.clock.advance(SignedDuration::from_mins(minutes));
            while worker.step().await.unwrap() > 0 {}
            assert_eq!(site.count(sent).await, expected, "{jump} hours, {minutes} minutes later");
        }
    }
}

#[tokio::test]
async fn the_owner_of_a_look_alike_stops_nobody_elses_mail() {
    let site = Site::open().await;
    for (stops, writes, stopped) in [
        ("janedoe@outlook.com", "jane.doe@outlook.com", false),
        ("jane.doe@outlook.com", "jane.doe+1@outlook.com", true),
        ("janedoe@googlemail.com", "Jane.Doe@gmail.com", true),
        ("k4.an_n@protonmail.com", "k-4ann@proton.me", true),
        ("ann.lee@icloud.com", "annlee@icloud.com", false),
        ("ann.lee@icloud.com", "Ann.Lee@me.com", true),
    ] {
        site.request(&to(stops, &format!("first from {stops}"))).await;
        let mail = mails_to(&site, &format!("<{stops}>")).await.remove(0);
        site.visitor().post(&link_in(&mail, "http://localhost/reports/stop/"), &[]).await;
        let before = site.count("outbox where purpose = 'consultation-confirmation'").await;
        site.request(&to(writes, &format!("then from {writes}"))).await;
        let made = site.count("outbox where purpose = 'consultation-confirmation'").await - before;
        assert_eq!(made == 0, stopped, "{stops} {writes}");
        site.change("delete from suppressions").await.unwrap();
    }
}

#[tokio::test]
async fn a_stop_is_lifted_on_the_desk_with_a_reason() {
    let site = Site::open().await;
    site.request(&consultation()).await;
    let mail = mails_to(&site, "ada@example.org").await.remove(0);
    site.visitor().post(&link_in(&mail, "http://localhost/reports/stop/"), &[]).await;
    let mut staff = site.staff_as(Role::Reception).await;
    let stops = "/staff/mail/stops";
    assert!(staff.get("/staff/mail").await.attribute("main a", "href").contains(&stops.to_owned()));
    let empty = staff.post(stops, &[("email", "ada@example.org"), ("why", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(empty.all(".problems a"), ["Enter why we may write again"]);
    let other = staff.post(stops, &[("email", "grace@example.org"), ("why", "Asked")]).await;
    assert_eq!(other.all(".problems a"), ["Mail to this address is not stopped"]);
    let lifted = staff.post(stops, &[("email", "Ada@example.org"), ("why", "Pressed it by mistake")]).await;
    assert_eq!(lifted.status, StatusCode::SEE_OTHER, "{}", lifted.body);
    assert!(staff.get(lifted.location()).await.words().contains("We can send mail to this address again"));
    assert_eq!(site.count("audit where what = 'let mail go to an address again'").await, 1);
    assert_eq!(site.count("suppressions where lifted_by is not null and lifted_why is not null").await, 1);
    site.request(&to("ada@example.org", "again")).await;
    assert_eq!(mails_to(&site, "ada@example.org").await.len(), 2);
    // Its owner may stop it again.
    site.visitor().post(&link_in(&mail, "http://localhost/reports/stop/"), &[]).await;
    assert_eq!(site.count("suppressions where lifted_at is null").await, 1);
    let refused = site.staff_as(Role::Administrator).await.post(stops, &[("email", "x@example.org")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
