//! Signing in with a password, keeping the session alive, and signing out.

use askama::Template;
use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;

use crate::desk::second_step;
use crate::staff::passkeys::relying_party::RelyingParty;
use crate::staff::session;
use crate::staff::session::CurrentSession;
use crate::staff::{PasswordCheck, session_guard};
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/sign_in.html")]
struct SignInPage<'a> {
    context: PageContext<'a>,
    email: &'a str,
    /// The address to go to afterwards.
    to: &'a str,
    /// Why the person is here again.
    notice: &'a str,
    /// Browsers have passkeys at this address.
    passkeys: bool,
    errors: &'a FieldErrors,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/sign-in", get(sign_in_page).post(sign_in))
        .route("/staff/sign-out", post(sign_out))
        .route("/staff/session", post(stay))
        .with_state(app.clone())
        .merge(second_step::routes(app.clone()))
        .merge(crate::desk::welcome::routes(app.clone()))
        .merge(crate::desk::account::routes(app.clone()))
        .merge(crate::desk::people::routes(app.clone()))
        .merge(crate::desk::resets::routes(app.clone()))
        .merge(crate::desk::audit::routes(app.clone()))
        .merge(crate::desk::clock::routes(app.clone()))
        .merge(crate::desk::expired_forms::routes(app))
}

async fn sign_in_page(State(app): State<App>, RawQuery(query): RawQuery) -> Response {
    let asked = Fields::parse(query.unwrap_or_default().as_bytes());
    let notice = match asked.text("again").as_str() {
        "kept" => {
            "You were signed out before this was sent. What you typed is kept: sign in, and you will get it back."
        }
        "lost" => "You were signed out before this was sent, and it was not kept. Sign in, then do it again.",
        "code" => "Too many of the codes were wrong. Enter your password again.",
        "password" => "Your password is changed. Sign in with the new one.",
        _ => "",
    };
    show_sign_in(&app, StatusCode::OK, "", &asked.text("to"), notice, &FieldErrors::default())
}

async fn sign_in(
    State(app): State<App>,
    Network(from): Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let (typed, to) = (fields.text("email"), fields.text("to"));
    let email = form::one_line(&typed).to_lowercase();
    let mut errors = FieldErrors::default();
    match crate::staff::check_password(&app, from, &email, fields.text("password")).await? {
        PasswordCheck::Right(account) => {
            let cookie = session::start_half(&app, &account, session_guard::return_address(&to)).await?;
            let next =
                if account.has_second_factor { "/staff/sign-in/code" } else { "/staff/sign-in/set-up" };
            Ok((jar.add(cookie), Redirect::to(next)).into_response())
        }
        PasswordCheck::TooMany => {
            errors.add("email", "Too many tries. Wait 5 minutes, then try again");
            Ok(show_sign_in(&app, StatusCode::TOO_MANY_REQUESTS, &typed, &to, "", &errors))
        }
        PasswordCheck::Wrong => {
            errors.add("email", "Enter the email address and password of your account");
            Ok(show_sign_in(&app, StatusCode::UNPROCESSABLE_ENTITY, &typed, &to, "", &errors))
        }
    }
}

/// "I am still here", from the warning before an idle session ends.
async fn stay(State(app): State<App>, here: CurrentSession) -> Result<StatusCode> {
    session::touch(&app, here.session).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn sign_out(State(app): State<App>, headers: HeaderMap, jar: CookieJar) -> Result<Response> {
    let gone = session::end(&app, &headers).await?;
    let clear = [(HeaderName::from_static("clear-site-data"), "\"cache\", \"storage\"")];
    Ok((clear, jar.add(gone), Redirect::to("/staff/sign-in")).into_response())
}

/// The first step, with what is wrong.
pub fn show_sign_in(
    app: &App,
    status: StatusCode,
    email: &str,
    to: &str,
    notice: &str,
    errors: &FieldErrors,
) -> Response {
    let context = app.site.private("Sign in to the desk").with_errors(!errors.is_empty());
    let (to, passkeys) = (&session_guard::return_address(to), RelyingParty::of(&app.site.base_url).is_some());
    page::private(status, &SignInPage { context, email, to, notice, passkeys, errors })
}
