//! Signing in with a passkey: in place of the password, or as the second step after it.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;
use serde::Serialize;

use crate::desk::second_step::show_code;
use crate::desk::sign_in::show_sign_in;
use crate::staff::passkeys;
use crate::staff::passkeys::relying_party::RelyingParty;
use crate::staff::passkeys::{Assertion, NotAccepted, SignedInByKey, challenges};
use crate::staff::session::HalfSignedIn;
use crate::staff::{expired_forms, session, session_guard};
use crate::storage::encryption::random_token;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form::{FieldErrors, Fields};
use crate::web::security::Network;
use crate::web::token_cookie::TokenCookie;

/// Says which browser a challenge was given to.
const COOKIE: TokenCookie = TokenCookie {
    name: "staff_passkey",
    secure_name: "__Host-staff_passkey",
    path: "/staff/sign-in",
    lasts: Some(challenges::LASTS),
};

/// What the script asks a device for, named as browsers do.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question {
    challenge: String,
    rp_id: String,
    /// None for any that the device holds.
    credentials: Vec<String>,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/sign-in/passkey", get(to_sign_in).post(sign_in))
        .route("/staff/sign-in/passkey/challenge", post(challenge))
        .route("/staff/sign-in/code/passkey", get(to_code).post(second_step))
        .route("/staff/sign-in/code/passkey/challenge", post(second_challenge))
        .with_state(app)
}

/// The addresses that a refused passkey leaves in a browser lead back.
async fn to_sign_in() -> Redirect {
    Redirect::to("/staff/sign-in")
}

async fn to_code(_: HalfSignedIn) -> Redirect {
    Redirect::to("/staff/sign-in/code")
}

async fn challenge(State(app): State<App>, Network(from): Network, jar: CookieJar) -> Result<Response> {
    let party = party(&app)?;
    if !app.limits.may_try_link(from) {
        return Err(Error::TooManyRequests);
    }
    let token = random_token();
    let challenge = passkeys::challenge_for_browser(&app, &token);
    let question = Question { challenge, rp_id: party.id, credentials: Vec::new() };
    Ok((jar.add(COOKIE.with(app.site.is_https(), &token)), json(&question)?).into_response())
}

async fn sign_in(
    State(app): State<App>,
    Network(from): Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let (party, to) = (party(&app)?, session_guard::return_address(&fields.text("return_to")));
    if !app.limits.may_try_link(from) {
        return Err(Error::TooManyRequests);
    }
    let token = COOKIE.token(&jar, app.site.is_https()).unwrap_or_default();
    let outcome = match Assertion::read(&fields) {
        Some(sent) => passkeys::sign_in(&app, from, &party, token, &sent).await?,
        None => Err(NotAccepted::Unknown),
    };
    match outcome {
        Ok(signed_in) => let_in(&app, jar, signed_in, &to).await,
        Err(refused) => {
            let mut errors = FieldErrors::default();
            errors.add("passkey", words(refused));
            Ok(show_sign_in(&app, StatusCode::UNPROCESSABLE_ENTITY, "", &to, "", &errors))
        }
    }
}

async fn second_challenge(
    State(app): State<App>,
    Network(from): Network,
    half: HalfSignedIn,
) -> Result<Response> {
    let party = party(&app)?;
    if !app.limits.may_try_link(from) {
        return Err(Error::TooManyRequests);
    }
    let credentials = passkeys::store::credential_ids(app.database.readers(), half.account.id).await?;
    let challenge = passkeys::challenge_for_half(&app, &half);
    json(&Question { challenge, rp_id: party.id, credentials })
}

async fn second_step(
    State(app): State<App>,
    Network(from): Network,
    half: HalfSignedIn,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let party = party(&app)?;
    if !app.limits.may_try_link(from) {
        return Err(Error::TooManyRequests);
    }
    let outcome = match Assertion::read(&fields) {
        Some(sent) => passkeys::second_step(&app, from, &party, &half, &sent).await?,
        None => Err(NotAccepted::Unknown),
    };
    match outcome {
        Ok(signed_in) => let_in(&app, jar, signed_in, &half.return_to).await,
        Err(refused) => {
            let mut errors = FieldErrors::default();
            errors.add("passkey", words(refused));
            show_code(&app, &half, StatusCode::UNPROCESSABLE_ENTITY, &errors).await
        }
    }
}

async fn let_in(app: &App, jar: CookieJar, signed_in: SignedInByKey, to: &str) -> Result<Response> {
    let next = expired_forms::next_page(app, signed_in.staff, to).await?;
    Ok((jar.add(session::cookie_for(app, signed_in.token)), Redirect::to(&next)).into_response())
}

fn party(app: &App) -> Result<RelyingParty> {
    RelyingParty::of(&app.site.base_url).ok_or(Error::NotFound)
}

fn words(refused: NotAccepted) -> &'static str {
    match refused {
        NotAccepted::TooLate => "It took too long. Press “Sign in with a passkey” again",
        _ => "The passkey was not accepted. Try again, or use your password and a code",
    }
}

fn json(question: &Question) -> Result<Response> {
    let body = serde_json::to_string(question).map_err(anyhow::Error::from)?;
    let kind = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, kind)], body).into_response())
}
