//! Signing in and out, and the page behind a one-time link.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;

use super::{NewAccount, Refused, password, session, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::form::{self, FieldErrors, Fields, email};
use crate::page;
use crate::sealing::token_hash;
use crate::security::Network;
use crate::site::Frame;

#[derive(Template)]
#[template(path = "staff/sign_in.html")]
struct SignInPage<'a> {
    frame: Frame<'a>,
    email: &'a str,
    errors: &'a FieldErrors,
}

#[derive(Template)]
#[template(path = "staff/welcome.html")]
struct WelcomePage<'a> {
    frame: Frame<'a>,
    role: &'a str,
    token: &'a str,
    name: &'a str,
    email: &'a str,
    errors: &'a FieldErrors,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/sign-in", get(sign_in_page).post(sign_in))
        .route("/staff/sign-out", post(sign_out))
        .route("/staff/welcome/{token}", get(welcome).post(make_account))
        .with_state(app)
}

async fn sign_in_page(State(app): State<App>) -> Response {
    show_sign_in(&app, StatusCode::OK, "", &FieldErrors::default())
}

async fn sign_in(
    State(app): State<App>,
    Network(from): Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let typed = fields.text("email");
    let email = form::one_line(&typed).to_lowercase();
    let mut errors = FieldErrors::default();
    if !app.limits.may_sign_in(from, &email) {
        errors.add("email", "Too many tries. Wait 5 minutes, then try again");
        return Ok(show_sign_in(&app, StatusCode::TOO_MANY_REQUESTS, &typed, &errors));
    }
    match super::check_password(&app, &email, fields.text("password")).await? {
        Some(account) => {
            let cookie = session::start(&app, account.id).await?;
            Ok((jar.add(cookie), Redirect::to("/staff")).into_response())
        }
        None => {
            errors.add("email", "Enter an email address and password that belong together");
            Ok(show_sign_in(&app, StatusCode::UNPROCESSABLE_ENTITY, &typed, &errors))
        }
    }
}

async fn sign_out(State(app): State<App>, jar: CookieJar) -> Result<Response> {
    let gone = session::end(&app, &jar).await?;
    let clear = [(HeaderName::from_static("clear-site-data"), "\"cache\", \"storage\"")];
    Ok((clear, jar.add(gone), Redirect::to("/staff/sign-in")).into_response())
}

async fn welcome(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    show_welcome(&app, &token, "", "", &FieldErrors::default()).await
}

async fn make_account(
    State(app): State<App>,
    Path(token): Path<String>,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let (name, email) = (fields.text("name"), fields.text("email"));
    let mut errors = FieldErrors::default();
    let checked_name = errors.take("name", form::name(&name, "Enter your full name"));
    let address = errors.take("email", email::check(&email));
    let secret = fields.text("password");
    let own_words = [name.as_str(), email.as_str(), &app.site.clinic.clinic, &app.site.clinic.site];
    errors.take("password", password::check(&secret, &own_words));
    let (Some(checked_name), Some(address), true) = (checked_name, address, errors.is_empty()) else {
        return show_welcome(&app, &token, &name, &email, &errors).await;
    };
    let role = store::invited_role(app.database.readers(), &token_hash(&token), app.clock.now())
        .await?
        .ok_or(Error::NotFound)?;
    let new = NewAccount { email: address.to_lowercase(), name: checked_name, role, password: secret };
    match super::add(&app.database, app.clock.now(), new, Some(token.clone())).await? {
        Ok(id) => Ok((jar.add(session::start(&app, id).await?), Redirect::to("/staff")).into_response()),
        Err(Refused::NoInvitation) => Err(Error::NotFound),
        Err(Refused::AddressTaken) => {
            errors.add("email", "Enter an email address that has no account yet");
            show_welcome(&app, &token, &name, &email, &errors).await
        }
    }
}

fn show_sign_in(app: &App, status: StatusCode, email: &str, errors: &FieldErrors) -> Response {
    let frame = app.site.private("Sign in to the desk").with_errors(!errors.is_empty());
    page::private(status, &SignInPage { frame, email, errors })
}

async fn show_welcome(
    app: &App,
    token: &str,
    name: &str,
    email: &str,
    errors: &FieldErrors,
) -> Result<Response> {
    let role = store::invited_role(app.database.readers(), &token_hash(token), app.clock.now())
        .await?
        .ok_or(Error::NotFound)?;
    let frame = app.site.private("Make your account").with_errors(!errors.is_empty());
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page::private(status, &WelcomePage { frame, role: role.word(), token, name, email, errors }))
}
