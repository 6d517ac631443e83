//! The pages of the second step: the code, and setting up the app that makes it.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::staff::expired_forms;
use crate::staff::passkeys;
use crate::staff::passkeys::relying_party::RelyingParty;
use crate::staff::second_factor::totp::{Drawing, Secret};
use crate::staff::second_factor::{CodeOutcome, SetUp};
use crate::staff::session;
use crate::staff::session::HalfSignedIn;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

const WRONG: &str = "Enter the code that your app shows now. Each code works once";
const WAIT: &str = "Too many tries. Wait 5 minutes, or enter a recovery code";

#[derive(Template)]
#[template(path = "desk/second_step/code.html")]
struct CodePage<'a> {
    context: PageContext<'a>,
    /// There is one to use, and browsers have them at this address.
    passkeys: bool,
    errors: &'a FieldErrors,
}

#[derive(Template)]
#[template(path = "desk/second_step/set_up.html")]
struct SetUpPage<'a> {
    context: PageContext<'a>,
    errors: &'a FieldErrors,
    drawing: Drawing,
    key: String,
    email: &'a str,
}

#[derive(Template)]
#[template(path = "desk/second_step/recovery_codes.html")]
pub struct RecoveryCodesPage<'a> {
    pub context: PageContext<'a>,
    pub codes: &'a [String],
    pub next: &'a str,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/sign-in/code", get(code_page).post(check))
        .route("/staff/sign-in/set-up", get(set_up_page).post(set_up))
        .with_state(app)
}

async fn code_page(State(app): State<App>, half: HalfSignedIn) -> Result<Response> {
    if half.offered.is_some() {
        return Ok(Redirect::to("/staff/sign-in/set-up").into_response());
    }
    show_code(&app, &half, StatusCode::OK, &FieldErrors::default()).await
}

async fn check(
    State(app): State<App>,
    Network(from): Network,
    half: HalfSignedIn,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    if half.offered.is_some() {
        return Ok(Redirect::to("/staff/sign-in/set-up").into_response());
    }
    let mut errors = FieldErrors::default();
    match crate::staff::second_factor::check(&app, from, &half, &fields.text("code")).await? {
        CodeOutcome::In(token) => {
            let next = expired_forms::next_page(&app, half.account.id, &half.return_to).await?;
            Ok((jar.add(session::cookie_for(&app, token)), Redirect::to(&next)).into_response())
        }
        CodeOutcome::Wrong => {
            errors.add("code", WRONG);
            show_code(&app, &half, StatusCode::UNPROCESSABLE_ENTITY, &errors).await
        }
        CodeOutcome::TooMany => {
            errors.add("code", WAIT);
            show_code(&app, &half, StatusCode::TOO_MANY_REQUESTS, &errors).await
        }
        CodeOutcome::Over => Ok(Redirect::to("/staff/sign-in?again=code").into_response()),
    }
}

async fn set_up_page(State(app): State<App>, half: HalfSignedIn) -> Result<Response> {
    match &half.offered {
        Some(secret) => show_set_up(&app, &half, secret, StatusCode::OK, &FieldErrors::default()),
        None => Ok(Redirect::to("/staff/sign-in/code").into_response()),
    }
}

async fn set_up(
    State(app): State<App>,
    half: HalfSignedIn,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let Some(secret) = &half.offered else { return Ok(Redirect::to("/staff/sign-in/code").into_response()) };
    match crate::staff::second_factor::set_up(&app, &half, secret, &fields.text("code")).await? {
        SetUp::Done(token, codes) => {
            let next = expired_forms::next_page(&app, half.account.id, &half.return_to).await?;
            let context = app.site.private("Keep these recovery codes");
            let shown =
                page::private(StatusCode::OK, &RecoveryCodesPage { context, codes: &codes, next: &next });
            Ok((jar.add(session::cookie_for(&app, token)), shown).into_response())
        }
        SetUp::Wrong => {
            let mut errors = FieldErrors::default();
            errors.add("code", WRONG);
            show_set_up(&app, &half, secret, StatusCode::UNPROCESSABLE_ENTITY, &errors)
        }
        SetUp::Over => Ok(Redirect::to("/staff/sign-in?again=code").into_response()),
    }
}

/// The question for the code, with what is wrong.
pub async fn show_code(
    app: &App,
    half: &HalfSignedIn,
    status: StatusCode,
    errors: &FieldErrors,
) -> Result<Response> {
    let context = app.site.private("Enter the code from your app").with_errors(!errors.is_empty());
    let own = passkeys::store::of(app.database.readers(), half.account.id).await?;
    let passkeys = !own.is_empty() && RelyingParty::of(&app.site.base_url).is_some();
    Ok(page::private(status, &CodePage { context, passkeys, errors }))
}

fn show_set_up(
    app: &App,
    half: &HalfSignedIn,
    secret: &Secret,
    status: StatusCode,
    errors: &FieldErrors,
) -> Result<Response> {
    let email = &half.account.email;
    let shown = SetUpPage {
        context: app.site.private("Set up the second step").with_errors(!errors.is_empty()),
        errors,
        drawing: secret.drawing(&app.site.clinic.site, email)?,
        key: secret.in_groups(),
        email,
    };
    Ok(page::private(status, &shown))
}
