//! Pages, drawings, styles and scripts are answered before the router is asked: the answer is the router's, to the byte.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header};
use http_body_util::BodyExt;
use mybackpain::cli::publication::Edition;
use mybackpain::web::server::Answering;
use mybackpain::web::static_files;
use regex::Regex;
use tower::ServiceExt;

use crate::support::Site;

#[tokio::test]
async fn an_answer_that_stands_ready_is_the_one_of_the_router_in_every_header_and_byte() {
    let site = Site::open().await;
    let edition = edition(&site).await;
    let mut paths: Vec<String> = edition.pages.paths().map(str::to_owned).collect();
    paths.sort();
    assert!(paths.len() > 40, "{}", paths.len());
    let sheet = "/fact-sheets/exercises-step-by-step";
    paths.extend([
        static_files::href("base.css"),
        static_files::href("site.js"),
        drawing_of(&site, sheet).await,
    ]);
    for path in paths {
        for encodings in ["", "gzip", "gzip;q=0, identity"] {
            same(&edition, &path, encodings).await;
        }
    }
    same(&edition, sheet, "gzip, deflate, br").await;
    same(&edition, &static_files::href("base.css"), "br").await;
}

#[tokio::test]
async fn nothing_but_a_page_or_a_file_that_is_there_is_answered_without_the_router() {
    let site = Site::open().await;
    let edition = edition(&site).await;
    let ready =
        |method: Method, path: &str| edition.at_once(&method, &uri(path), &HeaderMap::new()).is_some();
    assert!(
        ready(Method::GET, "/night")
            && ready(Method::HEAD, "/night")
            && ready(Method::GET, "/night?from=mail")
    );
    for path in [
        "/staff",
        "/search?q=sleep",
        "/consultations/new",
        "/nowhere",
        "/Night",
        "/night/",
        "/assets/x/base.css",
    ] {
        assert!(!ready(Method::GET, path), "{path}");
    }
    assert!(!ready(Method::POST, "/night"));
}

#[tokio::test]
async fn what_has_still_to_be_compressed_is_left_to_the_router() {
    // Of pages of its own, which no other test has asked for.
    let site = Site::of_content(&[]).await;
    let edition = edition(&site).await;
    let takes = |encoding: &'static str| {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(encoding))])
    };
    for encoding in ["gzip", "br"] {
        let ready = || edition.at_once(&Method::GET, &uri("/night"), &takes(encoding)).is_some();
        assert!(!ready(), "{encoding}");
        let mut request = Request::builder().uri("/night").body(Body::empty()).unwrap();
        request.headers_mut().extend(takes(encoding));
        assert_eq!(edition.router().oneshot(request).await.unwrap().status(), StatusCode::OK);
        assert!(ready(), "{encoding}");
    }
}

async fn edition(site: &Site) -> Arc<Edition> {
    site.publisher().await.unwrap().editions().borrow().clone()
}

async fn drawing_of(site: &Site, sheet: &str) -> String {
    let html = site.visitor().get(sheet).await.body;
    Regex::new(r#"/[^"]+\.svg"#)
        .unwrap()
        .find_iter(&html)
        .map(|found| found.as_str().to_owned())
        .find(|path| !path.starts_with("/assets/"))
        .unwrap()
}

/// Whole, when it is known already, and for its headers alone.
async fn same(edition: &Edition, path: &str, encodings: &str) {
    let mut asked = HeaderMap::new();
    if !encodings.is_empty() {
        asked.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(encodings).unwrap());
    }
    let (status, headers, body) = both(edition, Method::GET, path, &asked).await;
    assert!(status == StatusCode::OK && !body.is_empty(), "{path}");
    let (status, _, of_head) = both(edition, Method::HEAD, path, &asked).await;
    assert!(status == StatusCode::OK && (of_head.is_empty() || of_head == body), "{path}");
    asked.insert(header::IF_NONE_MATCH, headers[header::ETAG].clone());
    let (status, _, body) = both(edition, Method::GET, path, &asked).await;
    assert!(status == StatusCode::NOT_MODIFIED && body.is_empty(), "{path}");
}

async fn both(
    edition: &Edition,
    method: Method,
    path: &str,
    asked: &HeaderMap,
) -> (StatusCode, HeaderMap, Bytes) {
    let mut request = Request::builder().method(method.clone()).uri(path).body(Body::empty()).unwrap();
    request.headers_mut().extend(asked.clone());
    // The router compresses what is not yet.
    let routed = taken_apart(edition.router().oneshot(request).await.unwrap()).await;
    let ready = edition.at_once(&method, &uri(path), asked).unwrap_or_else(|| panic!("{path} stands ready"));
    let ready = taken_apart(ready).await;
    assert_eq!(ready.0, routed.0, "{path}");
    // What goes over the wire says this of both.
    let of_length = |mut headers: HeaderMap| {
        headers.remove(header::CONTENT_LENGTH);
        headers
    };
    assert_eq!(of_length(ready.1.clone()), of_length(routed.1.clone()), "{method} {path}");
    if method == Method::GET {
        assert_eq!(ready.2, routed.2, "{path}");
    }
    ready
}

async fn taken_apart(response: Response<Body>) -> (StatusCode, HeaderMap, Bytes) {
    let (head, body) = response.into_parts();
    (head.status, head.headers, body.collect().await.unwrap().to_bytes())
}

fn uri(path: &str) -> Uri {
    path.parse().unwrap()
}
