//! Every address that anyone can open: its answer, its headers, its links.

use std::collections::{HashMap, HashSet};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::support::desk::page;
use crate::support::{Answer, Site, consultation};

/// Pages for everyone that the sitemap does not list.
const FORMS: &[&str] = &[
    "/consultations/new",
    "/reports/new",
    "/reports/new?about=fibromyalgia",
    "/usefulness",
    "/corrections/new",
    "/corrections/new?about=fibromyalgia",
    "/search",
    "/search?q=sleep",
    "/search?q=numb",
    "/assessment/safety",
    "/assessment/resume",
    "/assessment/erased",
    "/complaints",
    "/staff/sign-in",
];

async fn public_paths(site: &Site) -> Vec<String> {
    let sitemap = site.visitor().get("/sitemap.xml").await;
    let paths: Vec<String> = sitemap
        .body
        .split("<loc>")
        .skip(1)
        .map(|part| part.split("</loc>").next().unwrap().trim_start_matches("http://localhost").to_owned())
        .map(|path| if path.is_empty() { "/".to_owned() } else { path })
        .collect();
    assert!(paths.len() > 12, "{paths:?}");
    paths
}

pub async fn every_page(site: &Site) -> HashMap<String, Answer> {
    let mut pages = HashMap::new();
    let mut visitor = site.visitor();
    for path in public_paths(site).await.iter().map(String::as_str).chain(FORMS.iter().copied()) {
        pages.insert(path.to_owned(), visitor.get(path).await);
    }
    pages
}

#[tokio::test]
async fn every_page_opens_with_one_heading_a_title_and_its_headers() {
    let site = Site::open().await;
    let mut titles = HashSet::new();
    for (path, page) in every_page(&site).await {
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert_eq!(page.all("h1").len(), 1, "{path}");
        let heading = page.first("h1");
        assert!(heading.chars().count() <= 65, "{path}: {heading}");
        let title = page.first("title");
        assert!(title.ends_with("My Back Pain"), "{path}: {title}");
        assert!(titles.insert(title.clone()) || path.contains("?about"), "{path} shares its title: {title}");
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "cross-origin-embedder-policy",
            "permissions-policy",
            "cache-control",
        ] {
            assert!(!page.header(name).is_empty(), "{path} has no {name}");
        }
    }
}

#[tokio::test]
async fn no_public_page_sets_a_cookie_or_holds_a_style_or_a_handler() {
    let site = Site::open().await;
    for (path, page) in every_page(&site).await {
        assert!(page.headers.get(header::SET_COOKIE).is_none(), "{path}");
        assert!(!page.body.contains(" style=") && !page.body.contains(" onclick="), "{path}");
    }
}

#[tokio::test]
async fn every_link_on_the_site_leads_somewhere_and_every_fragment_exists() {
    let site = Site::open().await;
    let pages = every_page(&site).await;
    let mut visitor = site.visitor();
    for (path, page) in &pages {
        for link in page
            .attribute("a[href]", "href")
            .into_iter()
            .chain(page.attribute("link[href], script[src]", "href"))
        {
            let Some((to, fragment)) = local(path, &link) else { continue };
            let fetched;
            let target = match pages.get(&to) {
                Some(target) => target,
                None => {
                    fetched = visitor.get(&to).await;
                    &fetched
                }
            };
            assert_eq!(target.status, StatusCode::OK, "{path} links to {link}");
            if let Some(id) = fragment {
                let found = target.attribute(&format!("[id='{id}']"), "id");
                assert_eq!(
                    found.len(),
                    1,
                    "{path} links to {link}, and that id is there {} times",
                    found.len()
                );
            }
        }
    }
}

/// The path and the fragment of a link within the site.
fn local(from: &str, link: &str) -> Option<(String, Option<String>)> {
    let link = link.strip_prefix("http://localhost").unwrap_or(link);
    let (to, fragment) = link.split_once('#').map_or((link, None), |(to, id)| (to, Some(id.to_owned())));
    match to {
        "" => Some((from.to_owned(), fragment)),
        to if to.starts_with('/') => Some((to.to_owned(), fragment)),
        _ => None,
    }
}

#[tokio::test]
async fn every_field_has_a_label_and_every_description_exists() {
    let site = Site::open().await;
    for (path, page) in every_page(&site).await {
        let ids = page.attribute("[id]", "id");
        let unique: HashSet<&String> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{path} uses an id twice");
        let labels: HashSet<String> = page.attribute("label[for]", "for").into_iter().collect();
        for field in page.attribute("input:not([type=hidden]), textarea, select", "id") {
            assert!(labels.contains(&field), "{path}: {field} has no label");
        }
        for described in page.attribute("[aria-describedby]", "aria-describedby") {
            assert!(
                described.split(' ').all(|id| ids.iter().any(|known| known == id)),
                "{path}: {described}"
            );
        }
    }
}

#[tokio::test]
async fn a_public_page_is_compressed_and_is_not_sent_twice_to_who_has_it() {
    let site = Site::open().await;
    let ask = |name: header::HeaderName, value: String| {
        Request::get("/fact-sheets/sleep-and-back-pain").header(name, value).body(Body::empty()).unwrap()
    };
    let brotli = site.send(ask(header::ACCEPT_ENCODING, "gzip, br".into())).await;
    assert_eq!(brotli.header("content-encoding"), "br");
    assert_eq!(brotli.header("vary"), "accept-encoding");
    let gzip = site.send(ask(header::ACCEPT_ENCODING, "gzip".into())).await;
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_ne!(gzip.header("etag"), brotli.header("etag"), "each form has its own strong tag");
    let again = site.send(ask(header::IF_NONE_MATCH, brotli.header("etag").to_owned())).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    assert!(again.header("cache-control").starts_with("public"));
}

