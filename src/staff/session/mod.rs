//! Who is signed in: a random token in a cookie, its hash in the database, a new one for each step of signing in.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum_extra::extract::cookie::{Cookie, CookieJar};

use crate::staff::account::Account;
use crate::staff::audit;
use crate::staff::second_factor::totp::Secret;
use crate::storage::clock::{is_ahead, seconds};
use crate::storage::database::Connection;
use crate::storage::encryption::{FieldId, random_token, token_hash};
use crate::storage::readable::UNREADABLE;
use crate::storage::retention;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::token_cookie::TokenCookie;

use store::{SessionRow, SignInStep};

pub mod store;

/// Sent with the desk's pages alone, where the name does not ask for more.
const COOKIE: TokenCookie =
    TokenCookie { name: "staff_session", secure_name: "__Host-staff_session", path: "/staff", lasts: None };

/// The sign of life is stored no more often than this, in seconds.
const TOUCH_EVERY: u64 = 60;

/// A member of staff, as an argument of every handler of the desk: without one there is no answer.
pub struct SignedIn(pub Account);

/// The same, for a handler that needs to know which of their sessions this is.
pub struct CurrentSession {
    pub account: Account,
    pub session: i64,
}

/// A member of staff whose password was right and whose code is still asked. They see nothing but that question.
pub struct HalfSignedIn {
    pub account: Account,
    pub session: i64,
    /// The secret that the set-up page shows; nothing when the account has a second factor.
    pub offered: Option<Secret>,
    pub return_to: String,
}

/// An administrator; for others the page does not do that.
pub struct Administrator(pub Account);

/// Someone with whom consultations are booked.
pub struct ConsultationHolder(pub Account);

/// Someone who may take the queue away as a file.
pub struct QueueTaker(pub Account);

/// Whoever may write to patients.
pub struct MessageWriter(pub Account);

