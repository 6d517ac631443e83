//! The link that resets a colleague's password or second step: made on their page, and the page behind it.

use std::net::IpAddr;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;

use crate::desk::people::{number, show_person};
use crate::staff::passkeys::store::Passkey;
use crate::staff::resets::choice::ResetChoice;
use crate::staff::resets::store::ResetLink;
use crate::staff::session::Administrator;
use crate::staff::{
    Account, PasswordCheck, check_waiting_password, passkeys, password, resets, session, store,
};
use crate::storage::clock::moment;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/resets/made.html")]
struct MadePage<'a> {
    context: PageContext<'a>,
    name: &'a str,
    person: i64,
    choice: ResetChoice,
    link: String,
}

#[derive(Template)]
#[template(path = "desk/resets/open.html")]
struct OpenPage<'a> {
    context: PageContext<'a>,
    token: &'a str,
    email: &'a str,
    link: &'a ResetLink,
    /// Those of the account, none of them chosen: what its owner does not say that they hold is removed.
    passkeys: Vec<PasskeyChoice>,
    errors: &'a FieldErrors,
}

/// A passkey to keep.
struct PasskeyChoice {
    value: i64,
    label: String,
    chosen: bool,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/people/{id}/reset", get(person).post(make))
        .route("/staff/people/{id}/reset/withdrawal", post(withdraw))
        .route("/staff/reset/{token}", get(open).post(accept))
        .with_state(app)
}

/// The address that making a link leaves in a browser leads back.
async fn person(Administrator(_): Administrator, Path(id): Path<String>) -> Result<Redirect> {
    Ok(Redirect::to(&format!("/staff/people/{}", number(&id)?)))
}

async fn make(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let id = number(&id)?;
    // For oneself there is the account page, which asks for what one knows.
    if id == me.id {
        return Err(Error::Forbidden);
    }
    let chosen = |value: &str| fields.all("reset").any(|one| one == value);
    let choice = ResetChoice { password: chosen("password"), second_step: chosen("second-step") };
    if choice.is_nothing() {
        let mut errors = FieldErrors::default();
        errors.add("reset", "Select what they have lost");
        return show_person(&app, &me, id, &errors).await;
    }
    let (by, now, parts) = (me.id, app.clock.now(), app.clone());
    let made = app
        .database
        .write(move |connection| {
            Box::pin(async move { resets::make(connection, &parts.cipher, Some(by), id, choice, now).await })
        })
        .await?;
    let Some(token) = made else {
        let mut errors = FieldErrors::default();
        errors.add("access", "Enable the account first");
        return show_person(&app, &me, id, &errors).await;
    };
    let name = store::name_of(app.database.readers(), id).await?.unwrap_or_default();
    let shown = MadePage {
        context: app.site.private("The reset link is made").for_desk(&me.name, me.role),
        name: &name,
        person: id,
        choice,
        link: app.site.url(&format!("/staff/reset/{token}")),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn withdraw(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(id): Path<String>,
) -> Result<Redirect> {
    let id = number(&id)?;
    resets::withdraw(&app, me.id, id).await?;
    Ok(Redirect::to(&format!("/staff/people/{id}")))
}

async fn open(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    let (link, account) = find(&app, &token).await?;
    show(&app, StatusCode::OK, &token, &link, &account, &[], &FieldErrors::default()).await
}

async fn accept(
    State(app): State<App>,
    Network(from): Network,
    Path(token): Path<String>,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    if !app.limits.may_try_link(from) {
        return Err(Error::TooManyRequests);
    }
    let (link, account) = find(&app, &token).await?;
    let mut errors = FieldErrors::default();
    let kept: Vec<i64> = fields.all("keep").filter_map(|id| id.parse().ok()).collect();
    let status = check(&app, from, &link, &account, &fields, &mut errors).await?;
    if !errors.is_empty() {
        return show(&app, status, &token, &link, &account, &kept, &errors).await;
    }
    let hash = match link.password {
        true => Some(password::hash(fields.text("password")).await?),
        false => None,
    };
    if !resets::accept(&app, &token, hash, kept).await? {
        return Err(Error::NotFound);
    }
    // As after any sign-in, the code of the app is asked, or the app is set up.
    let account = store::find(app.database.readers(), account.id).await?;
    let cookie = session::start_half(&app, &account, String::new()).await?;
    let next = if account.has_second_factor { "/staff/sign-in/code" } else { "/staff/sign-in/set-up" };
    Ok((jar.add(cookie), Redirect::to(next)).into_response())
}

/// A new password, or the present one: a link alone, which somebody else may have read, opens no account whose password
/// stays.
async fn check(
    app: &App,
    from: IpAddr,
    link: &ResetLink,
    account: &Account,
    fields: &Fields,
    errors: &mut FieldErrors,
) -> Result<StatusCode> {
    if link.password {
        let own_words = password::own_words(&account.name, &account.email, &app.site.clinic.own_names());
        errors.take("password", password::check(&fields.text("password"), &own_words));
        return Ok(StatusCode::UNPROCESSABLE_ENTITY);
    }
    match check_waiting_password(app, from, &account.email, fields.text("present")).await? {
        PasswordCheck::Right(_) => Ok(StatusCode::UNPROCESSABLE_ENTITY),
        PasswordCheck::Wrong => {
            errors.add("present", "Enter the password that you sign in with");
            Ok(StatusCode::UNPROCESSABLE_ENTITY)
        }
        PasswordCheck::TooMany => {
            errors.add("present", "Too many tries. Wait 5 minutes, then try again");
            Ok(StatusCode::TOO_MANY_REQUESTS)
        }
    }
}

async fn find(app: &App, token: &str) -> Result<(ResetLink, Account)> {
    let link = resets::find(app, token).await?.ok_or(Error::NotFound)?;
    let account = store::find(app.database.readers(), link.staff_id).await?;
    Ok((link, account))
}

async fn show(
    app: &App,
    status: StatusCode,
    token: &str,
    link: &ResetLink,
    account: &Account,
    kept: &[i64],
    errors: &FieldErrors,
) -> Result<Response> {
    let title = match link.password {
        true => "Choose a new password",
        false => "Set up the second step again",
    };
    let context = app.site.private(title).with_errors(!errors.is_empty());
    let calendar = app.site.clinic.calendar();
    let own = passkeys::store::of(app.database.readers(), account.id).await?.into_iter();
    let choice = |passkey: Passkey| PasskeyChoice {
        value: passkey.id,
        chosen: kept.contains(&passkey.id),
        label: format!("{}, made {}", passkey.name, calendar.say_with_year(moment(passkey.created_at))),
    };
    let (email, passkeys) = (&account.email, own.map(choice).collect());
    Ok(page::private(status, &OpenPage { context, token, email, link, passkeys, errors }))
}
