//! Terms that pages explain, who answers for the pages, and how to report a mistake on one.

use std::collections::HashSet;

use crate::support::Site;

#[tokio::test]
async fn a_term_leads_from_its_first_use_to_its_meaning() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    let terms = reader.get("/glossary").await.attribute(".prose dl dt", "id");
    assert!(terms.len() >= 25, "{terms:?}");
    let index = reader.get("/fact-sheets").await;
    let mut used = HashSet::new();
    for path in index.attribute(".entries a", "href") {
        let links = reader.get(&path).await.attribute("a.term", "href");
        let once: HashSet<&String> = links.iter().collect();
        assert_eq!(once.len(), links.len(), "{path} links a term twice");
        for link in &links {
            let term = link.strip_prefix("/glossary#").expect("terms are in the glossary").to_owned();
            assert!(terms.contains(&term), "{path}: {term}");
            used.insert(term);
        }
    }
    assert!(used.len() >= 15, "{used:?}");
}

#[tokio::test]
async fn no_term_is_linked_in_an_emergency_callout_or_on_the_page_that_explains_it() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    for path in ["/fact-sheets/sciatica", "/fact-sheets/when-back-pain-is-an-emergency"] {
        assert!(reader.get(path).await.all(".care-emergency a.term").is_empty(), "{path}");
    }
    let sheet = reader.get("/fact-sheets/sciatica").await;
    let links = sheet.attribute("a.term", "href");
    assert!(!links.is_empty() && !links.contains(&"/glossary#sciatica".to_owned()), "{links:?}");
}

#[tokio::test]
async fn the_editorial_policy_says_that_the_clinic_sells_consultations() {
    let site = Site::open().await;
    let mut reader = site.visitor();
    let footer = reader.get("/").await.attribute(".site-foot a", "href");
    assert!(footer.contains(&"/editorial-policy".to_owned()) && footer.contains(&"/glossary".to_owned()));
    let policy = reader.get("/editorial-policy").await.words();
    assert!(policy.contains("sells consultations") && policy.contains("no clinician has signed it yet"));
}

#[tokio::test]
async fn a_sheet_leads_to_the_form_about_its_mistakes() {
    let site = Site::open().await;
    let sheet = site.visitor().get("/fact-sheets/fibromyalgia").await;
    assert!(sheet.attribute(".record a", "href").contains(&"/corrections/new?about=fibromyalgia".to_owned()));
}
