//! Lifts a stop: mail goes to an address again, because its owner told a member of staff so.

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use crate::mail::limits;
use crate::staff::audit::store::insert as audit;
use crate::staff::session::SignedIn;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form;
use crate::web::form::{FieldErrors, Fields, email};
use crate::web::page;
use crate::web::site::PageContext;

const LONGEST_REASON: usize = 200;
const LIFTED: &str = "lifted";

#[derive(Template)]
#[template(path = "desk/mail/stops.html")]
struct StopsPage<'a> {
    context: PageContext<'a>,
    form: &'a LiftForm,
    errors: &'a FieldErrors,
    lifted: bool,
}

/// As typed.
#[derive(Default)]
struct LiftForm {
    email: String,
    why: String,
}

pub async fn new(
    State(app): State<App>,
    SignedIn(me): SignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    if !me.role.reaches_patients() {
        return Err(Error::Forbidden);
    }
    let shown = StopsPage {
        context: app.site.private("Allow mail to an address again").for_desk(&me.name, me.role),
        form: &LiftForm::default(),
        errors: &FieldErrors::default(),
        lifted: query.as_deref() == Some(LIFTED),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

pub async fn create(State(app): State<App>, SignedIn(me): SignedIn, fields: Fields) -> Result<Response> {
    if !me.role.reaches_patients() {
        return Err(Error::Forbidden);
    }
    let form = LiftForm { email: fields.text("email"), why: fields.text("why") };
    let mut errors = FieldErrors::default();
    let address = errors.take("email", email::check(&form.email));
    let why = errors.take("why", form::words(&form.why, LONGEST_REASON, "The reason"));
    if why.as_deref() == Some("") {
        errors.add("why", "Enter why we may write again");
    }
    if let (Some(address), Some(why), true) = (address, why, errors.is_empty()) {
        if lift(&app, me.id, address, why).await? {
            return Ok(Redirect::to(&format!("/staff/mail/stops?{LIFTED}")).into_response());
        }
        errors.add("email", "Mail to this address is not stopped");
    }
    let context = app.site.private("Allow mail to an address again").for_desk(&me.name, me.role);
    let shown = StopsPage { context: context.with_errors(true), form: &form, errors: &errors, lifted: false };
    Ok(page::private(StatusCode::UNPROCESSABLE_ENTITY, &shown))
}

async fn lift(app: &App, staff: i64, address: String, why: String) -> Result<bool> {
    let (now, parts) = (app.clock.now(), app.clone());
    let lifted = app.database.write(move |connection| {
        Box::pin(async move {
            let lifted = limits::lift_stop(connection, &parts.cipher, &address, &why, staff, now).await?;
            if lifted {
                audit(connection, Some(staff), now, "let mail go to an address again", "").await?;
            }
            Ok(lifted)
        })
    });
    Ok(lifted.await?)
}
