//! Drafts and pages that wait for their day: seen by staff alone, and shown on that day without a restart.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mybackpain::clinic::Role;
use mybackpain::operations::clock_check::ClockCheck;

use crate::support::content::Edit;
use crate::support::{READING, Site};

const SHEET: &str = "/fact-sheets/fibromyalgia";
const FILE: &str = "fact-sheets/fibromyalgia.md";
const DESK: &str = "/staff/pages/fibromyalgia";
const TITLE: &str = "Fibromyalgia";

fn draft(text: &str) -> String {
    text.replacen("+++\n", "+++\ndraft = true\n", 1)
}

/// Today is 20 May 2026.
fn from_tomorrow(text: &str) -> String {
    text.replacen("+++\n", "+++\npublish = \"2026-05-21\"\n", 1)
}

/// Nothing that readers see may lead to the page in its text.
fn without_links(text: &str) -> String {
    text.replace("(/fact-sheets/fibromyalgia", "(/fact-sheets/central-sensitisation")
}

/// The files whose texts link to the page.
fn linking() -> Vec<String> {
    let mut linking = Vec::new();
    for folder in ["fact-sheets", "guides", "pages"] {
        for file in std::fs::read_dir(format!("content/{folder}")).unwrap().map(|file| file.unwrap()) {
            let name = format!("{folder}/{}", file.file_name().to_str().unwrap());
            let text = std::fs::read_to_string(file.path()).unwrap();
            if name != FILE && text.contains("(/fact-sheets/fibromyalgia") {
                linking.push(name);
            }
        }
    }
    linking
}

async fn site_with(edit: &dyn Fn(&str) -> String) -> Site {
    let linking = linking();
    let mut edits: Vec<Edit> = linking.iter().map(|file| (file.as_str(), &without_links as _)).collect();
    edits.push((FILE, edit));
    Site::of_content(&edits).await
}

