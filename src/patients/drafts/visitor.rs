//! A visitor’s draft behind a cookie: started, opened, saved, erased, and taken to another device by a code.

use axum_extra::extract::cookie::{Cookie, CookieJar};

use crate::patients::drafts::draft::Draft;
use crate::patients::drafts::store;
use crate::storage::clock::seconds;
use crate::storage::encryption::{Cipher, random_token, token_hash};
use crate::storage::reference;
use crate::storage::retention;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::token_cookie::TokenCookie;

const COOKIE: TokenCookie =
    TokenCookie { name: "draft", secure_name: "__Host-draft", path: "/", lasts: Some(retention::DRAFT) };

/// Starts an empty draft and gives its cookie.
pub async fn start(app: &App) -> Result<Cookie<'static>> {
    let token = random_token();
    let (reference, hash) = (random_token(), token_hash(&token));
    let (parts, now) = (app.clone(), app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move { store::insert(connection, &parts.cipher, &reference, &hash, now).await })
        })
        .await?;
    Ok(COOKIE.with(app.site.is_https(), &token))
}

/// The draft of this visitor, when there is one that is not too old.
pub async fn open(app: &App, jar: &CookieJar) -> Result<Option<Draft>> {
    let Some(token) = COOKIE.token(jar, app.site.is_https()) else { return Ok(None) };
    let hash = token_hash(token);
    Ok(store::find(app.database.readers(), &app.cipher, &hash, oldest(app)).await?)
}

/// Keeps one answer, and the draft for another day. Nothing when the draft is gone.
pub async fn save(
    app: &App,
    jar: &CookieJar,
    draft: Draft,
    question: String,
    answer: Vec<String>,
) -> Result<Option<Cookie<'static>>> {
    let (parts, now) = (app.clone(), app.clock.now());
    let saved = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                store::save(connection, &parts.cipher, &draft.reference, &question, &answer, now).await
            })
        })
        .await?;
    let https = app.site.is_https();
    Ok(COOKIE.token(jar, https).filter(|_| saved).map(|token| COOKIE.with(https, token)))
}

/// Erases this visitor's draft, on every device, and gives the cookie that takes its cookie away.
pub async fn erase(app: &App, jar: &CookieJar) -> Result<Cookie<'static>> {
    let https = app.site.is_https();
    if let Some(token) = COOKIE.token(jar, https) {
        let hash = token_hash(token);
        app.database
            .write(move |connection| Box::pin(async move { store::delete(connection, &hash).await }))
            .await?;
        app.database.truncate_log().await?;
    }
    Ok(COOKIE.removal(https))
}

/// A new code that opens the draft once on another device. Nothing when the draft is gone.
pub async fn new_code(app: &App, draft: Draft) -> Result<Option<String>> {
    let code = reference::code();
    let hash = code_hash(&app.cipher, &code);
    let made = app
        .database
        .write(move |connection| {
            Box::pin(async move { store::set_code(connection, &draft.reference, &hash).await })
        })
        .await?;
    Ok(made.then_some(code))
}

/// The cookie of one more device for the draft that a code opens. Unknown, used and too old are alike: nothing.
pub async fn resume(app: &App, code: &str) -> Result<Option<Cookie<'static>>> {
    let token = random_token();
    let (code_hash, hash, since) = (code_hash(&app.cipher, code), token_hash(&token), oldest(app));
    let opened = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let Some(reference) = store::use_code(connection, &code_hash, since).await? else {
                    return Ok(false);
                };
                store::add_token(connection, &reference, &hash).await?;
                Ok(true)
            })
        })
        .await?;
    Ok(opened.then(|| COOKIE.with(app.site.is_https(), &token)))
}

fn oldest(app: &App) -> i64 {
    seconds(app.clock.now()) - retention::DRAFT
}

/// A code is short: what is stored of it needs the key, so that a stolen table cannot be searched for it.
fn code_hash(cipher: &Cipher, code: &str) -> String {
    cipher.keyed_hash("draft code", code)
}
