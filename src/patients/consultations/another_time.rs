//! "I cannot make this": the patient frees the time that is booked, and says what would suit, on the private page.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::consultations::another_time::{LONGEST_WISH, ask_for_another_time};
use crate::consultations::{Request, bookings};
use crate::patients::consultations::state::{ConsultationsState, ask_before, path};
use crate::patients::consultations::visit;
use crate::patients::form_step::send_button;
use crate::signs::Help;
use crate::web::error::Result;
use crate::web::form;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/consultations/another_time.html")]
struct AnotherTimePage<'a> {
    context: PageContext<'a>,
    /// What is booked now.
    when: &'a str,
    wish: &'a str,
    errors: &'a FieldErrors,
    /// What they typed in pieces, safety words marked; empty when there is none.
    marked: Vec<(bool, &'a str)>,
    /// Which help the marked words call for, the most urgent first.
    help: Vec<Help>,
    button: &'static str,
    path: String,
}

/// The form was shown with the help that its words call for.
const HELP_SHOWN: &str = "help";

pub fn routes() -> Router<ConsultationsState> {
    Router::new().route("/consultations/{token}/another-time", get(show).post(free))
}

async fn show(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    jar: CookieJar,
) -> Result<Response> {
    let back = || Ok(Redirect::to(&path(&token)).into_response());
    let Some(request) = visit::known_request(&given, &jar, &token).await? else {
        return Ok(ask_before(&token, "another-time").into_response());
    };
    let Some(when) = given.booked_time(&request).await? else { return back() };
    Ok(given.show_another_time(&when, "", &FieldErrors::default(), &token))
}

/// Who has not answered the question is asked first, and frees nothing. Pressed twice it is done once.
async fn free(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let back = || Ok(Redirect::to(&path(&token)).into_response());
    let Some(request) = visit::known_request(&given, &jar, &token).await? else { return back() };
    let Some(when) = given.booked_time(&request).await? else { return back() };
    let mut errors = FieldErrors::default();
    let typed = fields.text("wish");
    let Some(wish) = errors.take("wish", form::words(&typed, LONGEST_WISH, "Your answer")) else {
        return Ok(given.show_another_time(&when, &typed, &errors, &token));
    };
    let is_calm = given.app.site.signs.read(&wish).is_calm();
    if !is_calm && !fields.has(HELP_SHOWN) {
        return Ok(given.show_another_time(&when, &wish, &errors, &token));
    }
    ask_for_another_time(&given.app, request.reference, wish).await?;
    back()
}

impl ConsultationsState {
    /// The time that is booked and still to come, in words.
    async fn booked_time(&self, request: &Request) -> Result<Option<String>> {
        let app = &self.app;
        let booking = bookings::store::read(app.database.readers(), &app.cipher, &request.reference).await?;
        let ahead = booking.filter(|booking| booking.is_ahead(request.state, app.clock.now()));
        Ok(ahead.map(|booking| app.site.clinic.calendar().say_with_year(booking.starts_at)))
    }

    fn show_another_time(&self, when: &str, wish: &str, errors: &FieldErrors, token: &str) -> Response {
        let finding = self.app.site.signs.read(wish);
        let title = match finding.is_calm() || !errors.is_empty() {
            true => "Do you need another time?",
            false => "Read this before you ask",
        };
        let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        let shown = AnotherTimePage {
            context: self.app.site.private(title).with_errors(!errors.is_empty()),
            when,
            wish,
            errors,
            marked: finding.marked_if_any(wish),
            help: finding.help(),
            button: if finding.is_calm() { "I cannot make this time" } else { send_button(&finding) },
            path: path(token),
        };
        page::private(status, &shown)
    }
}
