//! Remembers that a patient answered the question of their private page: a signed cookie under the page's address.

use axum_extra::extract::cookie::{Cookie, CookieJar};

use crate::consultations::Request;
use crate::patients::consultations::state::{ConsultationsState, path};
use crate::storage::clock::seconds;
use crate::storage::encryption::{Cipher, token_hash};
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::token_cookie::private_cookie;

/// Seconds. The browser forgets it sooner, when it is closed; shorter would cut off people who need long for a form
/// (WCAG 2.2.1 asks for 20 hours).
const LASTS: i64 = 24 * 60 * 60;

/// True when this browser answered for this page lately.
pub fn is_known(app: &App, jar: &CookieJar, token: &str) -> bool {
    let answered = |value: &str| {
        let (ends, proof) = value.split_once('-')?;
        let ends_at: i64 = ends.parse().ok()?;
        let left = ends_at - seconds(app.clock.now());
        Some((1..=LASTS).contains(&left) && app.cipher.is_keyed_hash(PURPOSE, &text(token, ends_at), proof))
    };
    jar.get(name(app.site.is_https())).and_then(|cookie| answered(cookie.value())).unwrap_or(false)
}

/// The open request of this page when this browser answered lately; nothing when it is to be asked first.
pub async fn known_request(
    given: &ConsultationsState,
    jar: &CookieJar,
    token: &str,
) -> Result<Option<Request>> {
    let request = given.find_open(token).await?;
    Ok(is_known(&given.app, jar, token).then_some(request))
}

pub fn cookie(app: &App, token: &str) -> Cookie<'static> {
    let https = app.site.is_https();
    let value = value(&app.cipher, token, seconds(app.clock.now()) + LASTS);
    private_cookie(name(https), &value, &path(token), None, https)
}

const PURPOSE: &str = "visit to a private page";

fn value(cipher: &Cipher, token: &str, ends_at: i64) -> String {
    format!("{ends_at}-{}", cipher.keyed_hash(PURPOSE, &text(token, ends_at)))
}

fn text(token: &str, ends_at: i64) -> String {
    format!("{}\0{ends_at}", token_hash(token))
}

/// Over https the name itself makes browsers insist on a secure cookie.
fn name(https: bool) -> &'static str {
    if https { "__Secure-request" } else { "request" }
}
