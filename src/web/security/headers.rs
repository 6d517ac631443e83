//! Headers on every response, and refusal of posts that come from nowhere.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const PERMISSIONS_POLICY: &str = "permissions-policy";
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), \
    display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), \
    local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), \
    publickey-credentials-create=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), \
    usb=(), window-management=(), xr-spatial-tracking=()";

/// The policy of a drawing: it holds its own style, for light and dark, and may load nothing.
const DRAWING: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// The headers that every response carries, errors too (promises.md in the owner's papers, section 4).
#[derive(Clone)]
pub struct Headers(Arc<HeaderMap>);

impl Headers {
    pub fn new(https: bool) -> Headers {
        let mut policy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
            connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; \
            frame-ancestors 'none'; require-trusted-types-for 'script'"
                .to_owned();
        let mut headers = HeaderMap::new();
        if https {
            policy.push_str("; upgrade-insecure-requests");
            let two_years = HeaderValue::from_static("max-age=63072000; includeSubDomains; preload");
            headers.insert(header::STRICT_TRANSPORT_SECURITY, two_years);
        }
        headers.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_str(&policy).expect("the policy is plain text"),
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            // "no-referrer" would make a form on our own page arrive with "Origin: null", and be refused.
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-embedder-policy", "require-corp"),
            (PERMISSIONS_POLICY, PERMISSIONS),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Headers(Arc::new(headers))
    }

    /// Adds the headers; an answer without `Cache-Control` gets `no-store`.
    pub fn add_to(&self, response: &mut Response) {
        let headers = response.headers_mut();
        for (name, value) in self.0.iter() {
            // The desk has its own, with passkeys.
            if name != PERMISSIONS_POLICY || !headers.contains_key(name) {
                headers.insert(name, value.clone());
            }
        }
        if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "image/svg+xml") {
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DRAWING));
        }
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

/// On the desk, our scripts may ask for passkeys.
pub async fn allow_passkeys(mut response: Response) -> Response {
    let opened = ["create", "get"].iter().fold(PERMISSIONS.to_owned(), |policy, act| {
        policy.replace(
            &format!("publickey-credentials-{act}=()"),
            &format!("publickey-credentials-{act}=(self)"),
        )
    });
    let policy = HeaderValue::from_str(&opened).expect("the policy is plain text");
    response.headers_mut().insert(PERMISSIONS_POLICY, policy);
    response
}

/// On the desk, a post with neither `Origin` nor `Sec-Fetch-Site` is refused too.
pub async fn refuse_posts_of_unknown_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    // A header without a word says nothing either.
    let says = |name: &str| headers.get(name).is_some_and(|value| !value.is_empty());
    let says_nothing = !says("origin") && !says("sec-fetch-site");
    if says_nothing && !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}
