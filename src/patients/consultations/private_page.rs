//! The patient's private page: how a request stands, and a question before it says how to reach them.

use askama::Template;
use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum_extra::extract::cookie::CookieJar;

use crate::consultations::another_time::store as another_times;
use crate::consultations::bookings;
use crate::consultations::bookings::{Booking, Setting};
use crate::consultations::merges;
use crate::consultations::messages;
use crate::consultations::proof::ProofQuestion;
use crate::consultations::reminders::wishes;
use crate::consultations::store;
use crate::consultations::{Request, RequestState};
use crate::patients::consultations::state::{ConsultationsState, part, path};
use crate::patients::consultations::{another_time, contact, not_mine, reminders, visit, withdrawal};
use crate::signs::Help;
use crate::storage::clock::moment;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::{FieldErrors, Fields, one_line};
use crate::web::page;
use crate::web::security::Network;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/consultations/private_page.html")]
struct ShowPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    due: String,
    /// What is said of closures that come before that.
    closed: String,
    asked: String,
    /// When they hear from us, for a request that we joined with another; empty when we have been in touch.
    joint_due: String,
    /// Their requests that we joined with this one.
    joined: Vec<String>,
    /// When we wrote to them last, if we did.
    written: Option<String>,
    booked: Option<(Booking, String)>,
    /// The booking is still to come, so that the patient may ask for another time.
    ahead: bool,
    /// They asked for another time.
    wants_another_time: bool,
    /// Which help their words call for, as long as nobody has been in touch.
    help: Vec<Help>,
    /// Whether they are reminded, and how long before; empty when nobody is.
    reminded: bool,
    before: String,
    /// Asked of who has not answered it; until then contact details are masked.
    question: Option<ProofQuestion>,
    errors: &'a FieldErrors,
    too_many: bool,
    /// What was answered, and was wrong.
    typed: &'a str,
    /// A form that came without the answer; it goes on behind it.
    kept: Vec<(&'a str, &'a str)>,
    /// The part of this page that is opened next.
    next: Option<&'static str>,
    /// Address of this page.
    path: String,
}

/// What came back on the question, when it was not answered.
#[derive(Default)]
struct Unanswered<'a> {
    errors: FieldErrors,
    too_many: bool,
    typed: &'a str,
    kept: Option<&'a Fields>,
    next: Option<&'static str>,
}

pub fn routes() -> Router<ConsultationsState> {
    Router::new()
        .route("/consultations/{token}", get(show).post(answer))
        .merge(another_time::routes())
        .merge(contact::routes())
        .merge(reminders::routes())
        .merge(not_mine::routes())
        .merge(withdrawal::routes())
}

async fn show(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    RawQuery(query): RawQuery,
    jar: CookieJar,
) -> Result<Response> {
    let request = given.find(&token).await?;
    let known = visit::is_known(&given.app, &jar, &token);
    let next = query.as_deref().and_then(|query| query.strip_prefix("to=")).and_then(part);
    given.show(&request, &token, known, Unanswered { next, ..Unanswered::default() }).await
}

/// The right answer is remembered for the visit, and a form that came before it goes on.
async fn answer(
    State(given): State<ConsultationsState>,
    Path(token): Path<String>,
    Network(from): Network,
    jar: CookieJar,
    fields: Fields,
) -> Result<Response> {
    let request = given.find_open(&token).await?;
    let (question, typed) = (ProofQuestion::of(&request), one_line(&fields.text("answer")));
    let mut again = Unanswered {
        typed: &typed,
        kept: Some(&fields).filter(|fields| fields.has(contact::SENT)),
        next: part(&fields.text("to")),
        ..Unanswered::default()
    };
    if typed.is_empty() {
        again.errors.add("answer", question.missing());
        return given.show(&request, &token, false, again).await;
    }
    let limits = &given.app.limits;
    if !limits.may_prove(from, &request.token_hash) {
        again.too_many = true;
        return given.show(&request, &token, false, again).await;
    }
    if !question.is_answered_by(&request, &typed) {
        again.errors.add("answer", question.wrong());
        return given.show(&request, &token, false, again).await;
    }
    limits.proved(from, &request.token_hash);
    let jar = jar.add(visit::cookie(&given.app, &token));
    Ok(match (again.kept, again.next) {
        (Some(fields), _) => (jar, given.show_sent_contact(fields, &token)).into_response(),
        (None, Some(part)) => (jar, Redirect::to(&format!("{}/{part}", path(&token)))).into_response(),
        (None, None) => (jar, Redirect::to(&path(&token))).into_response(),
    })
}

