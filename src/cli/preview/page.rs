//! Puts the bar onto each page, and answers for the preview's own addresses.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;

use crate::cli::preview::edition::PreviewEdition;
use crate::library::check::CheckFinding;
use crate::library::check::rules::Level;
use crate::web::app::Stopping;
use crate::web::form::Query;
use crate::web::security::Headers;

/// Shorter than any proxy or browser waits.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Larger than any page.
const LARGEST_PAGE: usize = 16 * 1024 * 1024;

const HEAD: &str = "<link rel=\"stylesheet\" href=\"/preview/bar.css\">\n\
    <script src=\"/preview/reload.js\" defer></script>\n</head>";

pub type Editions = watch::Receiver<Arc<PreviewEdition>>;

#[derive(Template)]
#[template(path = "preview/bar.html")]
struct Bar<'a> {
    version: u64,
    waits: Option<String>,
    findings: Vec<FindingShown<'a>>,
    elsewhere: usize,
}

#[derive(Template)]
#[template(path = "preview/index.html")]
struct AllFindings<'a> {
    version: u64,
    drafts: Vec<(String, &'a str, String)>,
    findings: Vec<FindingShown<'a>>,
}

struct FindingShown<'a> {
    is_error: bool,
    /// The page that it is about.
    path: Option<String>,
    place: String,
    rule: &'a str,
    message: &'a str,
    asks: &'a str,
}

/// The whole preview, at any time as it is then.
pub fn routes(editions: Editions) -> Router {
    let own = Router::new()
        .route("/preview", get(index))
        .route("/preview/changes", get(changes))
        .route("/preview/bar.css", get(|| own_file("text/css; charset=utf-8", include_str!("bar.css"))))
        .route(
            "/preview/reload.js",
            get(|| own_file("text/javascript; charset=utf-8", include_str!("reload.js"))),
        )
        .layer(middleware::map_response(with_headers));
    own.with_state(editions.clone()).fallback_service(
        Router::new().fallback(page).layer(middleware::from_fn(only_read)).with_state(editions),
    )
}

async fn own_file(content_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")], text)
}

async fn with_headers(mut response: Response) -> Response {
    Headers::new(false).add_to(&mut response);
    response
}

/// Nothing is sent, and there is no desk.
async fn only_read(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path == "/staff" || path.starts_with("/staff/") || path.starts_with("/calendar/") {
        return with_headers(StatusCode::NOT_FOUND.into_response()).await;
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let words = "<!doctype html>\n<html lang=\"en-GB\">\n<title>Nothing was sent</title>\n<h1>Nothing was sent</h1>\n\
            <p>This is a preview of the pages: its forms go nowhere. <a href=\"/\">Back to the first page</a></p>\n";
        return with_headers((StatusCode::FORBIDDEN, Html(words)).into_response()).await;
    }
    next.run(request).await
}

async fn page(State(editions): State<Editions>, mut request: Request) -> Response {
    let edition = editions.borrow().clone();
    let path = request.uri().path().to_owned();
    // The bar goes into plain words, and a page of before is never taken for the page of now.
    for name in [header::ACCEPT_ENCODING, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE] {
        request.headers_mut().remove(name);
    }
    let answered = tower::ServiceExt::oneshot(edition.router.clone(), request).await;
    let response = answered.unwrap_or_else(|never| match never {});
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_page { with_bar(response, &edition, &path).await } else { response }
}

async fn with_bar(response: Response, edition: &PreviewEdition, path: &str) -> Response {
    let (mut head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_PAGE).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let html = String::from_utf8_lossy(&bytes).into_owned();
    let findings: Vec<_> = edition.findings_of(path).map(|found| shown(edition, found)).collect();
    let elsewhere = edition.findings.len() - findings.len();
    let bar = Bar { version: edition.version, waits: edition.waits(path), findings, elsewhere };
    let bar = bar.render().unwrap_or_default();
    let html = html.replacen("</head>", HEAD, 1).replacen("</body>", &format!("{bar}</body>"), 1);
    head.headers.remove(header::CONTENT_LENGTH);
    head.headers.remove(header::ETAG);
    head.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Response::from_parts(head, Body::from(html))
}

async fn index(State(editions): State<Editions>) -> Response {
    let edition = editions.borrow().clone();
    let drafts = edition.library.sheets.iter().filter_map(|sheet| {
        let path = sheet.path();
        edition.waits(&path).map(|waits| (path, sheet.front.title.as_str(), waits))
    });
    let page = AllFindings {
        version: edition.version,
        drafts: drafts.collect(),
        findings: edition.findings.iter().map(|found| shown(&edition, found)).collect(),
    };
    let html = page.render().unwrap_or_default();
    ([(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

/// Answers with the number of the edition as soon as it is another one than `since`.
async fn changes(
    State(mut editions): State<Editions>,
    Query(asked): Query,
    mut stopping: Stopping,
) -> Response {
    let since = asked.text("since").parse().unwrap_or(0);
    let changed = editions.wait_for(|edition| edition.version != since);
    tokio::select! {
        _ = tokio::time::timeout(LONGEST_WAIT, changed) => {}
        () = stopping.wait() => {}
    }
    let version = editions.borrow().version;
    ([(header::CACHE_CONTROL, "no-store")], version.to_string()).into_response()
}

fn shown<'a>(edition: &PreviewEdition, found: &'a CheckFinding) -> FindingShown<'a> {
    FindingShown {
        is_error: found.rule.level == Level::Error,
        path: edition.path_of(found),
        place: format!("{}:{}", found.file, found.place.line),
        rule: found.rule.id,
        message: &found.message,
        asks: found.rule.asks,
    }
}
