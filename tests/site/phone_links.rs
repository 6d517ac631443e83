//! Phone numbers as people type them: on the desk each one is a link of its own, with its words beside it.

use mybackpain::clinic::Role;

use crate::support::desk::page;
use crate::support::{Answer, Site, consultation, with};

const TYPED: &str = "Mum: 07700 900123 after 6, home +44 (0)20 7946 0123 ext 12";
const LINKS: [&str; 2] = ["tel:07700900123", "tel:+442079460123"];

/// Each number in this part of a page, and the words around them.
fn shown(page: &Answer, place: &str) -> (Vec<String>, Vec<String>, String) {
    let links = format!("{place} a[href^='tel:']");
    (page.attribute(&links, "href"), page.all(&links), page.first(place))
}

#[tokio::test]
async fn each_number_is_a_link_of_its_own_and_its_words_stay_beside_it() {
    let site = Site::open().await;
    let reference = site.request(&with(consultation(), "phone", &[TYPED])).await;
    let mut staff = site.staff().await;
    for (path, place) in [
        ("/staff".to_owned(), "tbody td"),
        ("/staff/calls".to_owned(), "tbody td"),
        (page(&reference), ".ring .number"),
        (page(&reference), "section[aria-labelledby=reach] dd"),
    ] {
        let (links, numbers, words) = shown(&staff.get(&path).await, place);
        assert_eq!(links[..2], LINKS, "{path}, {place}");
        assert_eq!(numbers[..2], ["07700 900123", "+44 (0)20 7946 0123"], "{path}, {place}");
        assert!(words.contains(TYPED), "{path}, {place}: {words}");
    }
    let found = staff.post("/staff/search", &[("q", "020 7946 0123")]).await;
    assert_eq!(shown(&found, "main").0[..2], LINKS);
    let keys = staff.get(&page(&reference)).await.attribute(".ring [data-key=p]", "href");
    assert_eq!(keys, LINKS[..1], "one key rings the first");
}

#[tokio::test]
async fn a_complaint_shows_each_number_as_a_link() {
    let site = Site::open().await;
    let form = [("name", "Ada"), ("email", ""), ("phone", TYPED), ("words", "My details were read out")];
    let mut patient = site.visitor();
    let sent = patient.submit("/complaints", &form).await;
    let reference = patient.get(sent.location()).await.first(".ref");
    let mut admin = site.staff_as(Role::Administrator).await;
    let shown_there = admin.get(&format!("/staff/complaints/{reference}")).await;
    let (links, _, words) = shown(&shown_there, "section[aria-labelledby=who]");
    assert_eq!(links, LINKS);
    assert!(words.contains(TYPED), "{words}");
    let expired = admin.post("/staff/data-rights", &[("person", "07700 900123")]).await;
    assert_eq!(expired.attribute(".lede a", "href"), LINKS[..1]);
}
