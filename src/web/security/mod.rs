//! Headers on every response, refusal of cross-site posts, and limits on sending.

use std::collections::HashSet;
use std::convert::Infallible;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_client_ip::ClientIp;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

pub use buckets::network;

use buckets::{Draw, Limiter, NetworkLimiter};
use guesses::{Guesses, Pace, Turn};

mod buckets;
pub mod guesses;

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
    // A header without a word says nothing either.
    let says = |name: &str| headers.get(name).is_some_and(|value| !value.is_empty());
    let says_nothing = !says("origin") && !says("sec-fetch-site");
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

/// Guesses of codes by everyone together. So many that a few networks do not keep others from theirs, and few enough:
/// with 100 codes alive at once, the chance that an hour of guessing opens one is below 100 x 2,000 / 10 thousand
/// million, which is 1 in 50,000.
const GUESSES_AN_HOUR_IN_ALL: u32 = 2_000;

/// How often one network, one person or everyone together may send.
pub struct Limits {
    sending: NetworkLimiter,
    sign_in: Limiter,
    sign_in_in_all: NetworkLimiter,
    answers: NetworkLimiter,
    passwords: Guesses,
    codes: Guesses,
    /// From where a right password came for an account.
    places: Places,
    drafts: NetworkLimiter,
    saves: NetworkLimiter,
    guesses: NetworkLimiter,
    all_guesses: DefaultDirectRateLimiter,
    /// Whether mail that anyone may have sent to an address is bounded (`mail::asked`).
    bounds_mail: bool,
}

/// Where each account was signed in to from lately: its owner does not stand in the line of strangers who guess.
#[derive(Default)]
struct Places {
    draw: Draw,
    known: Mutex<HashSet<u16>>,
}

impl Default for Limits {
    fn default() -> Limits {
        let five = NonZeroU32::new(5).expect("5 is not 0");
        let ten = NonZeroU32::new(10).expect("10 is not 0");
        let thirty = NonZeroU32::new(30).expect("30 is not 0");
        let hundred = NonZeroU32::new(100).expect("100 is not 0");
        // This many in 5 minutes, then as many more as fit into the next 5.
        let in_five_minutes = |times: NonZeroU32| {
            Quota::with_period(Duration::from_secs(300) / times.get())
                .expect("it is not 0")
                .allow_burst(times)
        };
        Limits {
            sending: NetworkLimiter::new(Quota::per_minute(NonZeroU32::MIN).allow_burst(five)),
            answers: NetworkLimiter::new(Quota::per_minute(ten)),
            passwords: Guesses::new(Pace::PASSWORD),
            codes: Guesses::new(Pace::CODE),
            places: Places::default(),
            drafts: NetworkLimiter::new(Quota::per_minute(ten)),
            saves: NetworkLimiter::new(Quota::per_minute(hundred)),
            guesses: NetworkLimiter::new(Quota::per_minute(NonZeroU32::MIN).allow_burst(ten)),
            all_guesses: RateLimiter::direct(Quota::per_hour(
                NonZeroU32::new(GUESSES_AN_HOUR_IN_ALL).expect("it is not 0"),
            )),
            bounds_mail: true,
            sign_in: Limiter::new(in_five_minutes(ten)),
            sign_in_in_all: NetworkLimiter::new(in_five_minutes(thirty)),
        }
    }
}

impl Limits {
    /// Without limits, for load tests and tests of other things.
    pub fn none() -> Limits {
        let many = Quota::per_second(NonZeroU32::MAX);
        Limits {
            sending: NetworkLimiter::new(many),
            sign_in: Limiter::new(many),
            sign_in_in_all: NetworkLimiter::new(many),
            answers: NetworkLimiter::new(many),
            passwords: Guesses::new(Pace::NONE),
            codes: Guesses::new(Pace::NONE),
            places: Places::default(),
            drafts: NetworkLimiter::new(many),
            saves: NetworkLimiter::new(many),
            guesses: NetworkLimiter::new(many),
            all_guesses: RateLimiter::direct(many),
            bounds_mail: false,
        }
    }

    /// Whether this network may send one more form now: 5, then 1 a minute.
    pub fn may_send(&self, from: IpAddr) -> bool {
        self.sending.allows(from)
    }

    pub fn bounds_mail(&self) -> bool {
        self.bounds_mail
    }

    /// When a password for this account is looked at: 10 from one network in 5 minutes, 30 for all its accounts, and one
    /// after another. Nothing when that is too many. Asked before the password is hashed.
    pub fn password_turn(&self, from: IpAddr, email: &str) -> Option<Turn> {
        let place = (network(from), email);
        if !self.sign_in_in_all.allows(from) || !self.sign_in.allows(&place) {
            return None;
        }
        if self.places.knows(&place) { self.passwords.turn(&place) } else { self.passwords.turn(&email) }
    }

    pub fn right_password(&self, from: IpAddr, email: &str) {
        let place = (network(from), email);
        self.passwords.right(&place);
        self.passwords.right(&email);
        self.places.add(&place);
    }

    /// When a code for this account is looked at: 10 from one network in 5 minutes, and one after another. Nothing when
    /// that is too many.
    pub fn code_turn(&self, from: IpAddr, account: i64) -> Option<Turn> {
        if !self.may_enter_recovery_code(from, account) {
            return None;
        }
        self.codes.turn(&account)
    }

    /// Recovery codes are too long to be guessed: they stand in no line, and are the way past one.
    pub fn may_enter_recovery_code(&self, from: IpAddr, account: i64) -> bool {
        self.sign_in.allows(&(network(from), account))
    }

    pub fn right_code(&self, account: i64) {
        self.codes.right(&account);
    }

