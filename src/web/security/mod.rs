//! Headers on every response, refusal of cross-site posts, and limits on sending and guessing.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum_client_ip::ClientIp;
use governor::Quota;

pub use buckets::{household, network, provider};
pub use headers::{Headers, allow_passkeys, refuse_posts_of_unknown_origin};
pub use shared::{CountedBucket, Draws};

use buckets::{Limiter, NetworkLimiter};
use guesses::{GuessTurn, Guesses, Pace};

mod buckets;
pub mod guesses;
mod headers;
mod shared;

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

/// What one network may do only so often.
#[derive(Clone, Copy)]
enum LimitedAct {
    /// Send a form that makes something new.
    Send,
    /// Post anything at all on a public page.
    Write,
    /// Answer "Was this page useful?".
    Answer,
    /// Begin a self-assessment.
    Begin,
    /// Store an answer of a self-assessment: more often than people give one.
    Save,
    /// Try a code of an assessment.
    Guess,
    /// Try a password, of whatever account, or a link in place of one.
    SignIn,
}

/// For each act, in its order: how many at once, and the seconds until one more.
const NETWORK_QUOTAS: [(LimitedAct, u32, f64); 7] = [
    (LimitedAct::Send, 5, 60.0),
    (LimitedAct::Write, 200, 0.5),
    (LimitedAct::Answer, 10, 6.0),
    (LimitedAct::Begin, 10, 6.0),
    (LimitedAct::Save, 100, 0.6),
    (LimitedAct::Guess, 10, 60.0),
    (LimitedAct::SignIn, 30, 10.0),
];
/// The same for one account from one network: passwords and codes.
const ACCOUNT_QUOTA: (u32, f64) = (10, 30.0);

/// How often one network, one person or everyone together may send.
pub struct Limits {
    networks: [NetworkLimiter; NETWORK_QUOTAS.len()],
    account: NetworkLimiter,
    /// A queue for each account and network: a guess that would wait too long is refused.
    passwords: Guesses,
    /// A queue for each account, which only delays: strangers who guess lock nobody out.
    passwords_in_all: Guesses,
    codes: Guesses,
    /// The same for the question of each private page, from each household and from everywhere.
    answers: Guesses,
    answers_in_all: Guesses,
    all_guesses: Limiter,
    /// Whether mail that anyone may have sent to an address is bounded (`mail::limits`).
    bounds_mail: bool,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::of(&mut Draws::alone())
    }
}

/// So many at once, and one more after each so many seconds.
fn quota(times: u32, seconds: f64) -> Quota {
    let times = NonZeroU32::new(times).expect("it is not 0");
    Quota::with_period(Duration::from_secs_f64(seconds)).expect("it is not 0").allow_burst(times)
}

impl Limits {
    /// The limits of a site in earnest. Programs that share a database share their draws, and count together.
    pub fn of(draws: &mut Draws) -> Limits {
        let guesses = NonZeroU32::new(GUESSES_AN_HOUR_IN_ALL).expect("it is not 0");
        let (times, seconds) = ACCOUNT_QUOTA;
        Limits {
            networks: NETWORK_QUOTAS
                .map(|(_, times, seconds)| NetworkLimiter::new(quota(times, seconds), draws)),
            account: NetworkLimiter::new(quota(times, seconds), draws),
            passwords: Guesses::new(Pace::PASSWORD, draws.draw()),
            passwords_in_all: Guesses::new(Pace::PASSWORD_IN_ALL, draws.draw()),
            codes: Guesses::new(Pace::CODE, draws.draw()),
            answers: Guesses::new(Pace::ANSWER, draws.draw()),
            answers_in_all: Guesses::new(Pace::ANSWER_IN_ALL, draws.draw()),
            all_guesses: Limiter::new(Quota::per_hour(guesses), draws.draw()),
            bounds_mail: true,
        }
    }

