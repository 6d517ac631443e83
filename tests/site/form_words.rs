//! What the forms of patients say: on their buttons, about when the clinic answers, and in which order they ask.

use mybackpain::web::security::Limits;

use crate::support::{Answer, Site, consultation, report, with};

const SHEET: &str = "/fact-sheets/sleep-and-back-pain";

fn buttons(page: &Answer) -> Vec<String> {
    page.all("main form:not(.find, .useful) button.btn:not([name])")
}

#[tokio::test]
async fn every_form_says_on_its_button_what_it_does() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    assert_eq!(buttons(&visitor.get(SHEET).await), ["Send me the report", "Request a consultation"]);
    assert_eq!(buttons(&visitor.get("/reports/new").await), ["Send me the report"]);
    assert_eq!(buttons(&visitor.get("/reports/new?about=fibromyalgia").await), ["Send me the report"]);
    assert_eq!(
        buttons(&visitor.post("/reports/new", &[("about", "fibromyalgia")]).await),
        ["Send me the report"]
    );
    assert_eq!(buttons(&visitor.get("/consultations/new").await), ["Request a consultation"]);
    assert_eq!(buttons(&visitor.post("/consultations/new", &[]).await), ["Request a consultation"]);
    let mut changed = consultation();
    changed.push(("change", "name"));
    assert_eq!(buttons(&visitor.post("/consultations/new", &changed).await), ["Check your answers again"]);
    assert_eq!(buttons(&visitor.get("/complaints").await), ["Check your complaint"]);
    let heads = visitor.get(SHEET).await.all("#offers");
    assert_eq!(heads, ["Get your personalised report, or speak to a specialist"]);
}

#[tokio::test]
async fn the_form_on_a_sheet_says_by_when_and_the_next_page_says_the_moment() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let offer = visitor.get(SHEET).await.first("section[aria-labelledby=book]");
    assert!(offer.contains("within one working day"), "{offer}");
    let check = visitor.post("/consultations/new", &consultation()).await;
    assert!(check.first(".lede").contains("by 5pm on Thursday 21 May"), "{}", check.first(".lede"));
}

#[tokio::test]
async fn how_to_reach_someone_is_asked_before_what_depends_on_it() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let order = ["name", "method", "phone", "times", "email", "concern"];
    for path in ["/consultations/new", SHEET] {
        let page = visitor.get(path).await;
        let mut fields = page
            .attribute("form[action='/consultations/new'] :is(input, textarea):not([type=hidden])", "name");
        fields.dedup();
        assert_eq!(fields[..6], order, "{path}");
    }
    let check = visitor.post("/consultations/new", &consultation()).await;
    assert_eq!(check.attribute(".change button", "value")[..6], order);
    let email = with(with(consultation(), "method", &["email"]), "email", &["nobody"]);
    let wrong = visitor.post("/consultations/new", &with(with(email, "name", &[""]), "phone", &["1"])).await;
    let complaints = wrong.attribute(".problems a", "href");
    assert_eq!(complaints, ["#name", "#phone", "#email"], "in the order of the page");
}

#[tokio::test]
async fn the_sheet_says_in_one_line_how_to_make_a_summary_first() {
    let site = Site::open().await;
    let page = site.visitor().get(SHEET).await;
    assert_eq!(page.attribute("section[aria-labelledby=by-email] a[href^='/']", "href"), ["/assessment"]);
}

/// Sixty people ask within the hour, and one more. Gives the confirmation of that one.
async fn the_sixty_first(site: &Site, path: &str, form: Vec<(&str, &str)>) -> Answer {
    for number in 0..60_u8 {
        let email = format!("patient{number}@example.org");
        let form = with(form.clone(), "email", &[&email]);
        site.visitor_from([198, 51, 100, number]).submit(path, &form).await;
    }
    let mut last = site.visitor_from([198, 51, 100, 61]);
    let sent = last.submit(path, &with(form, "email", &["patient61@example.org"])).await;
    last.get(sent.location()).await
}

#[tokio::test]
async fn a_confirmation_says_what_becomes_of_a_mail_that_is_sent_now_and_of_one_that_waits_an_hour() {
    let site = Site::with(Limits::default(), "http://localhost").await;
    let held = the_sixty_first(&site, "/consultations/new", consultation()).await;
    let words = held.words();
    assert!(!words.contains("10 minutes"), "{words}");
    assert!(
        words.contains("Many people are writing to us just now, so your email will go out at about 11"),
        "{words}"
    );
    site.clock.advance(jiff::SignedDuration::from_hours(3));
    let now = site.visitor_from([198, 51, 101, 200]).submit("/consultations/new", &consultation()).await;
    let now = site.visitor().get(now.location()).await;
    assert!(now.words().contains("If it has not come in 10 minutes"), "{}", now.words());

    site.clock.advance(jiff::SignedDuration::from_hours(24));
    let held = the_sixty_first(&site, "/reports/new", report()).await;
    assert_eq!(held.first("h1"), "We will send your report soon");
    assert!(held.first(".promise").contains("will go out at about"), "{}", held.first(".promise"));
}

#[tokio::test]
async fn a_report_is_on_its_way_and_then_sent_and_several_pages_say_how_they_come() {
    let site = Site::open().await;
    let mut patient = site.visitor();
    let two = with(report(), "about", &["sciatica", "fibromyalgia"]);
    let sent = patient.submit("/reports/new", &two).await;
    let before = patient.get(sent.location()).await;
    assert_eq!(before.first("h1"), "Your report is on its way");
    assert!(before.words().contains("one email"), "{}", before.words());
    assert!(before.words().contains("as links"), "{}", before.words());
    site.mails().await;
    assert_eq!(patient.get(sent.location()).await.first("h1"), "Your report has been sent");
    let one = patient.submit("/reports/new", &with(report(), "name", &["Grace"])).await;
    assert!(!patient.get(one.location()).await.words().contains("as links"));
}

#[tokio::test]
async fn no_mail_shows_a_bare_long_address_where_words_can_be_a_link() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    site.visitor()
        .submit("/reports/new", &with(report(), "about", &["sciatica", "sleep-and-back-pain"]))
        .await;
    site.staff().await.book(&reference).await;
    for mail in site.mails().await {
        let parsed = mailparse::parse_mail(mail.as_bytes()).unwrap();
        let Some(html) = parsed.subparts.get(1) else { continue };
        let html = scraper::Html::parse_document(&html.get_body().unwrap());
        let links = scraper::Selector::parse("a[href^=http]").unwrap();
        let long: Vec<String> = html
            .select(&links)
            .map(|link| link.text().collect::<String>())
            .filter(|words| words.split_whitespace().any(|word| word.chars().count() > 45))
            .collect();
        assert!(long.is_empty(), "{long:?}");
    }
}

#[tokio::test]
async fn the_hand_over_slip_can_be_typed_in_and_cannot_be_sent() {
    let site = Site::open().await;
    let page = site.visitor().get("/emergency").await;
    let fields = page.attribute(".slip :is(input, textarea)", "id");
    assert!(fields.len() >= 7, "{fields:?}");
    assert_eq!(
        page.attribute(".slip :is(input, textarea)[autocomplete=off]", "id"),
        fields,
        "and a browser keeps nothing"
    );
    assert!(page.attribute("form .slip, .slip form, .slip [name], .slip [form]", "class").is_empty());
    assert!(page.words().contains("What you type stays on this page"));
}
