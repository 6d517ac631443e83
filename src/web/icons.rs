//! Pictures and files that browsers look for at addresses of their own choosing: icons, the manifest, the link preview.

use std::sync::Arc;

use axum::Router;
use axum::http::HeaderMap;
use axum::response::Redirect;
use axum::routing::get;
use serde_json::json;

use crate::web::page::StaticPage;
use crate::web::site::Site;

/// An address of the picture that stands beside a shared link: 1200 by 630 pixels.
pub const PREVIEW: &str = "/preview.png";

/// These addresses hold no hash, so they are asked for anew each day.
const DAY: &str = "public, max-age=86400";
const PNG: &str = "image/png";

pub fn routes(site: &Site) -> Router {
    let files = [
        ("/favicon.ico", "image/x-icon", include_bytes!("../../static/favicon.ico").to_vec()),
        ("/apple-touch-icon.png", PNG, include_bytes!("../../static/apple-touch-icon.png").to_vec()),
        ("/icon-192.png", PNG, include_bytes!("../../static/icon-192.png").to_vec()),
        ("/icon-512.png", PNG, include_bytes!("../../static/icon-512.png").to_vec()),
        (PREVIEW, PNG, include_bytes!("../../static/preview.png").to_vec()),
        ("/manifest.webmanifest", "application/manifest+json", manifest(site)),
    ];
    let mut router =
        Router::new().route("/.well-known/change-password", get(async || Redirect::to("/staff/account")));
    for (path, content_type, bytes) in files {
        let file = Arc::new(StaticPage::new(content_type, DAY, bytes));
        router = router.route(path, get(async move |asked: HeaderMap| file.answer(&asked)));
    }
    router
}

/// What a phone shows when someone keeps the site on its first screen (w3.org/TR/appmanifest).
fn manifest(site: &Site) -> Vec<u8> {
    let name = &site.clinic.site;
    json!({
        "name": name,
        "short_name": name,
        "start_url": "/",
        "display": "browser",
        "background_color": "#faf6ee",
        "theme_color": "#0b505d",
        "icons": [
            { "src": "/icon-192.png", "sizes": "192x192", "type": PNG },
            { "src": "/icon-512.png", "sizes": "512x512", "type": PNG },
        ],
    })
    .to_string()
    .into_bytes()
}
