//! Whose visits are counted: people who do not mind. Programs, pages fetched ahead and people who ask not to be counted
//! are left out.

use std::sync::LazyLock;

use axum::http::{HeaderMap, header};
use regex::bytes::Regex;

/// What programs that read pages call themselves.
static PROGRAMS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("(?i)bot|crawl|spider|slurp|preview|fetch|monitor|scan|curl|wget|python|java/|go-http|okhttp|axios|node|headless|lighthouse")
        .expect("a constant pattern")
});

/// False for whoever asks not to be counted (Global Privacy Control, Do Not Track), for a page that a browser fetches
/// ahead, and for programs.
pub fn is_counted(headers: &HeaderMap) -> bool {
    let says = |name: &str, word: &str| {
        headers.get(name).is_some_and(|value| value.as_bytes().starts_with(word.as_bytes()))
    };
    let agent = headers.get(header::USER_AGENT).map(|value| value.as_bytes()).unwrap_or_default();
    !says("sec-gpc", "1")
        && !says("dnt", "1")
        && !says("sec-purpose", "prefetch")
        && !says("purpose", "prefetch")
        && !says("x-moz", "prefetch")
        && !agent.is_empty()
        && !PROGRAMS.is_match(agent)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const PHONE: &str =
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1";

    fn counted(headers: &[(&'static str, &'static str)]) -> bool {
        let pairs = headers.iter().map(|(name, value)| {
            (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value))
        });
        is_counted(&pairs.collect())
    }

    #[test]
    fn people_are_counted_and_programs_are_not() {
        assert!(counted(&[("user-agent", PHONE)]));
        assert!(counted(&[("user-agent", PHONE), ("sec-gpc", "0"), ("dnt", "0")]));
        for program in
            ["Mozilla/5.0 (compatible; Googlebot/2.1)", "curl/8.5", "", "HeadlessChrome/156", "node"]
        {
            assert!(!counted(&[("user-agent", program)]), "{program}");
        }
        assert!(!counted(&[]));
    }

    #[test]
    fn who_asks_not_to_be_counted_is_not_and_a_page_fetched_ahead_is_not() {
        for (name, value) in [
            ("sec-gpc", "1"),
            ("dnt", "1"),
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-moz", "prefetch"),
        ] {
            assert!(!counted(&[("user-agent", PHONE), (name, value)]), "{name}");
        }
    }
}
