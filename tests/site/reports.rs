//! The report by email: what is sent, what is not, and what is forgotten.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mailparse::MailHeaderMap;
use mybackpain::web::security::Limits;

use crate::consultations::decoded;
use crate::support::{Site, report, with};

const NEW: &str = "/reports/new";

#[tokio::test]
async fn the_mail_holds_the_whole_sheet_as_text_and_as_html() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let sent = patient.submit(NEW, &report()).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let confirmation = patient.get(sent.location()).await;
    assert!(confirmation.words().contains("junk") && !confirmation.body.contains("ada@"));
    let mails = site.mails().await;
    assert_eq!(mails.len(), 1);
    let parsed = mailparse::parse_mail(mails[0].as_bytes()).unwrap();
    assert_eq!(parsed.subparts.len(), 2);
    for part in &parsed.subparts {
        let words = crate::support::one_line(&part.get_body().unwrap()).to_lowercase();
        for said in [
            "dear ada lovelace",
            "call 999",
            "key points",
            "when to get help",
            "references",
            "stop all emails",
        ] {
            assert!(words.contains(said), "{said} is missing in {}", part.ctype.mimetype);
        }
    }
    assert!(!mails[0].contains("cid:") && !decoded(&mails[0]).contains("<img"));
    assert!(mails[0].contains("Auto-Submitted: auto-generated"));
}

#[tokio::test]
async fn every_sheet_fits_into_a_mail() {
    let site = Site::open().await;
    let index = site.visitor().get("/fact-sheets").await;
    let sheets: Vec<String> = index.attribute(".entries a", "href");
    assert!(sheets.len() >= 7);
    for path in &sheets {
        let slug = path.rsplit('/').next().unwrap();
        let address = format!("{slug}@example.org");
        let form = [("about", slug), ("name", "Ada"), ("email", address.as_str())];
        assert_eq!(site.visitor().submit(NEW, &form).await.status, StatusCode::SEE_OTHER, "{slug}");
    }
    let mails = site.mails().await;
    assert_eq!(mails.len(), sheets.len());
    for mail in &mails {
        let parsed = mailparse::parse_mail(mail.as_bytes()).unwrap();
        for part in &parsed.subparts {
            let sent = part.raw_bytes.len();
            assert!(sent < 90_000, "large mail services cut off what is longer: {sent}");
        }
        assert!(!decoded(mail).contains("too long for an email"), "one page is sent whole");
    }
    assert!(mails.iter().all(|mail| !decoded(mail).contains("{{") && !decoded(mail).contains("[0]")));
}

/// What is longer is cut off by large mail services.
#[tokio::test]
async fn pages_that_are_too_long_together_are_sent_as_links_and_the_mail_says_so() {
    let site = Site::open().await;
    let index = site.visitor().get("/fact-sheets").await;
    let mut sheets: Vec<String> = index.attribute(".entries a", "href");
    for _ in 0..4 {
        sheets.rotate_left(5);
        let five: Vec<&str> = sheets[..5].iter().map(|path| path.rsplit('/').next().unwrap()).collect();
        site.visitor().submit(NEW, &with(report(), "about", &five)).await;
    }
    for mail in site.mails().await {
        let words = decoded(&mail);
        assert!(words.contains("All the pages together are too long for one email"), "{words}");
        let parsed = mailparse::parse_mail(mail.as_bytes()).unwrap();
        let [text, html] = &parsed.subparts[..] else { panic!("two parts") };
        for part in [text, html] {
            let body = part.get_body().unwrap();
            assert!(part.raw_bytes.len() < 90_000 && body.len() < 90_000, "{}", body.len());
            let whole = body.matches("not yet reviewed by a clinician").count();
            assert!((1..5).contains(&whole), "{whole} pages of five");
        }
    }
}

#[tokio::test]
async fn a_mailed_page_says_who_signed_it_off_and_which_sources_are_unchecked_as_the_page_does() {
    let site = Site::open().await;
    site.visitor().submit(NEW, &report()).await;
    let page = site.visitor().get("/fact-sheets/sciatica").await.words();
    let mails = site.mails().await;
    let words = decoded(&mails[0]);
    let said = "not yet reviewed by a clinician";
    assert!(words.contains(said) && page.contains(said), "{words}");
}

