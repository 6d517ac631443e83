//! Headers on every response, refusal of cross-site posts, and limits on sending.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_client_ip::ClientIp;
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

pub mod guesses;

use guesses::Guesses;

const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), \
    display-capture=(), encrypted-media=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), \
    local-fonts=(), magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), \
    publickey-credentials-create=(), publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), \
    usb=(), window-management=(), xr-spatial-tracking=()";

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
            ("permissions-policy", PERMISSIONS),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        Headers(Arc::new(headers))
    }

    /// Adds the headers; an answer that says nothing about keeping it is not kept.
    pub fn add_to(&self, response: &mut Response) {
        let headers = response.headers_mut();
        for (name, value) in self.0.iter() {
            headers.insert(name, value.clone());
        }
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
}

/// On the desk, a post that says nothing about where it comes from is refused too.
pub async fn refuse_posts_of_unknown_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let says_nothing = !headers.contains_key(header::ORIGIN) && !headers.contains_key("sec-fetch-site");
    if says_nothing && !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return StatusCode::FORBIDDEN.into_response();
    }
    next.run(request).await
}

/// Where a visitor comes from, for limits only: never stored, never logged.
///
/// Read as the configuration says; a request that came around the proxy counts as its own connection.
pub struct Network(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Network {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Network, Infallible> {
        if let Ok(ClientIp(address)) = ClientIp::from_request_parts(parts, state).await {
            return Ok(Network(address));
        }
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Network(connection.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(address)| address.ip())))
    }
}

/// Guesses of codes by everyone together: there are more than 10 thousand million.
const GUESSES_AN_HOUR_IN_ALL: u32 = 100;

/// How often one network, one person or everyone together may send.
pub struct Limits {
    sending: DefaultKeyedRateLimiter<IpAddr>,
    sign_in: DefaultKeyedRateLimiter<String>,
    answers: DefaultKeyedRateLimiter<IpAddr>,
    /// Nothing when there are no limits.
    passwords: Option<Guesses>,
    drafts: DefaultKeyedRateLimiter<IpAddr>,
    saves: DefaultKeyedRateLimiter<IpAddr>,
    guesses: DefaultKeyedRateLimiter<IpAddr>,
    all_guesses: DefaultDirectRateLimiter,
}

impl Default for Limits {
    fn default() -> Limits {
        let five = NonZeroU32::new(5).expect("5 is not 0");
        let ten = NonZeroU32::new(10).expect("10 is not 0");
        let hundred = NonZeroU32::new(100).expect("100 is not 0");
        Limits {
            sending: RateLimiter::keyed(Quota::per_minute(NonZeroU32::MIN).allow_burst(five)),
            answers: RateLimiter::keyed(Quota::per_minute(ten)),
            passwords: Some(Guesses::default()),
            drafts: RateLimiter::keyed(Quota::per_minute(ten)),
            saves: RateLimiter::keyed(Quota::per_minute(hundred)),
            guesses: RateLimiter::keyed(Quota::per_minute(NonZeroU32::MIN).allow_burst(ten)),
            all_guesses: RateLimiter::direct(Quota::per_hour(
                NonZeroU32::new(GUESSES_AN_HOUR_IN_ALL).expect("it is not 0"),
            )),
            // 10 in 5 minutes, then one every 30 seconds.
            sign_in: RateLimiter::keyed(
                Quota::with_period(Duration::from_secs(30)).expect("30 is not 0").allow_burst(ten),
            ),
        }
    }
}

impl Limits {
    /// Without limits, for load tests and tests of other things.
    pub fn none() -> Limits {
        let many = Quota::per_second(NonZeroU32::MAX);
        Limits {
            sending: RateLimiter::keyed(many),
            sign_in: RateLimiter::keyed(many),
            answers: RateLimiter::keyed(many),
            passwords: None,
            drafts: RateLimiter::keyed(many),
            saves: RateLimiter::keyed(many),
            guesses: RateLimiter::keyed(many),
            all_guesses: RateLimiter::direct(many),
        }
    }