#[tokio::test]
async fn assets_are_kept_for_good_and_an_old_address_is_not_found() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    let home = visitor.get("/").await;
    let style = &home.attribute("link[rel=stylesheet]", "href")[0];
    let kept = visitor.get(style).await;
    assert_eq!(kept.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(visitor.get("/assets/000000/site.css").await.status, StatusCode::NOT_FOUND);
    assert!(home.attribute("script[src]", "integrity")[0].starts_with("sha384-"));
}

#[tokio::test]
async fn an_unknown_page_says_what_to_do_and_gives_the_phone_number() {
    let site = Site::open().await;
    let lost = site.visitor().get("/fact-sheets/no-such-page").await;
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
    assert_eq!(lost.first("h1"), "Page not found");
    assert!(lost.words().contains("020 7946 0123"));
    assert_eq!(lost.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_slash_too_many_leads_to_the_page_and_never_to_another_host() {
    let site = Site::open().await;
    let mut visitor = site.visitor();
    assert_eq!(visitor.get("/fact-sheets/").await.location(), "/fact-sheets");
    assert_eq!(visitor.get("//example.com/").await.location(), "/example.com", "on this host");
    for odd in ["/example.com", "//example.com/%2f..", "/\\example.com/"] {
        assert_eq!(visitor.get(odd).await.status, StatusCode::NOT_FOUND, "{odd}");
    }
}

#[tokio::test]
async fn every_address_of_the_desk_refuses_strangers() {
    let site = Site::open().await;
    let mut stranger = site.visitor();
    for path in [
        "/staff",
        "/staff/components",
        "/staff/search",
        "/staff/bulk-acts",
        "/staff/bulk-acts/1",
        "/staff/events",
        "/staff/calls",
        "/staff/diary",
        "/staff/account/calendar",
        "/staff/consultations/new",
        "/staff/consultations/BP-2222-3333",
        "/staff/consultations/BP-2222-3333/events",
        "/staff/consultations/BP-2222-3333/booking",
        "/staff/consultations/BP-2222-3333/cancellation",
        "/staff/consultations/BP-2222-3333/message",
        "/staff/replies",
        "/staff/mail",
        "/staff/mail/1",
        "/staff/pages",
        "/staff/corrections/MP-3333-4444",
    ] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.location().starts_with("/staff/sign-in"), "{path}: {}", answer.location());
    }
    let acts = [
        "contact",
        "calls",
        "owner",
        "notes",
        "closure",
        "attention",
        "spam",
        "clearance",
        "hold",
        "release",
        "booking",
        "cancellation",
    ];
    let acts = acts.map(|act| format!("/staff/consultations/BP-2222-3333/{act}"));
    for path in acts.iter().map(String::as_str).chain([
        "/staff/search",
        "/staff/bulk-acts",
        "/staff/bulk-acts/1/undo",
        "/staff/consultations/new",
        "/staff/mail/1/repeat",
        "/staff/mail/1/address",
        "/staff/mail/1/settlement",
        "/staff/corrections/MP-3333-4444/answer",
    ]) {
        let answer = stranger.post(path, &[]).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/staff/sign-in"), "{path}");
    }
    assert_eq!(stranger.get("/staff/welcome/0123456789").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_https_site_says_so_in_its_headers() {
    let site = Site::with(mybackpain::web::security::Limits::none(), "https://clinic.example").await;
    let home = site.visitor().get("/").await;
    assert!(home.header("strict-transport-security").contains("max-age=63072000"));
    assert!(home.header("content-security-policy").contains("upgrade-insecure-requests"));
    let plain = Site::open().await.visitor().get("/").await;
    assert_eq!(plain.header("strict-transport-security"), "");
}

#[tokio::test]
async fn every_page_of_the_desk_has_one_heading_labels_and_links_that_lead_somewhere() {
    let site = Site::open().await;
    let reference = site.one_request().await;
    let booked = site.request(&crate::support::with(consultation(), "concern", &["numb"])).await;
    let mut staff = site.staff().await;
    staff.book(&booked).await;
    let (one, other) = (page(&reference), page(&booked));
    for path in [
        "/staff",
        "/staff?show=done",
        "/staff?show=spam",
        "/staff?state=booked&owner=me&method=phone",
        "/staff/calls",
        "/staff/diary",
        "/staff/diary?day=2026-06-04&by=room",
        "/staff/diary?day=4/6/26&view=week",
        "/staff/consultations/new",
        &one,
        &other,
        &format!("{one}/booking"),
        &format!("{other}/booking"),
        &format!("{other}/cancellation"),
        &format!("{one}/message"),
    ] {
        let shown = staff.get(path).await;
        assert_eq!((shown.status, shown.all("h1").len()), (StatusCode::OK, 1), "{path}");
        assert_eq!(shown.header("cache-control"), "no-store", "{path}");
        assert!(!shown.body.contains(" style=") && !shown.body.contains(" onclick="), "{path}");
        let ids = shown.attribute("[id]", "id");
        let unique: HashSet<&String> = ids.iter().collect();
        assert_eq!(ids.len(), unique.len(), "{path} uses an id twice");
        let mut labels: HashSet<String> = shown.attribute("label[for]", "for").into_iter().collect();
        // What stands within its label needs no other tie to it.
        labels.extend(shown.attribute("label input", "id"));
        for field in shown.attribute("input:not([type=hidden]), textarea, select", "id") {
            assert!(labels.contains(&field), "{path}: {field} has no label");
        }
        for link in shown.attribute("main a[href]", "href").iter().filter_map(|link| local(path, link)) {
            assert_eq!(staff.get(&link.0).await.status, StatusCode::OK, "{path} links to {}", link.0);
        }
    }
}
