//! A template as a response, and pages that are rendered and compressed once and served many times.

use std::io::Write;
use std::sync::OnceLock;

use askama::Template;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::web::tappable::tappable;

pub const HTML: &str = "text/html; charset=utf-8";

/// How long anyone may keep a public page: a minute in a browser, ten in a shared cache, and stale while it is renewed.
pub const PUBLIC: &str = "public, max-age=60, s-maxage=600, stale-while-revalidate=86400";
/// A public page that changes from day to day: never shown stale.
pub const DAILY: &str = "public, max-age=60, s-maxage=600";
/// An address that holds its content's hash never changes.
pub const FOREVER: &str = "public, max-age=31536000, immutable";
/// A page that holds nobody's data and is true only now.
const FRESH: &str = "no-cache";
/// Anything that is about one person.
pub const PRIVATE: &str = "no-store";

/// Brotli's best quality: a page of 40 kB takes about 50 ms, once.
const BROTLI_QUALITY: i32 = 11;

/// A page for one visitor, never kept by a cache and never listed by a search engine.
pub fn private(status: StatusCode, template: &impl Template) -> Response {
    let mut response = fresh(status, template);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(PRIVATE));
    response.headers_mut().insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

/// A page that is true only now, such as a form with the promise of this hour: asked for anew each time.
pub fn fresh(status: StatusCode, template: &impl Template) -> Response {
    let mut response = match template.render() {
        Ok(html) => (status, [(header::CONTENT_TYPE, HTML)], tappable(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a template failed");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(FRESH));
    response
}

/// Bytes that are the same for everyone, each encoding with its own strong ETag. An encoding is made when it is first
/// asked for, so that the site starts at once, and kept.
pub struct StaticPage {
    content_type: &'static str,
    cache: &'static str,
    hash: String,
    plain: Encoded,
    gzip: OnceLock<Encoded>,
    brotli: OnceLock<Encoded>,
}

/// One form of a page.
struct Encoded {
    etag: HeaderValue,
    bytes: Bytes,
}

impl StaticPage {
    pub fn new(content_type: &'static str, cache: &'static str, plain: Vec<u8>) -> StaticPage {
        let hash = crate::storage::encryption::hex(&Sha256::digest(&plain)[..12]);
        let plain = Encoded::of(&hash, "", plain);
        StaticPage { content_type, cache, hash, plain, gzip: OnceLock::new(), brotli: OnceLock::new() }
    }

    pub fn page(template: &impl Template) -> anyhow::Result<StaticPage> {
        StaticPage::kept(template, PUBLIC)
    }

    /// A page that others may keep as `cache` says.
    pub fn kept(template: &impl Template, cache: &'static str) -> anyhow::Result<StaticPage> {
        Ok(StaticPage::new(HTML, cache, tappable(without_indents(&template.render()?)).into_bytes()))
    }

    /// A short name of the content, for addresses.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    pub fn plain(&self) -> &[u8] {
        &self.plain.bytes
    }

    /// The page as Brotli makes it.
    pub fn brotli(&self) -> &[u8] {
        &self.in_brotli().bytes
    }

    fn in_brotli(&self) -> &Encoded {
        self.brotli.get_or_init(|| Encoded::of(&self.hash, "-br", brotli(self.plain())))
    }

    fn gzip(&self) -> &Encoded {
        self.gzip.get_or_init(|| Encoded::of(&self.hash, "-gzip", gzip(self.plain())))
    }

    /// Takes what Brotli made of the very same bytes before, unless there is something already.
    pub fn take_brotli(&self, bytes: Bytes) {
        self.brotli.get_or_init(|| Encoded::of(&self.hash, "-br", bytes));
    }

    pub fn is_compressed(&self) -> bool {
        self.brotli.get().is_some()
    }

    /// Makes both encodings before anyone asks for them. True where Brotli, which takes long, had not been done.
    pub fn compress(&self) -> bool {
        let is_new = !self.is_compressed();
        self.in_brotli();
        self.gzip();
        is_new
    }

    /// As `answer`, where the form that the visitor takes was made already, so that it costs nothing.
    pub fn ready_answer(&self, asked: &HeaderMap) -> Option<Response> {
        let encoding = best_encoding(asked);
        let is_made = match encoding {
            Encoding::Brotli => self.is_compressed(),
            Encoding::Gzip => self.gzip.get().is_some(),
            Encoding::Identity => true,
        };
        is_made.then(|| self.answer_in(encoding, asked))
    }

    /// The smallest form that the visitor takes, or 304 when they have it already.
    pub fn answer(&self, asked: &HeaderMap) -> Response {
        self.answer_in(best_encoding(asked), asked)
    }

    fn answer_in(&self, encoding: Encoding, asked: &HeaderMap) -> Response {
        let (encoding, form) = match encoding {
            Encoding::Brotli => (Some("br"), self.in_brotli()),
            Encoding::Gzip => (Some("gzip"), self.gzip()),
            Encoding::Identity => (None, &self.plain),
        };
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        // With room for those of every answer.
        headers.reserve(24);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        headers.insert(header::ETAG, form.etag.clone());
        if self.is_known(asked) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(encoding) = encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        *response.body_mut() = Body::from(form.bytes.clone());
        response
    }

    /// True when the visitor named any of our forms of this content (RFC 9110, 13.1.2: weak comparison).
    fn is_known(&self, asked: &HeaderMap) -> bool {
        let known = |tag: &str| {
            let tag = tag.trim().trim_start_matches("W/").trim_matches('"');
            tag == "*" || tag.strip_suffix("-br").or(tag.strip_suffix("-gzip")).unwrap_or(tag) == self.hash
        };
        asked
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .any(|value| value.split(',').any(known))
    }
}

impl Encoded {
    fn of(hash: &str, suffix: &str, bytes: impl Into<Bytes>) -> Encoded {
        let etag = HeaderValue::from_str(&format!("\"{hash}{suffix}\"")).expect("a hash is a header value");
        Encoded { etag, bytes: bytes.into() }
    }
}

/// HTML without the indents and empty lines of its template. Public pages hold no element in which they would show.
fn without_indents(html: &str) -> String {
    html.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

fn best_encoding(asked: &HeaderMap) -> Encoding {
    // Whether it is named at all, and if so, whether it is wanted.
    let named = |name: &str| {
        let values = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).find_map(|item| {
            let mut parts = item.split(';').map(str::trim);
            let is_it = parts.next().is_some_and(|part| part.eq_ignore_ascii_case(name));
            is_it.then(|| !parts.any(|part| part.trim_end_matches(['0', '.']).eq_ignore_ascii_case("q=")))
        })
    };
    let takes = |name: &str| named(name).or_else(|| named("*")).unwrap_or(false);
    match () {
        () if takes("br") => Encoding::Brotli,
        () if takes("gzip") => Encoding::Gzip,
        () => Encoding::Identity,
    }
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).and_then(|()| encoder.finish()).expect("writing to memory does not fail")
}

fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams { quality: BROTLI_QUALITY, ..Default::default() };
    brotli::BrotliCompress(&mut &plain[..], &mut compressed, &settings)
        .expect("writing to memory does not fail");
    compressed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_page_is_kept_without_the_indents_of_its_template() {
        assert_eq!(without_indents("<p>\n  one\n\n  two </p>\n"), "<p>\none\ntwo </p>");
    }

    fn encoding(accept: &str) -> Option<String> {
        let ready = StaticPage::new(HTML, PUBLIC, vec![b'a'; 1000]);
        let response = ready.answer(&asked(header::ACCEPT_ENCODING, accept));
        response.headers().get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_smallest_accepted_form_is_sent() {
        assert_eq!(encoding("gzip, deflate, br").as_deref(), Some("br"));
        assert_eq!(encoding("gzip;q=0.5, br;q=0").as_deref(), Some("gzip"));
        assert_eq!(encoding("identity"), None);
        assert_eq!(encoding("gzip;q=0.000"), None);
        assert_eq!(encoding("GZIP").as_deref(), Some("gzip"));
        assert_eq!(encoding("*").as_deref(), Some("br"));
        assert_eq!(encoding("br;q=0, *").as_deref(), Some("gzip"));
        assert_eq!(encoding("*;Q=0"), None);
    }

    #[test]
    fn a_known_page_is_not_sent_again_in_any_of_its_forms() {
        let ready = StaticPage::new(HTML, PUBLIC, b"words".to_vec());
        for tag in [format!("\"{}\"", ready.hash), format!("\"x\", W/\"{}-br\"", ready.hash), "*".into()] {
            assert_eq!(ready.answer(&asked(header::IF_NONE_MATCH, &tag)).status(), StatusCode::NOT_MODIFIED);
        }
        assert_eq!(ready.answer(&asked(header::IF_NONE_MATCH, "\"other\"")).status(), StatusCode::OK);
    }
}