    /// Without limits, for load tests and tests of other things.
    pub fn none() -> Limits {
        let (many, mut draws) = (Quota::per_second(NonZeroU32::MAX), Draws::alone());
        Limits {
            networks: NETWORK_QUOTAS.map(|_| NetworkLimiter::new(many, &mut draws)),
            account: NetworkLimiter::new(many, &mut draws),
            passwords: Guesses::new(Pace::NONE, draws.draw()),
            passwords_in_all: Guesses::new(Pace::NONE, draws.draw()),
            codes: Guesses::new(Pace::NONE, draws.draw()),
            answers: Guesses::new(Pace::NONE, draws.draw()),
            answers_in_all: Guesses::new(Pace::NONE, draws.draw()),
            all_guesses: Limiter::new(many, draws.draw()),
            bounds_mail: false,
        }
    }

    fn allows(&self, act: LimitedAct, from: IpAddr) -> bool {
        self.networks[act as usize].allows(from)
    }

    /// Whether this network may send one more form now.
    pub fn may_send(&self, from: IpAddr) -> bool {
        self.allows(LimitedAct::Send, from)
    }

    /// Whether this network may post anything more on a public page now.
    pub fn may_write(&self, from: IpAddr) -> bool {
        self.allows(LimitedAct::Write, from)
    }

    pub fn bounds_mail(&self) -> bool {
        self.bounds_mail
    }

    /// When a password for this account is looked at: one after another from its network, and later when many guess at
    /// it elsewhere, unless its owner signed in from there before. Nothing when that is too many. Asked before the
    /// password is hashed.
    pub fn password_turn(&self, from: IpAddr, email: &str, known_place: bool) -> Option<GuessTurn> {
        if !self.allows(LimitedAct::SignIn, from) || !self.account.allows_for(from, &email) {
            return None;
        }
        let here = self.passwords.turn(&(household(from), email))?;
        if known_place {
            return Some(here);
        }
        let everywhere = self.passwords_in_all.turn(&email)?;
        Some(GuessTurn { wait: here.wait.max(everywhere.wait), number: everywhere.number })
    }

    /// Whether this network may try one more link that opens an account.
    pub fn may_try_link(&self, from: IpAddr) -> bool {
        self.allows(LimitedAct::SignIn, from)
    }

    pub fn right_password(&self, from: IpAddr, email: &str) {
        self.passwords.right(&(household(from), email));
        self.passwords_in_all.right(&email);
    }

    /// When a code for this account is looked at: one after another. Nothing when that is too many.
    pub fn code_turn(&self, from: IpAddr, account: i64) -> Option<GuessTurn> {
        if !self.may_enter_recovery_code(from, account) {
            return None;
        }
        self.codes.turn(&account)
    }

    /// Recovery codes are too long to be guessed: they stand in no line, and are the way past one.
    pub fn may_enter_recovery_code(&self, from: IpAddr, account: i64) -> bool {
        self.account.allows_for(from, &account)
    }

    pub fn right_code(&self, account: i64) {
        self.codes.right(&account);
    }

    /// Whether an answer to the question of a private page is looked at. It counts as wrong until it was right.
    pub fn may_prove(&self, from: IpAddr, link: &str) -> bool {
        self.answers.turn(&(household(from), link)).is_some() && self.answers_in_all.turn(&link).is_some()
    }

    pub fn proved(&self, from: IpAddr, link: &str) {
        self.answers.right(&(household(from), link));
        self.answers_in_all.right(&link);
    }

    /// Whether an answer to "Was this page useful?" still counts.
    pub fn may_answer(&self, from: IpAddr) -> bool {
        self.allows(LimitedAct::Answer, from)
    }

    /// Whether this network may begin one more self-assessment now.
    pub fn may_begin(&self, from: IpAddr) -> bool {
        self.allows(LimitedAct::Begin, from)
    }

    /// Whether an answer of a self-assessment is still stored.
    pub fn may_save(&self, from: IpAddr) -> bool {
        self.allows(LimitedAct::Save, from)
    }