impl ConsultationsState {
    /// The question, for a form that came without its answer. Nothing that was typed is lost.
    pub(super) async fn ask_first(
        &self,
        request: &Request,
        token: &str,
        fields: &Fields,
    ) -> Result<Response> {
        let mut again = Unanswered { kept: Some(fields), ..Unanswered::default() };
        again.errors.add("answer", ProofQuestion::of(request).missing());
        self.show(request, token, false, again).await
    }

    async fn show(
        &self,
        request: &Request,
        token: &str,
        known: bool,
        again: Unanswered<'_>,
    ) -> Result<Response> {
        let app = &self.app;
        let calendar = app.site.clinic.calendar();
        let booking = bookings::store::read(app.database.readers(), &app.cipher, &request.reference).await?;
        let booked = booking.filter(|_| request.state == RequestState::Booked);
        let wrong = !again.errors.is_empty() || again.too_many;
        let readers = app.database.readers();
        let wish = another_times::wish(readers, &app.cipher, &request.reference).await?;
        let shown = ShowPage {
            ahead: booked.as_ref().is_some_and(|booking| booking.is_ahead(request.state, app.clock.now())),
            help: help(app, request, wish.as_deref()),
            wants_another_time: wish.is_some() && request.state == RequestState::Contacted,
            reminded: wishes::are_wanted(app, &request.reference).await?,
            before: app.site.clinic.reminders_in_words(),
            booked: booked.map(|booking| {
                let when = calendar.say_with_year(booking.starts_at);
                (booking, when)
            }),
            context: app.site.private("Your request").with_errors(wrong),
            due: calendar.say_with_year(request.due_at),
            closed: calendar.closures_until(app.clock.now(), request.due_at).join(" "),
            asked: calendar.say_with_year(request.created_at),
            joint_due: self.joint_due(request).await?,
            joined: merges::store::read_merged_into(readers, &request.reference).await?,
            written: messages::store::last_written_at(readers, &request.reference)
                .await?
                .map(|at| calendar.say_with_year(moment(at))),
            question: (!known).then(|| ProofQuestion::of(request)),
            errors: &again.errors,
            too_many: again.too_many,
            typed: again.typed,
            kept: again.kept.map(contact::sent).unwrap_or_default(),
            next: again.next,
            request,
            path: path(token),
        };
        let status = match wrong {
            false => StatusCode::OK,
            true if again.too_many => StatusCode::TOO_MANY_REQUESTS,
            true => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Ok(page::private(status, &shown))
    }
}

impl ConsultationsState {
    /// When the patient hears from us about the request that this one was joined with.
    async fn joint_due(&self, request: &Request) -> Result<String> {
        let Some(into) = &request.merged_into else { return Ok(String::new()) };
        let app = &self.app;
        let (state, due_at) = match store::find(app.database.readers(), &app.cipher, into).await {
            Ok(other) => (other.state, other.due_at),
            // It cannot be read, or is gone: what else stands here is true all the same.
            Err(_) => return Ok(String::new()),
        };
        let is_open = state == RequestState::New;
        Ok(if is_open { app.site.clinic.calendar().say_with_year(due_at) } else { String::new() })
    }
}

/// The help that their words call for, until somebody has been in touch with them.
fn help(app: &App, request: &Request, wish: Option<&str>) -> Vec<Help> {
    match (request.state, wish) {
        (RequestState::New, _) => request.signs_found(&app.site.signs),
        (RequestState::Contacted, Some(wish)) => app.site.signs.read(wish).help(),
        _ => Vec::new(),
    }
}
