//! The desk's list of pages to review: when each is due, warnings, votes.

use jiff::SignedDuration;

use crate::support::Site;

#[tokio::test]
async fn every_page_stands_once_by_the_time_of_its_review() {
    let site = Site::open().await;
    let page = site.staff().await.get("/staff/pages").await;
    let links = page.attribute("table.upkeep a", "href");
    for path in ["/fact-sheets/sleep-and-back-pain", "/guides/sleep-and-pain", "/privacy", "/night"] {
        assert_eq!(links.iter().filter(|link| *link == path).count(), 1, "{path}");
    }
    assert!(page.first("#overdue").contains("0 pages"));
    assert!(page.first(".lede").contains("No clinician has signed off"));
    assert!(page.words().contains("27 November 2028"));
}

#[tokio::test]
async fn a_review_comes_nearer_and_is_overdue_at_last() {
    let site = Site::open().await;
    let shown = async |section: &str| {
        let page = site.staff().await.get("/staff/pages").await;
        let count = page.first(&format!("#{section}"));
        !count.contains(" 0 pages")
    };
    // All sheets are reviewed by 27 November 2028; today is 20 May 2026.
    assert!(shown("later").await && !shown("overdue").await);
    site.clock.advance(SignedDuration::from_hours(24 * (915 - 60)));
    assert!(shown("in-90-days").await && !shown("in-30-days").await);
    site.clock.advance(SignedDuration::from_hours(24 * 40));
    assert!(shown("in-30-days").await && !shown("overdue").await);
    site.clock.advance(SignedDuration::from_hours(24 * 60));
    assert!(shown("overdue").await);
}

#[tokio::test]
async fn votes_are_counted_at_their_page() {
    let site = Site::open().await;
    for useful in ["yes", "yes", "no"] {
        site.visitor().post("/usefulness", &[("about", "fibromyalgia"), ("useful", useful)]).await;
    }
    let page = site.staff().await.get("/staff/pages").await;
    assert!(
        page.all("table.upkeep tr")
            .iter()
            .any(|row| row.contains("Fibromyalgia") && row.contains("2 yes, 1 no"))
    );
    assert!(page.words().contains("No votes yet"));
}