    /// Whether this network may try one more code now; and everyone together, so that many networks cannot search for
    /// one.
    pub fn may_guess(&self, from: IpAddr) -> bool {
        self.allows(LimitedAct::Guess, from) && self.all_guesses.allows(&())
    }

    /// Counts whom another program has counted.
    pub fn count(&self, counted: CountedBucket) {
        self.networks.iter().for_each(|limiter| limiter.count(counted));
        self.account.count(counted);
        self.all_guesses.count(counted);
        self.lines().iter().for_each(|line| line.count(counted));
    }

    fn lines(&self) -> [&Guesses; 5] {
        [&self.passwords, &self.passwords_in_all, &self.codes, &self.answers, &self.answers_in_all]
    }

    /// Forgets networks that have been quiet.
    pub fn prune(&self) {
        self.networks.iter().for_each(NetworkLimiter::prune);
        self.account.prune();
        self.lines().iter().for_each(|line| line.prune());
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
                for (act, ..) in NETWORK_QUOTAS {
                    limits.allows(act, from);
                }
                limits.password_turn(from, &email, false);
                limits.code_turn(from, i64::from(number));
                limits.may_guess(from);
                limits.may_prove(from, &email);
            }
        }
        for limiter in limits.networks.iter().chain([&limits.account]) {
            assert!((MOST / 2..=3 * MOST).contains(&limiter.size()), "{}", limiter.size());
        }
        let Limits { passwords, passwords_in_all, codes, answers, answers_in_all, .. } = &limits;
        for line in [passwords, passwords_in_all, codes, answers, answers_in_all] {
            assert!((MOST / 4..=MOST).contains(&line.size()), "{}", line.size());
        }
        limits.prune();
        assert!(limits.networks[0].size() > 0, "who came just now is not let go");
    }

    #[test]
    fn each_act_is_counted_by_its_own_line_of_the_table() {
        for (at, (act, ..)) in NETWORK_QUOTAS.into_iter().enumerate() {
            assert_eq!(act as usize, at);
        }
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
        let guess =
            |number: &u32| limits.password_turn(guesser, &format!("{number}@example.org"), false).is_some();
        assert_eq!((0..1000).filter(guess).count(), 30);
    }

    const OWNER: &str = "a@example.org";

    #[test]
    fn twelve_networks_that_guess_slow_the_owner_at_a_new_place_and_keep_nobody_out() {
        let limits = Limits::default();
        for _ in 0..10 {
            for n in 0..12 {
                limits.password_turn(Ipv4Addr::from(0x0a00_0000 + n).into(), OWNER, false);
            }
        }
        let new = limits.password_turn("192.0.2.1".parse().unwrap(), OWNER, false).expect("is let in");
        assert!(new.wait <= Duration::from_secs(5), "{:?}", new.wait);
        let known = limits.password_turn("192.0.2.2".parse().unwrap(), OWNER, true).unwrap();
        assert_eq!(known.wait, Duration::ZERO, "who signed in from there before does not stand in that line");
    }

    #[test]
    fn a_household_with_many_networks_is_one_guesser() {
        let limits = Limits::default();
        let from = |number: u128| Ipv6Addr::from((0x2001_0db8_u128 << 96) + (number << 64)).into();
        let tries = |numbers: std::ops::Range<u128>| {
            numbers
                .flat_map(|n| [n; 10])
                .filter(|n| limits.password_turn(from(*n), OWNER, false).is_some())
                .count()
        };
        assert!(tries(0..8) < 10, "eight /64 of one /56 stand in one line");
        assert!(limits.password_turn("192.0.2.1".parse().unwrap(), OWNER, false).is_some());
        assert!(tries(256..256 * 200) <= 80, "and a /48 is counted too");
    }

    #[test]
    fn ten_guesses_at_one_account_from_one_network_are_the_most() {
        let limits = Limits::default();
        let guesser = "192.0.2.1".parse().unwrap();
        let guesses = (0..20).filter_map(|_| limits.password_turn(guesser, OWNER, false)).count();
        assert!(guesses <= 10);
    }
}