#[tokio::test]
async fn one_post_of_a_mail_program_stops_all_mail_and_looking_stops_nothing() {
    let site = Site::open().await;
    site.visitor().submit(NEW, &report()).await;
    let reference = site.one_request().await;
    site.staff().await.book(&reference).await;
    let mails = site.mails().await;
    let to_patients: Vec<_> = mails.iter().filter(|mail| mail.contains("ada@example.org")).collect();
    assert_eq!(to_patients.len(), 3, "a report, a confirmation, a booking");
    for mail in to_patients {
        let parsed = mailparse::parse_mail(mail.as_bytes()).unwrap();
        let header = |name: &str| parsed.headers.get_first_value(name).unwrap_or_default();
        assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        let link = header("List-Unsubscribe");
        let link = link.trim_start_matches("<http://localhost").trim_end_matches('>').to_owned();
        assert_eq!(site.visitor().get(&link).await.status, StatusCode::OK);
        assert_eq!(site.count("suppressions").await, 0, "looking changes nothing");
        // As a mail service sends it: from nowhere, with no cookie.
        let request = axum::http::Request::post(&link)
            .header("content-type", "application/x-www-form-urlencoded")
            .body("List-Unsubscribe=One-Click".into())
            .unwrap();
        assert_eq!(site.send(request).await.status, StatusCode::OK);
        assert_eq!(site.count("suppressions").await, 1);
        site.change("delete from suppressions").await.unwrap();
    }
    let notice = mails.iter().find(|mail| mail.contains("To: desk@")).unwrap();
    assert!(!notice.contains("List-Unsubscribe"), "the clinic stops nothing");
}

#[tokio::test]
async fn without_a_page_the_form_asks_which_one() {
    let site = Site::open().await;
    let form = site.visitor().get(NEW).await;
    assert!(form.attribute("input[name=about]", "type").iter().all(|kind| kind == "radio"));
    let again = site.visitor().post(NEW, &with(report(), "about", &["no-such-sheet"])).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(again.all(".problems a"), ["Select the page you would like us to send"]);
    assert_eq!(again.attribute("#email", "value"), ["ada@example.org"]);
}

#[tokio::test]
async fn an_address_is_queried_and_played_back_before_anything_is_sent() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let query = patient.post(NEW, &with(report(), "email", &["ada@gmial.com"])).await;
    assert_eq!(query.attribute("input[name=email_meant]", "value"), ["ada@gmail.com", ""]);
    let check = patient.post(NEW, &report()).await;
    assert!(check.first(".answers").contains("ada@example.org"));
    assert_eq!(site.count("reports").await, 0);
}

#[tokio::test]
async fn a_strange_name_is_not_repeated_to_the_address() {
    let site = Site::open().await;
    site.visitor().submit(NEW, &with(report(), "name", &["Win at http://example.com now"])).await;
    let mails = site.mails().await;
    assert!(decoded(&mails[0]).starts_with("Hello"));
    assert!(!mails[0].contains("Win at") && !decoded(&mails[0]).contains("Win at"));
}

#[tokio::test]
async fn one_address_gets_three_and_the_rest_get_nothing_and_are_told_so() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let mut somebody = site.visitor();
    let spellings = ["ada@example.org", "A.D.A@example.org", "ada+1@example.org", "ADA@EXAMPLE.ORG"];
    let sheets = ["fibromyalgia", "self-management", "fear-avoidance", "sleep-and-back-pain"];
    let mut pages = Vec::new();
    for (address, sheet) in spellings.iter().zip(sheets) {
        let form = with(with(report(), "email", &[address]), "about", &[sheet]);
        let sent = somebody.submit(NEW, &form).await;
        pages.push(somebody.get(sent.location()).await);
    }
    let waiting = "Your report is on its way";
    assert!(pages[..3].iter().all(|page| page.first("h1") == waiting));
    let fourth = &pages[3];
    assert_eq!(fourth.first("h1"), "We have not sent your report");
    assert!(!fourth.words().contains("Look for an email"), "{}", fourth.words());
    let instead = fourth.attribute("main .prose a", "href");
    assert!(
        instead.contains(&"/fact-sheets/sleep-and-back-pain".to_owned()),
        "what to do instead: {instead:?}"
    );
    assert_eq!(site.mails().await.len(), 3);
}

#[tokio::test]
async fn the_owner_of_an_address_can_stop_reports_to_it() {
    let site = Site::open().await;
    site.visitor().submit(NEW, &report()).await;
    let mails = site.mails().await;
    let words = decoded(&mails[0]);
    let link = words
        .split(' ')
        .find(|word| word.contains("/reports/stop/"))
        .unwrap()
        .trim_start_matches("http://localhost");
    assert!(!link.contains('@') && !link.contains("example"));
    let mut owner = site.visitor();
    assert_eq!(owner.get(link).await.status, StatusCode::OK);
    assert_eq!(site.count("suppressions").await, 0, "opening the link changes nothing");
    assert_eq!(owner.post(link, &[]).await.status, StatusCode::OK);
    site.clock.advance(SignedDuration::from_hours(48));
    site.visitor().submit(NEW, &with(report(), "about", &["fibromyalgia"])).await;
    assert_eq!(site.mails().await.len(), 1, "nothing was added");
    assert_eq!(owner.get("/reports/stop/forged-token").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn sending_twice_makes_one_report() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let check = patient.post(NEW, &report()).await;
    site.clock.advance(SignedDuration::from_secs(3));
    assert_eq!(patient.confirm(NEW, &check).await.location(), patient.confirm(NEW, &check).await.location());
    assert_eq!(site.count("reports").await, 1);
}