impl<S: Send + Sync> FromRequestParts<S> for CurrentSession
where
    App: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<CurrentSession> {
        let app = App::from_ref(state);
        let found = find(&app, &parts.headers).await?.filter(|row| row.is_alive(seconds(app.clock.now())));
        let row = found.ok_or(Error::SignInFirst)?;
        if row.step != SignInStep::Full {
            return Err(Error::CodeFirst);
        }
        // A page that listens for news by itself is no sign of a person.
        let listens = parts.headers.get(header::ACCEPT).is_some_and(|kind| kind == "text/event-stream");
        if !listens && seconds(app.clock.now()).abs_diff(row.seen_at) >= TOUCH_EVERY {
            touch(&app, row.id).await?;
        }
        Ok(CurrentSession { session: row.id, account: row.account() })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    App: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<SignedIn> {
        Ok(SignedIn(CurrentSession::from_request_parts(parts, state).await?.account))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Administrator
where
    App: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Administrator> {
        let SignedIn(me) = SignedIn::from_request_parts(parts, state).await?;
        if me.role.manages_people() { Ok(Administrator(me)) } else { Err(Error::Forbidden) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ConsultationHolder
where
    App: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<ConsultationHolder> {
        let SignedIn(me) = SignedIn::from_request_parts(parts, state).await?;
        if me.role.holds_consultations() { Ok(ConsultationHolder(me)) } else { Err(Error::Forbidden) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for QueueTaker
where
    App: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<QueueTaker> {
        let SignedIn(me) = SignedIn::from_request_parts(parts, state).await?;
        if me.role.takes_queue_away() { Ok(QueueTaker(me)) } else { Err(Error::Forbidden) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for MessageWriter
where
    App: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<MessageWriter> {
        let SignedIn(me) = SignedIn::from_request_parts(parts, state).await?;
        if me.role.reaches_patients() { Ok(MessageWriter(me)) } else { Err(Error::Forbidden) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for HalfSignedIn
where
    App: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<HalfSignedIn> {
        let app = App::from_ref(state);
        let found = find(&app, &parts.headers).await?.filter(|row| row.is_alive(seconds(app.clock.now())));
        let row = found.filter(|row| row.step == SignInStep::Password).ok_or(Error::SignInFirst)?;
        let offered = match &row.offered {
            Some(encrypted) => {
                Some(Secret::parse(&app.cipher.decrypt(offered_place(&row.token_hash), encrypted)?)?)
            }
            None => None,
        };
        Ok(HalfSignedIn {
            session: row.id,
            offered,
            return_to: row.return_to.clone(),
            account: row.account(),
        })
    }
}

/// The session of this browser's cookie, over or not.
pub async fn find(app: &App, headers: &HeaderMap) -> Result<Option<SessionRow>> {
    let jar = CookieJar::from_headers(headers);
    let Some(token) = COOKIE.token(&jar, app.site.is_https()) else { return Ok(None) };
    Ok(store::find(app.database.readers(), &token_hash(token)).await?)
}

/// The password was right: starts a session that may only be asked for the code. Gives its cookie.
pub async fn start_half(app: &App, account: &Account, return_to: String) -> Result<Cookie<'static>> {
    let token = random_token();
    let hash = token_hash(&token);
    let offered = (!account.has_second_factor)
        .then(|| app.cipher.encrypt(offered_place(&hash), &Secret::new().in_letters()));
    let (staff, now) = (account.id, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move {
                store::insert(connection, &hash, staff, SignInStep::Password, offered, &return_to, now).await
            })
        })
        .await?;
    Ok(COOKIE.with(app.site.is_https(), &token))
}

/// Both steps were right: ends the half session, if there was one, and starts a whole one with a new token. Part of a
/// transaction.
pub async fn start_full(
    connection: &mut Connection,
    half: Option<i64>,
    staff: i64,
    token: &str,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    if let Some(half) = half {
        store::end(connection, half, staff, now).await?;
    }
    store::insert(connection, &token_hash(token), staff, SignInStep::Full, None, "", now).await?;
    audit::store::insert(connection, Some(staff), now, "signed in", "").await
}

/// The cookie that holds a token.
pub fn cookie_for(app: &App, token: String) -> Cookie<'static> {
    COOKIE.with(app.site.is_https(), &token)
}

/// Ends the session of this cookie, if there is one, and gives the cookie that takes it away.
pub async fn end(app: &App, headers: &HeaderMap) -> Result<Cookie<'static>> {
    if let Some(row) = find(app, headers).await?.filter(|row| row.ended_at.is_none()) {
        let now = app.clock.now();
        app.database
            .write(move |connection| {
                Box::pin(async move {
                    store::end(connection, row.id, row.staff_id, now).await?;
                    audit::store::insert(connection, Some(row.staff_id), now, "signed out", "").await
                })
            })
            .await?;
    }
    Ok(COOKIE.removal(app.site.is_https()))
}

/// Whole sessions of an account that can still be used, the latest first.
pub async fn alive(app: &App, staff: i64) -> Result<Vec<SessionRow>> {
    let now = seconds(app.clock.now());
    let whole = store::whole(app.database.readers(), staff).await?;
    Ok(whole.into_iter().filter(|row| row.is_alive(now)).collect())
}

/// Whether a session that was alive still is: while something goes on that began with it.
pub async fn goes_on(app: &App, session: i64) -> Result<bool> {
    let now = seconds(app.clock.now());
    Ok(store::find_by_id(app.database.readers(), session).await?.is_some_and(|row| row.is_alive(now)))
}

/// A sign of life.
pub async fn touch(app: &App, session: i64) -> Result<()> {
    let now = app.clock.now();
    app.database
        .write(move |connection| Box::pin(async move { store::touch(connection, session, now).await }))
        .await?;
    Ok(())
}

fn offered_place(token_hash: &str) -> FieldId<'_> {
    FieldId { table: "staff_sessions", reference: token_hash, column: "offered" }
}

impl SessionRow {
    /// True while it may be used: not ended, not idle for too long, not too old, and its account not disabled
    /// nor waiting for a reset link. One that
    /// began or was used when the clock was ahead would last for as long as it was ahead: it is over.
    pub fn is_alive(&self, now: i64) -> bool {
        let longest =
            if self.step == SignInStep::Full { retention::SESSION } else { retention::HALF_SESSION };
        self.ended_at.is_none()
            && self.disabled_at.is_none()
            && !self.waits_for_reset
            && self.is_readable()
            && is_within(self.created_at, longest, now)
            && is_within(self.seen_at, retention::SESSION_IDLE, now)
    }
}

impl SessionRow {
    fn is_readable(&self) -> bool {
        self.step != SignInStep::Unreadable && self.return_to != UNREADABLE
    }

    /// True for a session that is over and was this person's own: its time ran out, or they ended it elsewhere within the
    /// hours that it could have lasted. Never when the account is disabled.
    pub fn was_its_owners(&self, now: i64) -> bool {
        self.disabled_at.is_none()
            && (self.ended_at.is_none() || is_within(self.created_at, retention::SESSION, now))
    }
}

/// True when a moment was no longer ago than this, in seconds, and does not lie ahead.
fn is_within(at: i64, longest: i64, now: i64) -> bool {
    !is_ahead(at, now) && now.saturating_sub(at) < longest
}
