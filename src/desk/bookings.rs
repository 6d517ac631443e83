//! Booking on the desk: the form, changing it, and the question before it is cancelled.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::consultations::bookings::request::BookingForm;
use crate::consultations::bookings::{Booking, Setting, store};
use crate::consultations::handling::{Act, Moved, act};
use crate::consultations::{Request, State as RequestState};
use crate::desk::Desk;
use crate::desk::request::{Refusal, Typed};
use crate::staff::Account;
use crate::staff::session::SignedIn;
use crate::web::error::{Error, Result};
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "consultations/booking.html")]
struct BookingPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    /// What is booked now, and when.
    standing: Option<(&'a Booking, String)>,
    form: &'a BookingForm,
    errors: &'a FieldErrors,
    /// What others did since the page was opened, when that stopped a save.
    news: Option<Vec<String>>,
    now: i64,
}

#[derive(Template)]
#[template(path = "consultations/cancellation.html")]
struct CancellationPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    when: String,
}

pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/staff/consultations/{reference}/booking", get(new).post(create))
        .route("/staff/consultations/{reference}/cancellation", get(ask_to_cancel).post(cancel))
}

async fn new(
    State(desk): State<Desk>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
) -> Result<Response> {
    let (request, _) = desk.find(&me, &reference).await?;
    if !request.state.may_become(RequestState::Booked) && request.state != RequestState::Booked {
        let wanted = "Book a consultation".to_owned();
        return desk.refuse_impossible(&me, &reference, wanted).await;
    }
    let app = &desk.app;
    let booking = store::read(app.database.readers(), &app.cipher, &reference).await?;
    let form = booking
        .as_ref()
        .map_or_else(BookingForm::empty, |booking| BookingForm::of(booking, &app.site.clinic));
    desk.show_booking(&me, &request, &form, &FieldErrors::default(), None).await
}

async fn create(
    State(desk): State<Desk>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let app = &desk.app;
    let form = BookingForm::read(&fields);
    let (request, _) = desk.find(&me, &reference).await?;
    let new = match form.check(&app.site.clinic, app.clock.now()) {
        Ok(new) => new,
        Err(errors) => return desk.show_booking(&me, &request, &form, &errors, None).await,
    };
    let seen_at = fields.text("seen_at").parse().unwrap_or(-1);
    match act(app, &me, reference.clone(), seen_at, Act::Book(new)).await? {
        Moved::Yes => Ok(Redirect::to(&format!("/staff/consultations/{reference}")).into_response()),
        Moved::Stale => {
            let opened_at = fields.text("opened_at").parse().unwrap_or(0);
            let news = desk.news_since(&reference, opened_at).await?;
            let (request, _) = desk.find(&me, &reference).await?;
            desk.show_booking(&me, &request, &form, &FieldErrors::default(), Some(news)).await
        }
        Moved::Impossible => desk.refuse_impossible(&me, &reference, "Book a consultation".to_owned()).await,
    }
}

async fn ask_to_cancel(
    State(desk): State<Desk>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
) -> Result<Response> {
    let (request, _) = desk.find(&me, &reference).await?;
    let app = &desk.app;
    let booking =
        store::read(app.database.readers(), &app.cipher, &reference).await?.ok_or(Error::NotFound)?;
    desk.note_opening(&me, &reference).await?;
    let shown = CancellationPage {
        context: app.site.private("Cancel this consultation?").for_desk(&me.name, me.role),
        when: app.site.clinic.calendar().say_with_year(booking.starts_at),
        request: &request,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn cancel(
    State(desk): State<Desk>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let seen_at = fields.text("seen_at").parse().unwrap_or(-1);
    let wanted = "Cancel the consultation".to_owned();
    match act(&desk.app, &me, reference.clone(), seen_at, Act::CancelBooking).await? {
        Moved::Yes => Ok(Redirect::to(&format!("/staff/consultations/{reference}")).into_response()),
        Moved::Stale => {
            let refusal = Refusal::Stale { wanted, news: desk.news_since(&reference, 0).await? };
            desk.refuse(&me, &reference, Typed::default(), FieldErrors::default(), Some(refusal)).await
        }
        Moved::Impossible => desk.refuse_impossible(&me, &reference, wanted).await,
    }
}

impl Desk {
    async fn refuse_impossible(&self, me: &Account, reference: &str, wanted: String) -> Result<Response> {
        let refusal = Some(Refusal::Impossible { wanted });
        self.refuse(me, reference, Typed::default(), FieldErrors::default(), refusal).await
    }

    async fn show_booking(
        &self,
        me: &Account,
        request: &Request,
        form: &BookingForm,
        errors: &FieldErrors,
        news: Option<Vec<String>>,
    ) -> Result<Response> {
        let app = &self.app;
        let booking = store::read(app.database.readers(), &app.cipher, &request.reference).await?;
        self.note_opening(me, &request.reference).await?;
        let say = |booking: &Booking| app.site.clinic.calendar().say_with_year(booking.starts_at);
        let title = if booking.is_some() { "Change the booking" } else { "Book a consultation" };
        let wrong = !errors.is_empty() || news.is_some();
        let status = match (&news, wrong) {
            (Some(_), _) => StatusCode::CONFLICT,
            (None, true) => StatusCode::UNPROCESSABLE_ENTITY,
            (None, false) => StatusCode::OK,
        };
        let shown = BookingPage {
            context: app.site.private(title).for_desk(&me.name, me.role).with_errors(wrong),
            standing: booking.as_ref().map(|booking| (booking, say(booking))),
            request,
            form,
            errors,
            news,
            now: app.clock.now().as_second(),
        };
        Ok(page::private(status, &shown))
    }
}

impl Setting {
    /// Where, in a word or two.
    pub fn short(self) -> &'static str {
        match self {
            Setting::Clinic => "at the clinic",
            Setting::Video => "by video",
            Setting::Phone => "by phone",
        }
    }
}
