//! Who is signed in: a random token in a cookie, its hash in the database.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::{Account, store};
use crate::app::App;
use crate::clock::seconds;
use crate::error::{Error, Result};
use crate::retention;
use crate::sealing::{random_token, token_hash};

/// The sign of life is stored no more often than this, in seconds.
const TOUCH_EVERY: i64 = 60;

/// A member of staff, as an argument of every handler of the desk: without one there is no answer.
pub struct SignedIn(pub Account);

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    App: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<SignedIn> {
        let app = App::from_ref(state);
        let jar = CookieJar::from_headers(&parts.headers);
        let token = jar.get(cookie_name(app.site.is_https())).map(Cookie::value).ok_or(Error::SignInFirst)?;
        let hash = token_hash(token);
        let now = seconds(app.clock.now());
        let (made_after, seen_after) = (now - retention::SESSION, now - retention::SESSION_IDLE);
        let (account, seen_at) = store::session(app.database.readers(), &hash, made_after, seen_after)
            .await?
            .ok_or(Error::SignInFirst)?;
        if now - seen_at >= TOUCH_EVERY {
            let moment = app.clock.now();
            app.database
                .write(move |connection| {
                    Box::pin(async move { store::touch_session(connection, &hash, moment).await })
                })
                .await?;
        }
        Ok(SignedIn(account))
    }
}

/// Starts a session and gives its cookie.
pub async fn start(app: &App, staff: i64) -> Result<Cookie<'static>> {
    let token = random_token();
    let hash = token_hash(&token);
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move {
                store::start_session(connection, &hash, staff, now).await?;
                store::audit(connection, Some(staff), now, "signed in", "").await
            })
        })
        .await?;
    Ok(cookie(app.site.is_https(), token))
}

/// Ends the session of this cookie, if there is one, and gives the cookie that takes it away.
pub async fn end(app: &App, jar: &CookieJar) -> Result<Cookie<'static>> {
    if let Some(token) = jar.get(cookie_name(app.site.is_https())) {
        let hash = token_hash(token.value());
        app.database
            .write(move |connection| Box::pin(async move { store::end_session(connection, &hash).await }))
            .await?;
    }
    let mut gone = cookie(app.site.is_https(), String::new());
    gone.make_removal();
    Ok(gone)
}

/// Over https the name itself makes browsers insist on a secure cookie of this host.
fn cookie_name(https: bool) -> &'static str {
    if https { "__Host-staff_session" } else { "staff_session" }
}

fn cookie(https: bool, token: String) -> Cookie<'static> {
    Cookie::build((cookie_name(https), token))
        .http_only(true)
        .secure(https)
        // Lax, so that the link in the clinic's own mail opens the desk.
        .same_site(SameSite::Lax)
        .path(if https { "/" } else { "/staff" })
        .build()
}
