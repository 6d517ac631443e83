//! Your account: your password, your recovery codes, and where you are signed in.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_extra::extract::cookie::CookieJar;

use crate::clinic::calendar::Calendar;
use crate::desk::second_step::RecoveryCodesPage;
use crate::staff::calendar_address;
use crate::staff::passkeys;
use crate::staff::passkeys::relying_party::RelyingParty;
use crate::staff::passkeys::store::Passkey;
use crate::staff::second_factor;
use crate::staff::session;
use crate::staff::session::store::SessionRow;
use crate::staff::session::{CurrentSession, SignedIn};
use crate::staff::{Account, PasswordCheck, audit, password, store};
use crate::storage::clock::moment;
use crate::storage::encryption::{random_token, token_hash};
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/account/show.html")]
struct AccountPage<'a> {
    context: PageContext<'a>,
    me: &'a Account,
    codes_left: i64,
    passkeys: Vec<Passkey>,
    /// Browsers have them at this address.
    may_add_passkeys: bool,
    /// When the calendar address was made; nothing when there is none.
    calendar_made: Option<String>,
    sessions: Vec<SessionRow>,
    /// Which of them this is.
    here: i64,
    calendar: &'a Calendar,
}

#[derive(Template)]
#[template(path = "desk/account/password.html")]
struct PasswordPage<'a> {
    context: PageContext<'a>,
    email: &'a str,
    errors: &'a FieldErrors,
}

#[derive(Template)]
#[template(path = "desk/account/renew_codes.html")]
struct RenewCodesPage<'a> {
    context: PageContext<'a>,
    email: &'a str,
    errors: &'a FieldErrors,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/account", get(show))
        .route("/staff/account/password", get(password_page).post(change_password))
        .route("/staff/account/recovery-codes", get(codes_page).post(renew_codes))
        .route("/staff/account/sessions/{id}/end", post(end_session))
        .with_state(app)
}

async fn show(State(app): State<App>, here: CurrentSession) -> Result<Response> {
    let readers = app.database.readers();
    let me = &here.account;
    let shown = AccountPage {
        context: app.site.private("Your account").for_desk(&me.name, me.role),
        codes_left: second_factor::store::recovery_codes_left(readers, me.id).await?,
        passkeys: passkeys::store::of(readers, me.id).await?,
        may_add_passkeys: RelyingParty::of(&app.site.base_url).is_some(),
        calendar_made: calendar_address::made_at(&app, me.id)
            .await?
            .map(|at| app.site.clinic.calendar().say_with_year(at)),
        sessions: session::alive(&app, me.id).await?,
        here: here.session,
        calendar: app.site.clinic.calendar(),
        me,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn password_page(State(app): State<App>, SignedIn(me): SignedIn) -> Response {
    show_password(&app, &me, StatusCode::OK, &FieldErrors::default())
}

async fn change_password(
    State(app): State<App>,
    Network(from): Network,
    here: CurrentSession,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let me = &here.account;
    let mut errors = FieldErrors::default();
    let (status, right) = check_present(&app, from, me, &fields, &mut errors).await?;
    let new = fields.text("password");
    let own_words = password::own_words(&me.name, &me.email, &app.site.clinic.own_names());
    errors.take("password", password::check(&new, &own_words));
    if !right || !errors.is_empty() {
        return Ok(show_password(&app, me, status, &errors));
    }
    let (hash, token, now) = (password::hash(new).await?, random_token(), app.clock.now());
    let (staff, session, new_token) = (me.id, here.session, token_hash(&token));
    app.database
        .write(move |connection| {
            Box::pin(async move {
                store::set_password(connection, staff, &hash).await?;
                session::store::end_others(connection, staff, Some(session), now).await?;
                session::store::rename(connection, session, &new_token).await?;
                audit::store::insert(connection, Some(staff), now, "changed their password", "").await
            })
        })
        .await?;
    Ok((jar.add(session::cookie_for(&app, token)), Redirect::to("/staff/account")).into_response())
}

async fn codes_page(State(app): State<App>, SignedIn(me): SignedIn) -> Response {
    show_renew(&app, &me, StatusCode::OK, &FieldErrors::default())
}

async fn renew_codes(
    State(app): State<App>,
    Network(from): Network,
    SignedIn(me): SignedIn,
    fields: Fields,
) -> Result<Response> {
    let mut errors = FieldErrors::default();
    let (status, right) = check_present(&app, from, &me, &fields, &mut errors).await?;
    if !right {
        return Ok(show_renew(&app, &me, status, &errors));
    }
    let codes = second_factor::renew_recovery_codes(&app, &me).await?;
    let context = app.site.private("Keep these recovery codes").for_desk(&me.name, me.role);
    Ok(page::private(StatusCode::OK, &RecoveryCodesPage { context, codes: &codes, next: "/staff/account" }))
}

/// Ends one of one's own sessions; `others` ends all but this one.
async fn end_session(
    State(app): State<App>,
    here: CurrentSession,
    Path(id): Path<String>,
) -> Result<Response> {
    let (staff, this, now) = (here.account.id, here.session, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move {
                match id.parse() {
                    Ok(id) => session::store::end(connection, id, staff, now).await?,
                    Err(_) => session::store::end_others(connection, staff, Some(this), now).await?,
                }
                audit::store::insert(connection, Some(staff), now, "ended a session", "").await
            })
        })
        .await?;
    Ok(Redirect::to("/staff/account").into_response())
}

/// Whether the present password was given; guesses are limited as they are at the sign-in.
pub async fn check_present(
    app: &App,
    from: std::net::IpAddr,
    me: &Account,
    fields: &Fields,
    errors: &mut FieldErrors,
) -> Result<(StatusCode, bool)> {
    let typed = fields.text("present");
    let checked = if typed.is_empty() {
        PasswordCheck::Wrong
    } else {
        crate::staff::check_password(app, from, &me.email, typed).await?
    };
    match checked {
        PasswordCheck::Right(_) => Ok((StatusCode::UNPROCESSABLE_ENTITY, true)),
        PasswordCheck::Wrong => {
            errors.add("present", "Enter the password that you sign in with now");
            Ok((StatusCode::UNPROCESSABLE_ENTITY, false))
        }
        PasswordCheck::TooMany => {
            errors.add("present", "Too many tries. Wait 5 minutes, then try again");
            Ok((StatusCode::TOO_MANY_REQUESTS, false))
        }
    }
}

fn show_password(app: &App, me: &Account, status: StatusCode, errors: &FieldErrors) -> Response {
    let context =
        app.site.private("Change your password").for_desk(&me.name, me.role).with_errors(!errors.is_empty());
    page::private(status, &PasswordPage { context, email: &me.email, errors })
}

fn show_renew(app: &App, me: &Account, status: StatusCode, errors: &FieldErrors) -> Response {
    let context = app
        .site
        .private("Make new recovery codes")
        .for_desk(&me.name, me.role)
        .with_errors(!errors.is_empty());
    page::private(status, &RenewCodesPage { context, email: &me.email, errors })
}

impl AccountPage<'_> {
    fn when(&self, at: &i64) -> String {
        self.calendar.say(moment(*at))
    }
}
