//! Numbers for help: on every page that a person can see each one is a link that a phone can dial.

use std::sync::LazyLock;

use regex::Regex;

use crate::every_page::every_page;
use crate::support::{Answer, Site, consultation, with};

/// What is read and never pressed, and what a person typed or is to type.
static LEFT_ALONE: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // Links, and what acts as one already.
        r"(?s)<a\b.*?</a>",
        r"(?s)<summary\b.*?</summary>",
        r"(?s)<button\b.*?</button>",
        r"(?s)<label\b.*?</label>",
        r"(?s)<legend\b.*?</legend>",
        // Titles and headings: what they call for stands below them.
        r"(?s)<title\b.*?</title>",
        r"(?s)<h([1-6])\b.*?</h[1-6]>",
        // What no one sees, what is typed, and how something is written.
        r"(?s)<script\b.*?</script>",
        r"(?s)<textarea\b.*?</textarea>",
        r"(?s)<code\b.*?</code>",
        // Sources are full of numbers of volumes and pages.
        r#"(?s)<ol class="refs">.*?</ol>"#,
        // Answers that are played back, and what changed on a page.
        r#"(?s)<dl class="(?:answers|record)">.*?</dl>"#,
        // The signs of an emergency: nothing may delay the call but the button above them.
        r#"(?s)<div class="care care-emergency">.*?<ul>.*?</ul>"#,
        r"<[^>]*>",
    ]
    .map(|pattern| Regex::new(pattern).unwrap())
    .into()
});
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(^|[^\w.,/#])(999|111|116\s123|85258|0[1-38]\d{1,3}\s\d{3,4}\s\d{3,4})([^\w.]|[.,;:]\s|\.?$)",
    )
    .unwrap()
});
/// Counts that only look like a number for help, and names of services that are no call.
const COUNTS: &[&str] = &["The 999 people in that study", "111 online", "NHS 111 Wales"];

fn bare_numbers(html: &str) -> Vec<String> {
    let text =
        LEFT_ALONE.iter().fold(html.to_owned(), |text, pattern| pattern.replace_all(&text, "|").into_owned());
    let text = COUNTS.iter().fold(text, |text, count| text.replace(count, ""));
    NUMBER
        .find_iter(&text)
        .map(|found| {
            let from = text[..found.start()].char_indices().rev().nth(30).map_or(0, |(at, _)| at);
            text[from..found.end()].replace('\n', " ")
        })
        .collect()
}

async fn pages_of_a_request(site: &Site) -> Vec<(String, Answer)> {
    let mut patient = site.visitor();
    let mut pages = Vec::new();
    for (what, concern) in
        [("calm", "Lower back ache"), ("crisis", "I want to end my life"), ("grave", "numb and cannot pee")]
    {
        let form = with(with(consultation(), "concern", &[concern]), "name", &[what]);
        pages.push((format!("check page, {what}"), patient.post("/consultations/new", &form).await));
        let sent = patient.submit("/consultations/new", &form).await;
        let confirmed = patient.get(sent.location()).await;
        let own = confirmed
            .attribute("main a[href^='/consultations/']", "href")
            .into_iter()
            .find(|link| !link.ends_with("new"));
        pages.push((format!("confirmation, {what}"), confirmed));
        pages.push((format!("private page, {what}"), patient.get(&own.unwrap()).await));
    }
    pages.push(("not found".to_owned(), patient.get("/nowhere").await));
    pages.push(("refused".to_owned(), patient.post("/consultations/new", &[("phone", "x")]).await));
    pages.push(("search in a crisis".to_owned(), patient.get("/search?q=suicide").await));
    pages.push(("search".to_owned(), patient.get("/search?q=call+999").await));
    pages
}

#[tokio::test]
async fn every_number_for_help_on_every_page_can_be_tapped() {
    let site = Site::open().await;
    let mut pages: Vec<(String, Answer)> = every_page(&site).await.into_iter().collect();
    pages.extend(pages_of_a_request(&site).await);
    let mut bare = Vec::new();
    for (path, page) in &pages {
        bare.extend(bare_numbers(&page.body).into_iter().map(|words| format!("{path}: {words}")));
    }
    assert!(bare.is_empty(), "{}", bare.join("\n"));
    let dialled: usize =
        pages.iter().map(|(_, page)| page.attribute("main a[href='tel:999']", "href").len()).sum();
    assert!(dialled > 100, "{dialled}");
}

#[tokio::test]
async fn a_count_is_no_number_for_help_and_no_link_stands_in_a_link_or_a_heading() {
    let site = Site::open().await;
    for (path, page) in every_page(&site).await {
        assert!(page.attribute("a a", "href").is_empty(), "{path}");
        for place in ["h1 a", "h2 a", "h3 a:not([href^='/'])", "summary a", "button a", "label a", ".refs a"]
        {
            let numbers = page.attribute(place, "href");
            assert!(numbers.iter().all(|link| !link.starts_with("tel:")), "{path}, {place}: {numbers:?}");
        }
    }
    let study = site.visitor().get("/fact-sheets/posture-sitting-and-lifting").await;
    assert!(study.body.contains("The 999 people in that study"));
}

#[tokio::test]
async fn an_emergency_card_has_one_button_in_its_head_and_no_link_among_its_signs() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    for path in [
        "/emergency",
        "/fact-sheets/sciatica",
        "/fact-sheets/when-back-pain-is-an-emergency",
        "/search?q=numb+between+legs",
    ] {
        let page = visitor.get(path).await;
        let cards = page.all(".care-emergency:has(> ul)").len();
        assert!(cards > 0, "{path}");
        let buttons = page.attribute(".care-emergency:has(> ul) > :is(h2, h3) + p > a.btn", "href");
        assert_eq!(buttons, vec!["tel:999"; cards], "{path}");
        assert!(page.attribute(".care-emergency ul a[href^='tel:']", "href").is_empty(), "{path}");
    }
}
