//! The page behind a one-time link, where an account is made.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::staff::people::invitation_code;
use crate::staff::people::invitation_code::CodeCheck;
use crate::staff::{AccountRefused, Invitation, NewAccount, password, session, store};
use crate::storage::encryption::token_hash;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form;
use crate::web::form::{FieldErrors, Fields, email};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/welcome.html")]
struct WelcomePage<'a> {
    context: PageContext<'a>,
    role: &'a str,
    token: &'a str,
    name: &'a str,
    email: &'a str,
    /// The account is for this address and no other, and asks for a code.
    invited: bool,
    errors: &'a FieldErrors,
}

pub fn routes(app: App) -> Router {
    Router::new().route("/staff/welcome/{token}", get(welcome).post(make_account)).with_state(app)
}

async fn welcome(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    let invitation = find(&app, &token).await?;
    Ok(show(&app, &invitation, &token, "", &invitation.email, &FieldErrors::default()))
}

async fn make_account(
    State(app): State<App>,
    Path(token): Path<String>,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let invitation = find(&app, &token).await?;
    // Who was invited by address is who makes the account.
    let email = if invitation.email.is_empty() { fields.text("email") } else { invitation.email.clone() };
    let name = fields.text("name");
    let mut errors = FieldErrors::default();
    match invitation_code::check(&app, &invitation, &token, &fields.text("code")).await? {
        CodeCheck::Right => {}
        CodeCheck::Wrong => errors.add("code", "Enter the code that the person who invited you tells you"),
        CodeCheck::Withdrawn => return Err(Error::NotFound),
    }
    let checked_name = errors.take("name", form::name(&name, "Enter your full name"));
    let address = errors.take("email", email::check(&email));
    let secret = fields.text("password");
    let own_words = password::own_words(&name, &email, &app.site.clinic.own_names());
    errors.take("password", password::check(&secret, &own_words));
    let (Some(checked_name), Some(address), true) = (checked_name, address, errors.is_empty()) else {
        return Ok(show(&app, &invitation, &token, &name, &email, &errors));
    };
    let role = invitation.role;
    let new = NewAccount { email: address.to_lowercase(), name: checked_name, role, password: secret };
    match crate::staff::add(&app.database, app.clock.now(), new, Some(token.clone())).await? {
        Ok(id) => {
            let account = store::find(app.database.readers(), id).await?;
            let cookie = session::start_half(&app, &account, String::new()).await?;
            Ok((jar.add(cookie), Redirect::to("/staff/sign-in/set-up")).into_response())
        }
        Err(AccountRefused::NoInvitation) => Err(Error::NotFound),
        Err(AccountRefused::AddressTaken) => {
            errors.add("email", "Enter an email address that has no account yet");
            Ok(show(&app, &invitation, &token, &name, &email, &errors))
        }
    }
}

async fn find(app: &App, token: &str) -> Result<Invitation> {
    let found = store::invitation(app.database.readers(), &token_hash(token), app.clock.now()).await?;
    found.ok_or(Error::NotFound)
}

fn show(
    app: &App,
    invitation: &Invitation,
    token: &str,
    name: &str,
    email: &str,
    errors: &FieldErrors,
) -> Response {
    let context = app.site.private("Make your account").with_errors(!errors.is_empty());
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (role, invited) = (invitation.role.as_str(), !invitation.email.is_empty());
    page::private(status, &WelcomePage { context, role, token, name, email, invited, errors })
}