    /// Whether an answer to "Was this page useful?" still counts: 10 a minute from one network.
    pub fn may_answer(&self, from: IpAddr) -> bool {
        self.answers.allows(from)
    }

    /// Whether this network may begin one more self-assessment now: 10 a minute.
    pub fn may_begin(&self, from: IpAddr) -> bool {
        self.drafts.allows(from)
    }

    /// Whether an answer of a self-assessment is still stored: 100 a minute from one network, more than people give.
    pub fn may_save(&self, from: IpAddr) -> bool {
        self.saves.allows(from)
    }

    /// Whether this network may try one more code now: 10, then 1 a minute; and everyone together, so that many
    /// networks cannot search for one.
    pub fn may_guess(&self, from: IpAddr) -> bool {
        self.guesses.allows(from) && self.all_guesses.check().is_ok()
    }

    /// Lets go of networks that have been quiet.
    pub fn prune(&self) {
        self.sending.prune();
        self.sign_in.prune();
        self.sign_in_in_all.prune();
        self.answers.prune();
        self.passwords.prune();
        self.codes.prune();
        self.drafts.prune();
        self.saves.prune();
        self.guesses.prune();
    }
}

impl Places {
    fn knows(&self, place: &impl Hash) -> bool {
        self.known.lock().expect("no one panics here").contains(&self.draw.bucket(place))
    }

    fn add(&self, place: &impl Hash) {
        self.known.lock().expect("no one panics here").insert(self.draw.bucket(place));
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

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
    fn guesses_from_ten_networks_keep_nobody_from_theirs_and_those_of_everyone_are_bounded() {
        let limits = Limits::default();
        let guess = |n: u32| limits.may_guess(Ipv4Addr::from(0x0a00_0000 + n).into());
        let mut guessed = (0..10).map(|n| (0..100).filter(|_| guess(n)).count()).sum::<usize>();
        assert!((100..=110).contains(&guessed), "{guessed}");
        assert!(guess(11), "a patient is heard");
        guessed += 1 + (0..3000).filter(|n| guess(100 + n)).count();
        let most = GUESSES_AN_HOUR_IN_ALL as usize;
        assert!((most..most + 50).contains(&guessed), "{guessed}");
    }

    #[test]
    fn no_limit_takes_more_room_than_its_buckets_however_many_come() {
        const MOST: usize = 1 << 16;
        let limits = Limits::default();
        for number in 0..100_000_u32 {
            let email = format!("{number}@example.org");
            let wide = Ipv6Addr::from((0x2001_0db8_u128 << 96) + (u128::from(number) << 80));
            for from in [Ipv4Addr::from(0x0a00_0000 + number).into(), wide.into()] {
                limits.may_send(from);
                limits.password_turn(from, &email);
                limits.right_password(from, &email);
                limits.password_turn(from, &email);
                limits.code_turn(from, i64::from(number));
                limits.may_answer(from);
                limits.may_begin(from);
                limits.may_save(from);
                limits.may_guess(from);
            }
        }
        let networks = [
            &limits.sending,
            &limits.sign_in_in_all,
            &limits.answers,
            &limits.drafts,
            &limits.saves,
            &limits.guesses,
        ];
        for limiter in networks {
            assert!((MOST / 2..=2 * MOST).contains(&limiter.size()), "{}", limiter.size());
        }
        for size in [limits.sign_in.size(), limits.passwords.size(), limits.codes.size()] {
            assert!((MOST / 4..=MOST).contains(&size), "{size}");
        }
        assert!(limits.places.known.lock().unwrap().len() <= MOST);
        limits.prune();
        assert!(limits.sending.size() > 0, "who came just now is not let go");
    }

    #[test]
    fn one_who_has_many_networks_gets_eight_times_as_much_as_one_of_them() {
        let limits = Limits::default();
        let from = |number: u128| Ipv6Addr::from((0x2001_0db8_u128 << 96) + (number << 64)).into();
        assert_eq!((0..1000).filter(|number| limits.may_send(from(*number))).count(), 40);
        assert!(limits.may_send("2001:db8:1::1".parse().unwrap()), "and others what is theirs");
    }

    #[test]
    fn one_network_guesses_at_thirty_accounts_and_no_more() {
        let limits = Limits::default();
        let guesser = "192.0.2.1".parse().unwrap();
        let guess = |number: &u32| limits.password_turn(guesser, &format!("{number}@example.org")).is_some();
        assert_eq!((0..1000).filter(guess).count(), 30);
    }

    #[test]
    fn who_signed_in_from_a_place_does_not_wait_there_for_those_who_guess_elsewhere() {
        let limits = Limits::default();
        let own = "192.0.2.1".parse().unwrap();
        limits.right_password(own, "a@example.org");
        let guess = |n: u32| limits.password_turn(Ipv4Addr::from(0x0a00_0000 + n).into(), "a@example.org");
        assert_eq!((0..300).filter_map(guess).count(), 9);
        assert_eq!(limits.password_turn(own, "a@example.org").unwrap().wait, Duration::ZERO);
    }

    #[test]
    fn ten_guesses_at_one_account_do_not_lock_out_its_owner_elsewhere() {
        let limits = Limits::default();
        let guesser = "192.0.2.1".parse().unwrap();
        limits.right_password(guesser, "a@example.org");
        let owner = "192.0.2.2".parse().unwrap();
        limits.right_password(owner, "a@example.org");
        let guesses = (0..20).filter_map(|_| limits.password_turn(guesser, "a@example.org")).count();
        assert!(guesses <= 10);
        assert_eq!(limits.password_turn(owner, "a@example.org").unwrap().wait, Duration::ZERO);
    }
}
