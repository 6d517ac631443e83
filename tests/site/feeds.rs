//! What other programs read: well formed, and every address in it opens.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::support::{Answer, Site};

const XML: &[(&str, &str)] = &[
    ("/sitemap.xml", "application/xml"),
    ("/feed.xml", "application/atom+xml"),
    ("/opensearch.xml", "application/opensearchdescription+xml"),
];

/// What stands between each pair of tags of a name.
fn between<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let parts = xml.split(&format!("<{name}>")).skip(1).map(str::to_owned).count();
    let ends: Vec<&str> = xml.split(&format!("</{name}>")).collect();
    assert_eq!(ends.len() - 1, parts, "{name}");
    ends[..parts].iter().map(|part| part.rsplit_once(&format!("<{name}>")).unwrap().1).collect()
}

/// The elements of a document, or what is wrong with it. Knows all of XML that we write.
fn elements(xml: &str) -> Result<usize, String> {
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>").ok_or("no declaration")?;
    let (mut open, mut count) = (Vec::new(), 0);
    while let Some((text, after)) = rest.split_once('<') {
        entities(text)?;
        if open.is_empty() && !text.trim().is_empty() {
            return Err(format!("{text:?} stands outside the root"));
        }
        let (tag, after) = after.split_once('>').ok_or("a tag is not closed")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let opened: &str = open.pop().ok_or("closed too often")?;
            if opened != name {
                return Err(format!("<{opened}> is closed by </{name}>"));
            }
            continue;
        }
        count += 1;
        let (inner, is_empty) = tag.strip_suffix('/').map_or((tag, false), |inner| (inner, true));
        let (name, mut attributes) = inner.split_once(' ').unwrap_or((inner, ""));
        if open.is_empty() && count > 1 {
            return Err("two roots".into());
        }
        while let Some((attribute, after)) = attributes.trim_start().split_once("=\"") {
            let (value, after) = after.split_once('"').ok_or(format!("{attribute} is not closed"))?;
            entities(value)?;
            attributes = after;
        }
        if !attributes.trim().is_empty() {
            return Err(format!("{attributes:?} is not an attribute"));
        }
        if !is_empty {
            open.push(name);
        }
    }
    if open.is_empty() && rest.trim().is_empty() { Ok(count) } else { Err(format!("{open:?} is not closed")) }
}

fn entities(text: &str) -> Result<(), String> {
    let known = ["amp;", "lt;", "gt;", "quot;", "apos;"];
    let bad = text.split('&').skip(1).find(|after| !known.iter().any(|known| after.starts_with(known)));
    bad.map_or(Ok(()), |after| Err(format!("&{after:.20} is not an entity")))
}

#[tokio::test]
async fn every_document_is_well_formed_and_has_its_type() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    for (path, kind) in XML {
        let document = visitor.get(path).await;
        assert_eq!(document.status, StatusCode::OK, "{path}");
        assert!(document.header("content-type").starts_with(kind), "{path}");
        assert!(elements(&document.body).unwrap_or_else(|said| panic!("{path}: {said}")) > 4, "{path}");
    }
    for broken in [
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a><b></a></b>",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>&nbsp;</a>",
    ] {
        assert!(elements(broken).is_err(), "the check can fail");
    }
}

#[tokio::test]
async fn every_address_in_the_feed_and_the_sitemap_opens_and_the_feed_has_every_sheet() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let feed = visitor.get("/feed.xml").await;
    let addresses: Vec<&str> =
        feed.body.split("href=\"").skip(1).map(|part| part.split('"').next().unwrap()).collect();
    let sitemap = visitor.get("/sitemap.xml").await;
    let listed = between(&sitemap.body, "loc");
    for address in addresses.iter().chain(&listed) {
        let path = address.strip_prefix("http://localhost").expect(address);
        assert_eq!(visitor.get(path).await.status, StatusCode::OK, "{path}");
    }
    for path in visitor.get("/fact-sheets").await.attribute(".split .entries a", "href") {
        let address = format!("http://localhost{path}");
        assert!(addresses.contains(&address.as_str()) && listed.contains(&address.as_str()), "{path}");
    }
}

#[tokio::test]
async fn the_feed_is_newest_first_with_an_id_of_its_own_for_each_entry() {
    let site = Site::open().await;
    let feed = site.visitor().get("/feed.xml").await;
    let updated = between(&feed.body, "updated");
    assert!(updated[1..].is_sorted_by(|one, next| one >= next));
    assert_eq!(updated[0], updated[1], "the feed is as new as its newest entry");
    let mut ids = between(&feed.body, "id");
    assert!(ids.iter().all(|id| id.starts_with("tag:mybackpain.co.uk,2026:")));
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), count), (count, between(&feed.body, "entry").len() + 1));
}

#[tokio::test]
async fn pages_with_a_date_have_it_in_the_sitemap() {
    let site = Site::open().await;
    let sitemap = site.visitor().get("/sitemap.xml").await;
    for url in between(&sitemap.body, "url") {
        let has_date = url.contains("<lastmod>20");
        let without =
            ["/assessment<", "/emergency<", "/contact<", "/glossary<"].iter().any(|path| url.contains(path));
        assert_eq!(has_date, !without, "{url}");
    }
}

#[tokio::test]
async fn a_browser_learns_how_to_search_here() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let home = visitor.get("/").await;
    assert_eq!(home.attribute("link[rel=search]", "href"), ["/opensearch.xml"]);
    assert_eq!(home.attribute("link[rel=alternate]", "href"), ["/feed.xml"]);
    let description = visitor.get("/opensearch.xml").await.body;
    let template =
        description.split("template=\"http://localhost").nth(1).unwrap().split('"').next().unwrap();
    let answer = visitor.get(&template.replace("{searchTerms}", "sciatica")).await;
    assert_eq!(answer.first(".entries a"), "Sciatica");
    assert!(between(&description, "ShortName")[0].chars().count() <= 16);
}

#[tokio::test]
async fn security_txt_says_whom_to_write_to_and_until_when() {
    let site = Site::open().await;
    let text = site.visitor().get("/.well-known/security.txt").await;
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    let field = |name: &str| -> String {
        let line = text.body.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name}")).to_owned()
    };
    assert_eq!(field("Contact"), "mailto:hello@mybackpain.co.uk");
    assert_eq!(field("Canonical"), "http://localhost/.well-known/security.txt");
    let expires: jiff::Timestamp = field("Expires").parse().unwrap();
    assert!(expires > site.now());
}

#[tokio::test]
async fn robots_are_kept_from_the_desk_and_from_searches() {
    let site = Site::open().await;
    let robots = site.visitor().get("/robots.txt").await.body;
    for line in ["Disallow: /staff", "Disallow: /search", "Sitemap: http://localhost/sitemap.xml"] {
        assert!(robots.lines().any(|found| found == line), "{line}");
    }
}

#[tokio::test]
async fn what_a_program_has_already_is_not_sent_again() {
    let site = Site::open().await;
    for path in ["/feed.xml", "/sitemap.xml", "/robots.txt", "/opensearch.xml", "/.well-known/security.txt"] {
        let ask =
            |tag: &str| Request::get(path).header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap();
        let first: Answer = site.send(ask("\"none\"")).await;
        assert_eq!(first.status, StatusCode::OK, "{path}");
        let again = site.send(ask(first.header("etag"))).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
    }
}
