//! Passkeys under "Your account": the password and a name first, then the browser makes one; and removing one.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::desk::account::check_present;
use crate::staff::Account;
use crate::staff::passkeys;
use crate::staff::passkeys::relying_party::RelyingParty;
use crate::staff::passkeys::store::Passkey;
use crate::staff::passkeys::{NewPasskey, NotAccepted};
use crate::staff::session::CurrentSession;
use crate::staff::session::SignedIn;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

const ACCOUNT: &str = "/staff/account";

#[derive(Template)]
#[template(path = "desk/passkeys/new.html")]
struct NewPage<'a> {
    context: PageContext<'a>,
    email: &'a str,
    name: &'a str,
    errors: &'a FieldErrors,
}

#[derive(Template)]
#[template(path = "desk/passkeys/create.html")]
struct CreatePage<'a> {
    context: PageContext<'a>,
    me: &'a Account,
    party: &'a RelyingParty,
    new: &'a NewPasskey,
}

#[derive(Template)]
#[template(path = "desk/passkeys/removal.html")]
struct RemovalPage<'a> {
    context: PageContext<'a>,
    email: &'a str,
    passkey: &'a Passkey,
    errors: &'a FieldErrors,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/account/passkeys", get(list).post(add))
        .route("/staff/account/passkeys/new", get(new).post(begin))
        .route("/staff/account/passkeys/{id}/removal", get(removal).post(remove))
        .with_state(app)
}

/// The address that adding one leaves in a browser leads back.
async fn list(SignedIn(_): SignedIn) -> Redirect {
    Redirect::to(ACCOUNT)
}

async fn new(State(app): State<App>, SignedIn(me): SignedIn) -> Result<Response> {
    party(&app)?;
    Ok(show_new(&app, &me, StatusCode::OK, "", &FieldErrors::default()))
}

async fn begin(
    State(app): State<App>,
    Network(from): Network,
    here: CurrentSession,
    fields: Fields,
) -> Result<Response> {
    let (party, me, typed) = (party(&app)?, &here.account, fields.text("name"));
    let mut errors = FieldErrors::default();
    let name = errors.take("name", form::name(&typed, "Enter a name for the passkey"));
    let (status, right) = check_present(&app, from, me, &fields, &mut errors).await?;
    let (Some(name), true) = (name, right) else {
        return Ok(show_new(&app, me, status, &typed, &errors));
    };
    let new = passkeys::begin(&app, me, here.session, name).await?;
    let context = app.site.private("Make the passkey on this device").for_desk(&me.name, me.role);
    Ok(page::private(StatusCode::OK, &CreatePage { context, me, party: &party, new: &new }))
}

async fn add(State(app): State<App>, here: CurrentSession, fields: Fields) -> Result<Response> {
    let (party, me) = (party(&app)?, &here.account);
    let mut errors = FieldErrors::default();
    match passkeys::add(&app, &party, me, here.session, &fields).await? {
        Ok(()) => return Ok(Redirect::to(ACCOUNT).into_response()),
        Err(NotAccepted::TooLate) => errors.add("name", "It took too long. Enter your password again"),
        Err(NotAccepted::TooMany) => errors.add("name", "Remove a passkey that you do not use first"),
        Err(_) => errors.add("name", "The passkey was not accepted. Try again, or use another device"),
    }
    Ok(show_new(&app, me, StatusCode::UNPROCESSABLE_ENTITY, "", &errors))
}

async fn removal(State(app): State<App>, SignedIn(me): SignedIn, Path(id): Path<String>) -> Result<Response> {
    let passkey = find(&app, &me, &id).await?;
    Ok(show_removal(&app, &me, StatusCode::OK, &passkey, &FieldErrors::default()))
}

async fn remove(
    State(app): State<App>,
    Network(from): Network,
    here: CurrentSession,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let me = &here.account;
    let passkey = find(&app, me, &id).await?;
    let mut errors = FieldErrors::default();
    let (status, right) = check_present(&app, from, me, &fields, &mut errors).await?;
    if !right {
        return Ok(show_removal(&app, me, status, &passkey, &errors));
    }
    passkeys::remove(&app, me, here.session, passkey.id).await?;
    Ok(Redirect::to(ACCOUNT).into_response())
}

fn party(app: &App) -> Result<RelyingParty> {
    RelyingParty::of(&app.site.base_url).ok_or(Error::NotFound)
}

async fn find(app: &App, me: &Account, id: &str) -> Result<Passkey> {
    let own = passkeys::store::of(app.database.readers(), me.id).await?;
    own.into_iter().find(|passkey| passkey.id.to_string() == id).ok_or(Error::NotFound)
}

fn show_new(app: &App, me: &Account, status: StatusCode, name: &str, errors: &FieldErrors) -> Response {
    let context = app.site.private("Add a passkey").for_desk(&me.name, me.role);
    let context = context.with_errors(!errors.is_empty());
    page::private(status, &NewPage { context, email: &me.email, name, errors })
}

fn show_removal(
    app: &App,
    me: &Account,
    status: StatusCode,
    passkey: &Passkey,
    errors: &FieldErrors,
) -> Response {
    let context = app.site.private("Remove a passkey").for_desk(&me.name, me.role);
    let context = context.with_errors(!errors.is_empty());
    page::private(status, &RemovalPage { context, email: &me.email, passkey, errors })
}
