//! The private calendar address of a clinician: made and ended on the account page, and what programs read there.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::consultations::bookings::diary::feed::{ClinicianCalendar, window};
use crate::consultations::bookings::diary::store;
use crate::staff::calendar_address;
use crate::staff::session::ConsultationHolder;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::page;
use crate::web::site::PageContext;

/// Calendars that read it keep it themselves; nothing between them and the site may.
const NEVER_KEPT: &str = "private, no-store";

#[derive(Template)]
#[template(path = "desk/calendar_addresses/made.html")]
struct MadePage<'a> {
    context: PageContext<'a>,
    address: String,
    /// The same as phones open it with their calendar.
    subscription: String,
}

#[derive(Template)]
#[template(path = "desk/calendar_addresses/ended.html")]
struct EndedPage<'a> {
    context: PageContext<'a>,
}

/// For the owner, on the desk.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/account/calendar", get(account).post(make))
        .route("/staff/account/calendar/end", post(end))
        .with_state(app)
}

/// For programs, which sign in nowhere: whoever has the address has what is there.
pub fn public_routes(app: App) -> Router {
    Router::new().route("/calendar/{file}", get(read)).with_state(app)
}

/// The address that making one leaves in a browser leads back.
async fn account(ConsultationHolder(_): ConsultationHolder) -> Redirect {
    Redirect::to("/staff/account")
}

async fn make(State(app): State<App>, ConsultationHolder(me): ConsultationHolder) -> Result<Response> {
    let token = calendar_address::make(&app, &me).await?;
    let address = app.site.url(&format!("/calendar/{token}.ics"));
    let scheme_ends = address.find("://").unwrap_or(0);
    let shown = MadePage {
        context: app.site.private("Your calendar address").for_desk(&me.name, me.role),
        subscription: format!("webcal{}", &address[scheme_ends..]),
        address,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn end(State(app): State<App>, ConsultationHolder(me): ConsultationHolder) -> Result<Redirect> {
    calendar_address::end(&app, &me).await?;
    Ok(Redirect::to("/staff/account"))
}

async fn read(State(app): State<App>, Path(file): Path<String>) -> Result<Response> {
    let owner = match file.strip_suffix(".ics") {
        Some(token) => calendar_address::owner(&app, token).await?,
        None => None,
    };
    let Some(owner) = owner else {
        let context = app.site.private("There is no calendar at this address");
        return Ok(page::private(StatusCode::NOT_FOUND, &EndedPage { context }));
    };
    let now = app.site.clinic.calendar().local(app.clock.now());
    let (from, until) = window(&now);
    let readers = app.database.readers();
    let bookings = store::of_clinician(readers, &app.cipher, owner, from, until).await?;
    let text = ClinicianCalendar { site: &app.site, bookings: &bookings }.to_string();
    let mut response = text.into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CACHE_CONTROL, NEVER_KEPT),
        (header::HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}
