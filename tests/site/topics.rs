//! Topics: every sheet is in reach of one, in the order in which to read them.

use std::collections::HashSet;

use crate::library::said_of;
use crate::support::Site;

#[tokio::test]
async fn the_home_page_leads_to_every_sheet_through_its_topics() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let home = visitor.get("/").await;
    let topics = home.attribute("[aria-labelledby=topics] h3 a", "href");
    assert_eq!(topics.len(), 7, "{topics:?}");
    let mut reached = HashSet::new();
    for topic in &topics {
        reached.extend(visitor.get(topic).await.attribute("ol.entries a", "href"));
    }
    let index = visitor.get("/fact-sheets").await;
    let every: HashSet<String> = index.attribute(".entries a", "href").into_iter().collect();
    assert!(every.len() > 25);
    assert_eq!(reached, every);
    assert_eq!(index.attribute("[aria-labelledby=topics] a", "href"), topics);
}

#[tokio::test]
async fn a_topic_keeps_its_reading_order_and_its_sheets_lead_back_to_it() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let sleep = visitor.get("/topics/sleep").await;
    let sheets = sleep.attribute("ol.entries a", "href");
    assert_eq!(sheets[0], "/fact-sheets/sleep-and-back-pain");
    assert_eq!(sheets.last().unwrap(), "/guides/sleep-and-pain");
    for path in sheets {
        let links = visitor.get(&path).await.attribute(".kicker a", "href");
        assert!(links.contains(&"/topics/sleep".to_owned()), "{path}: {links:?}");
    }
}

#[test]
fn a_topic_and_its_sheets_must_agree() {
    let topics = "topics.toml";
    let said = said_of(topics, |text| text.replacen("\"sciatica\"", "\"siatica\"", 1));
    assert!(said.contains("\"conditions\" names \"siatica\", and there is no such page"), "{said}");
    assert!(said.contains("sciatica.md:") && said.contains("\"conditions\" leaves this page out"), "{said}");
    let said = said_of(topics, |text| text.replacen("\"sciatica\"", "\"sciatica\", \"sciatica\"", 1));
    assert!(said.contains("names \"sciatica\" twice"), "{said}");
    let said =
        said_of(topics, |text| text.replacen("\"flare-up-plan\"", "\"flare-up-plan\", \"sciatica\"", 1));
    assert!(said.contains("names \"sciatica\", which does not have it"), "{said}");
    let said =
        said_of("fact-sheets/sciatica.md", |text| text.replacen("[\"conditions\"]", "[\"conditons\"]", 1));
    assert!(said.contains("sciatica.md:") && said.contains("error[unknown-topic]: "), "{said}");
    let said = said_of(topics, |text| text.replacen("slug = \"sleep\"", "slug = \"moving\"", 1));
    assert!(said.contains("the topic \"moving\" is there twice"), "{said}");
    let said = said_of(topics, |text| text.replacen("summary", "sumary", 1));
    assert!(said.contains("topics.toml") && said.contains("sumary"), "{said}");
    let said = said_of("synonyms.toml", |text| text.replacen("pages = [", "pages = [\"the\", ", 1));
    assert!(said.contains("synonyms.toml") && said.contains("\"the\""), "{said}");
}