    /// Whether this network may send one more form now: 5, then 1 a minute.
    pub fn may_send(&self, from: IpAddr) -> bool {
        self.sending.check_key(&network(from)).is_ok()
    }

    /// Whether this network may guess once more at this account. Called before the password is hashed.
    pub fn may_sign_in(&self, from: IpAddr, email: &str) -> bool {
        self.sign_in.check_key(&format!("{} {email}", network(from))).is_ok()
    }

    /// How long the next guess at this account waits, wherever it comes from: longer with each wrong one.
    pub fn sign_in_delay(&self, email: &str) -> Duration {
        self.passwords.as_ref().map_or(Duration::ZERO, |guesses| guesses.delay(email))
    }

    /// Notes a wrong password, and says how many there were lately.
    pub fn wrong_password(&self, email: &str) -> u32 {
        self.passwords.as_ref().map_or(0, |guesses| guesses.wrong(email))
    }

    pub fn right_password(&self, email: &str) {
        if let Some(guesses) = &self.passwords {
            guesses.right(email);
        }
    }

    /// Whether an answer to "Was this page useful?" still counts: 10 a minute from one network.
    pub fn may_answer(&self, from: IpAddr) -> bool {
        self.answers.check_key(&network(from)).is_ok()
    }

    /// Whether this network may begin one more self-assessment now: 10 a minute.
    pub fn may_begin(&self, from: IpAddr) -> bool {
        self.drafts.check_key(&network(from)).is_ok()
    }

    /// Whether an answer of a self-assessment is still stored: 100 a minute from one network, more than people give.
    pub fn may_save(&self, from: IpAddr) -> bool {
        self.saves.check_key(&network(from)).is_ok()
    }

    /// Whether this network may try one more code now: 10, then 1 a minute; and everyone together, so that many
    /// networks cannot search for one.
    pub fn may_guess(&self, from: IpAddr) -> bool {
        self.guesses.check_key(&network(from)).is_ok() && self.all_guesses.check().is_ok()
    }

    /// Lets go of networks that have been quiet.
    pub fn prune(&self) {
        self.sending.retain_recent();
        self.sign_in.retain_recent();
        self.answers.retain_recent();
        if let Some(guesses) = &self.passwords {
            guesses.prune();
        }
        self.drafts.retain_recent();
        self.saves.retain_recent();
        self.guesses.retain_recent();
    }
}

/// Who counts as one visitor: an IPv4 address, or the first 64 bits of an IPv6 one.
pub fn network(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_sends_five_forms_and_then_waits_while_others_go_on() {
        let limits = Limits::default();
        let noisy = "2001:db8::1".parse().unwrap();
        let neighbour = "2001:db8::2".parse().unwrap();
        let other = "2001:db8:0:1::1".parse().unwrap();
        assert!((0..5).all(|_| limits.may_send(noisy)));
        assert!(!limits.may_send(noisy) && !limits.may_send(neighbour));
        assert!(limits.may_send(other));
    }

    #[test]
    fn a_thousand_guesses_of_a_code_from_many_networks_come_to_a_hundred_an_hour() {
        let limits = Limits::default();
        let guess = |n: u32| limits.may_guess(Ipv4Addr::from(0xc000_0200 + n).into());
        assert_eq!((0..1000).filter(|n| guess(*n)).count(), GUESSES_AN_HOUR_IN_ALL as usize);
    }

    #[test]
    fn ten_guesses_at_one_account_do_not_lock_out_its_owner_elsewhere() {
        let limits = Limits::default();
        let guesser = "192.0.2.1".parse().unwrap();
        assert!((0..10).all(|_| limits.may_sign_in(guesser, "a@example.org")));
        assert!(!limits.may_sign_in(guesser, "a@example.org"));
        assert!(limits.may_sign_in("192.0.2.2".parse().unwrap(), "a@example.org"));
    }
}
