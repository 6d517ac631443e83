//! Addresses as people and programs write them: capitals, slashes, icons that browsers ask for by themselves.

use axum::http::StatusCode;

use crate::support::Site;

#[tokio::test]
async fn capitals_needless_signs_and_slashes_lead_on_for_good_with_their_query() {
    let site = Site::open().await;
    for (from, to) in [
        ("/fact-sheets/Sciatica", "/fact-sheets/sciatica"),
        ("/fact-sheets/%73ciatica", "/fact-sheets/sciatica"),
        ("//fact-sheets", "/fact-sheets"),
        ("/consultations/new/", "/consultations/new"),
        ("/search/?q=numb+leg", "/search?q=numb+leg"),
        ("/staff/", "/staff"),
        ("/NIGHT", "/night"),
    ] {
        let answer = site.visitor().get(from).await;
        assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{from}");
        assert_eq!(answer.location(), to);
    }
    let unknown = site.visitor().get("/no-such-page").await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.body.contains("<h1"), "a page in plain words");
}

#[tokio::test]
async fn files_that_browsers_ask_for_by_themselves_are_there() {
    let site = Site::open().await;
    for (path, content_type) in [
        ("/favicon.ico", "image/x-icon"),
        ("/apple-touch-icon.png", "image/png"),
        ("/icon-192.png", "image/png"),
        ("/icon-512.png", "image/png"),
        ("/preview.png", "image/png"),
        ("/manifest.webmanifest", "application/manifest+json"),
    ] {
        let answer = site.visitor().get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(answer.headers["content-type"], content_type);
    }
    let manifest = site.visitor().get("/manifest.webmanifest").await.body;
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["name"], "My Back Pain");
    // A page says where they are: a phone and a link preview look nowhere else.
    let home = site.visitor().get("/").await;
    assert_eq!(home.attribute("link[rel=manifest]", "href"), ["/manifest.webmanifest"]);
    assert_eq!(home.attribute("meta[property=og\\:image]", "content"), ["http://localhost/preview.png"]);
    assert_eq!(site.visitor().get("/.well-known/change-password").await.location(), "/staff/account");
}