/// Addresses whose answers name or lead to the page.
async fn leading(site: &Site) -> Vec<String> {
    let mut visitor = site.visitor();
    let sitemap = visitor.get("/sitemap.xml").await.body;
    let mut paths: Vec<String> = sitemap
        .split("<loc>")
        .skip(1)
        .map(|part| part.split("</loc>").next().unwrap().replace("http://localhost", ""))
        .collect();
    paths.extend(
        [
            "/sitemap.xml",
            "/feed.xml",
            "/search?q=fibromyalgia",
            "/search/suggestions?q=fibromy",
            "/reports/new",
            "/corrections/new",
            "/glossary",
        ]
        .map(str::to_owned),
    );
    let mut found = Vec::new();
    for path in paths {
        let answer = visitor.get(&path).await;
        let is_offered = path.ends_with("/new") && answer.body.contains("value=\"fibromyalgia\"");
        if answer.body.contains(SHEET) || is_offered {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn a_draft_is_in_no_list_search_feed_mail_or_link_and_its_address_is_unknown() {
    let shown = Site::of_content(&[]).await;
    assert_eq!(shown.visitor().get(SHEET).await.first("h1"), TITLE);
    assert!(leading(&shown).await.len() > 8, "the test finds what leads to a page");
    let site = site_with(&draft).await;
    assert_eq!(leading(&site).await, Vec::<String>::new());
    let gone = site.visitor().get(SHEET).await;
    assert_eq!((gone.status, gone.first("h1")), (StatusCode::NOT_FOUND, "Page not found".to_owned()));
    let vote = site.visitor().post("/usefulness", &[("about", "fibromyalgia"), ("useful", "yes")]).await;
    assert_eq!(vote.status, StatusCode::NOT_FOUND);
    let form = [("about", "fibromyalgia"), ("name", "Ada"), ("email", "ada@example.org")];
    assert_eq!(site.visitor().post("/reports/new", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn staff_see_a_draft_as_readers_will_and_a_clinician_signs_it_before() {
    let site = site_with(&draft).await;
    for role in [Role::Reception, Role::Clinician, Role::Administrator] {
        let mut staff = site.staff_as(role).await;
        let index = staff.get("/staff/pages").await;
        assert!(index.first("#drafts").contains("1 page"));
        assert!(index.attribute("section a", "href").contains(&DESK.to_owned()));
        let desk = staff.get(DESK).await;
        assert!(desk.first(".kicker").contains("A draft, for staff alone"));
        let path = format!("{DESK}/preview");
        assert!(desk.attribute("a", "href").contains(&path));
        let preview = staff.get(&path).await;
        assert_eq!((preview.status, preview.first("h1")), (StatusCode::OK, TITLE.to_owned()));
        assert!(preview.first("main .notice").contains("A draft, for staff alone"));
        assert_eq!(
            (preview.header("cache-control"), preview.header("x-robots-tag")),
            ("no-store", "noindex")
        );
    }
    assert_eq!(site.visitor().get(&format!("{DESK}/preview")).await.status, StatusCode::SEE_OTHER);
    let mut clinician = site.staff().await;
    let hash = clinician.get(DESK).await.attribute("input[name=text_hash]", "value")[0].clone();
    let form =
        [("text_hash", hash.as_str()), ("name", "Priya Shah"), ("role", "GP"), ("registration", "GMC 1")];
    assert_eq!(clinician.post(&format!("{DESK}/signature"), &form).await.location(), DESK);
    assert_eq!(site.visitor().get(SHEET).await.status, StatusCode::NOT_FOUND);
    assert!(clinician.get(&format!("{DESK}/preview")).await.first(".facts").contains("by Priya Shah, GP"));
    let site = site.restarted(&[]).await;
    assert!(
        site.visitor().get(SHEET).await.first(".facts").contains("by Priya Shah, GP"),
        "it was signed before"
    );
}

#[tokio::test]
async fn a_page_appears_on_its_day_without_a_restart_everywhere_at_once() {
    let mut site = site_with(&from_tomorrow).await;
    assert_eq!(leading(&site).await, Vec::<String>::new());
    let desk = site.staff().await.get(DESK).await;
    assert!(desk.first(".kicker").contains("For staff alone until 21 May 2026"));
    site.look_at_days().await.unwrap();
    assert_eq!(site.visitor().get(SHEET).await.status, StatusCode::NOT_FOUND, "not before its day");
    // It is one minute past midnight in London.
    site.clock.advance(SignedDuration::from_hours(14) + SignedDuration::from_mins(1));
    site.look_at_days().await.unwrap();
    assert_eq!(site.visitor().get(SHEET).await.first("h1"), TITLE);
    let found = leading(&site).await;
    for path in ["/sitemap.xml", "/feed.xml", "/search?q=fibromyalgia", "/fact-sheets", "/reports/new"] {
        assert!(found.iter().any(|one| one == path), "{path}: {found:?}");
    }
    let form = [("about", "fibromyalgia"), ("name", "Ada"), ("email", "ada@example.org")];
    site.clock.advance(READING);
    site.visitor().submit("/reports/new", &form).await;
    assert!(site.mails().await[0].contains("Fibromyalgia"));
    assert!(site.staff().await.get("/staff/pages").await.all("#drafts").is_empty());
}

#[tokio::test]
async fn no_page_appears_by_a_clock_that_is_not_believed() {
    let mut site = site_with(&from_tomorrow).await;
    let mut clock = ClockCheck::default();
    clock.look(&site.app, SignedDuration::from_hours(10)).await.unwrap();
    site.clock.advance(SignedDuration::from_hours(24 * 300));
    clock.look(&site.app, SignedDuration::from_hours(11)).await.unwrap();
    site.look_at_days().await.unwrap();
    assert_eq!(site.visitor().get(SHEET).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_page_that_a_clock_ahead_showed_before_its_day_is_taken_back() {
    let mut site = site_with(&from_tomorrow).await;
    site.clock.advance(SignedDuration::from_hours(30));
    site.look_at_days().await.unwrap();
    assert_eq!(site.visitor().get(SHEET).await.status, StatusCode::OK);
    site.clock.jump(-SignedDuration::from_hours(30));
    site.look_at_days().await.unwrap();
    assert_eq!(site.visitor().get(SHEET).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pages_of_before_stay_when_the_content_is_broken_on_the_day() {
    let mut site = site_with(&from_tomorrow).await;
    site.edit_content("fact-sheets/sciatica.md", |text| format!("{text}\n<b>raw</b>\n"));
    site.clock.advance(SignedDuration::from_hours(15));
    let said = site.look_at_days().await.unwrap_err().to_string();
    assert!(said.contains("raw-html"), "{said}");
    assert_eq!(site.visitor().get("/fact-sheets/sciatica").await.status, StatusCode::OK);
    site.edit_content("fact-sheets/sciatica.md", |text| text.replace("\n<b>raw</b>\n", ""));
    site.look_at_days().await.unwrap();
    assert_eq!(site.visitor().get(SHEET).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_from_a_page_that_readers_see_to_a_draft_is_an_error_of_the_content() {
    let folder = tempfile::tempdir().unwrap();
    crate::support::content::copy(std::path::Path::new("content"), folder.path());
    let file = folder.path().join(FILE);
    std::fs::write(&file, draft(&std::fs::read_to_string(&file).unwrap())).unwrap();
    let report = mybackpain::library::check::run(folder.path(), "2026-11-28".parse().unwrap());
    let dead: Vec<_> = report.findings.iter().filter(|finding| finding.rule.id == "dead-link").collect();
    assert_eq!(dead.is_empty(), linking().is_empty());
    assert!(dead.iter().all(|finding| finding.message.contains("is not shown to readers yet")));
}
