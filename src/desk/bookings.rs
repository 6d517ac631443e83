//! Booking on the desk: the form, changing it, and the question before it is cancelled.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;

use crate::consultations::bookings::booking_form::BookingForm;
use crate::consultations::bookings::diary::{self, DiaryBooking};
use crate::consultations::bookings::{AllTheSame, Booking, Clinician, NewBooking, scheduling, store, usual};
use crate::consultations::handling::{Act, ActOutcome};
use crate::consultations::notifications;
use crate::consultations::transitions::act;
use crate::consultations::{Request, RequestState};
use crate::desk::queue_rows::{SelectOption, select_options};
use crate::desk::request::{Refusal, Typed};
use crate::desk::state::DeskState;
use crate::mail::limits::NotSent;
use crate::staff::Account;
use crate::staff::session::SignedIn;
use crate::storage::clock::{moment, seconds};
use crate::storage::encryption::token_hash;
use crate::web::error::{Error, Result};
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/bookings/new.html")]
struct BookingPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    /// What is booked now, and when.
    standing: Option<(&'a Booking, String)>,
    form: &'a BookingForm,
    errors: &'a FieldErrors,
    again: Again,
    clinicians: Vec<SelectOption>,
    /// Rooms and lines that were named lately.
    rooms: Vec<String>,
    /// Why no mail about it can go to the patient's address.
    cannot_mail: Option<NotSent>,
    now: i64,
}

#[derive(Template)]
#[template(path = "desk/bookings/cancellation.html")]
struct CancellationPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    when: String,
    /// The mail about it has not gone yet, and will not go.
    unannounced: bool,
    /// Why no mail about it can go to the patient's address.
    cannot_mail: Option<NotSent>,
}

/// Why the form is shown again, though it is right.
enum Again {
    Nothing,
    /// What others did since the page was opened, which stopped a save.
    Stale(Vec<String>),
    /// It is odd: it is asked whether it is meant, and why.
    Question(OddBooking),
}

/// What is odd about a booking, and the day around it.
struct OddBooking {
    concerns: Vec<String>,
    /// What is odd, in a few words that name nobody.
    odd: String,
    /// The other bookings of the day: reference, from when, until when, and where and with whom.
    day: Vec<(String, String, String, String)>,
    /// "Thursday 4 June 2026".
    date: String,
    /// As an address says it.
    day_number: String,
    /// Stands for exactly these concerns about exactly this time.
    mark: String,
}

impl OddBooking {
    /// The same was asked before, and the button was pressed again.
    fn was_asked(&self, fields: &Fields) -> bool {
        fields.text("asked") == self.mark
    }
}

pub fn routes() -> Router<DeskState> {
    Router::new()
        .route("/staff/consultations/{reference}/booking", get(new).post(create))
        .route("/staff/consultations/{reference}/cancellation", get(ask_to_cancel).post(cancel))
}

async fn new(
    State(desk): State<DeskState>,
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
    let own = me.role.holds_consultations().then_some(me.id);
    let form = booking
        .as_ref()
        .map_or_else(|| BookingForm::empty(own), |booking| BookingForm::of(booking, &app.site.clinic));
    desk.show_booking(&me, &request, &form, &FieldErrors::default(), Again::Nothing).await
}

async fn create(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let app = &desk.app;
    let form = BookingForm::read(&fields);
    let (request, _) = desk.find(&me, &reference).await?;
    let accounts = desk.clinicians(&reference).await?;
    let mut new = match form.check(&app.site.clinic, &accounts, app.clock.now()) {
        Ok(new) => new,
        Err(errors) => return desk.show_booking(&me, &request, &form, &errors, Again::Nothing).await,
    };
    if let Some(question) = desk.question(&request, &new).await? {
        let mut errors = FieldErrors::default();
        let why = question.was_asked(&fields).then(|| errors.take("why", form.why())).flatten();
        let Some(why) = why else {
            return desk.show_booking(&me, &request, &form, &errors, Again::Question(question)).await;
        };
        new.all_the_same = Some(AllTheSame { odd: question.odd, why });
    }
    let seen_at = fields.seen_at("seen_at");
    match act(app, &me, reference.clone(), seen_at, Act::Book(new)).await? {
        ActOutcome::Done => Ok(Redirect::to(&format!("/staff/consultations/{reference}")).into_response()),
        ActOutcome::Stale => {
            let opened_at = fields.text("opened_at").parse().unwrap_or(0);
            let news = desk.news_since(&reference, opened_at).await?;
            let (request, _) = desk.find(&me, &reference).await?;
            desk.show_booking(&me, &request, &form, &FieldErrors::default(), Again::Stale(news)).await
        }
        ActOutcome::Impossible => {
            desk.refuse_impossible(&me, &reference, "Book a consultation".to_owned()).await
        }
    }
}

async fn ask_to_cancel(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
) -> Result<Response> {
    let (request, _) = desk.find(&me, &reference).await?;
    let app = &desk.app;
    let booking =
        store::read(app.database.readers(), &app.cipher, &reference).await?.ok_or(Error::NotFound)?;
    desk.note_opening(&me, &reference).await?;
    let mut connection = app.database.readers().acquire().await?;
    let shown = CancellationPage {
        unannounced: scheduling::is_unannounced(&mut connection, &booking).await?,
        cannot_mail: notifications::cannot_mail(&mut connection, app, &request, app.clock.now()).await?,
        context: app.site.private("Cancel this consultation?").for_desk(&me.name, me.role),
        when: app.site.clinic.calendar().say_with_year(booking.starts_at),
        request: &request,
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn cancel(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let seen_at = fields.seen_at("seen_at");
    let wanted = "Cancel the consultation".to_owned();
    match act(&desk.app, &me, reference.clone(), seen_at, Act::CancelBooking).await? {
        ActOutcome::Done => Ok(Redirect::to(&format!("/staff/consultations/{reference}")).into_response()),
        ActOutcome::Stale => {
            let refusal = Refusal::Stale { wanted, news: desk.news_since(&reference, 0).await? };
            desk.refuse(&me, &reference, Typed::default(), FieldErrors::default(), Some(refusal)).await
        }
        ActOutcome::Impossible => desk.refuse_impossible(&me, &reference, wanted).await,
    }
}

impl DeskState {
    async fn refuse_impossible(&self, me: &Account, reference: &str, wanted: String) -> Result<Response> {
        let refusal = Some(Refusal::Impossible { wanted });
        self.refuse(me, reference, Typed::default(), FieldErrors::default(), refusal).await
    }

    /// Who may be chosen to hold it: those with an account, and who it stands with now.
    async fn clinicians(&self, reference: &str) -> Result<Vec<(i64, String)>> {
        let (readers, cipher) = (self.app.database.readers(), &self.app.cipher);
        let mut accounts = diary::store::clinicians(readers).await?;
        let standing = store::read(readers, cipher, reference).await?.map(|booking| booking.clinician);
        if let Some(Clinician::Account { id, name }) = standing
            && accounts.iter().all(|(account, _)| *account != id)
        {
            accounts.push((id, name));
        }
        Ok(accounts)
    }

    /// What to ask before a booking is made; nothing when it is as usual.
    async fn question(&self, request: &Request, new: &NewBooking) -> Result<Option<OddBooking>> {
        let app = &self.app;
        let calendar = app.site.clinic.calendar();
        let local = calendar.local(new.starts_at);
        let (from, until) = diary::day::bounds(calendar, local.date());
        let mut day = diary::store::between(app.database.readers(), &app.cipher, from, until).await?;
        day.retain(|other| other.reference != request.reference);
        let concerns = usual::concerns(calendar, new, &day, &self.booked_already(&request.reference).await?);
        if concerns.is_empty() {
            return Ok(None);
        }
        let say = |at: i64| calendar.say_time(moment(at));
        let row = |one: &DiaryBooking| {
            (one.reference.clone(), say(one.starts_at), say(one.ends_at()), one.clinician.held(&one.room))
        };
        let odd = usual::odd(&concerns);
        let concerns: Vec<String> = concerns.into_iter().map(|concern| concern.sentence).collect();
        let mark = token_hash(&format!("{} {} {}", new.starts_at, new.minutes, concerns.join(" ")));
        Ok(Some(OddBooking {
            day: day.iter().map(row).collect(),
            concerns,
            odd,
            date: local.strftime("%A %-d %B %Y").to_string(),
            day_number: local.date().to_string(),
            mark,
        }))
    }

    /// What else is booked and still to come for the same person: reference, and when it begins.
    async fn booked_already(&self, reference: &str) -> Result<Vec<(String, i64)>> {
        self.queue_index.refresh(&self.app).await?;
        let now = seconds(self.app.clock.now());
        let entries = self.queue_index.read();
        let others = entries.get(reference).map(|entry| entries.same_person(entry)).unwrap_or_default();
        let ahead =
            others.into_iter().filter(|other| other.state == RequestState::Booked).filter_map(|other| {
                let (from, _) = other.booked.filter(|(from, _)| *from > now)?;
                Some((other.reference.to_string(), from))
            });
        Ok(ahead.collect())
    }

    async fn show_booking(
        &self,
        me: &Account,
        request: &Request,
        form: &BookingForm,
        errors: &FieldErrors,
        again: Again,
    ) -> Result<Response> {
        let app = &self.app;
        let booking = store::read(app.database.readers(), &app.cipher, &request.reference).await?;
        self.note_opening(me, &request.reference).await?;
        let cannot_mail = {
            let mut connection = app.database.readers().acquire().await?;
            notifications::cannot_mail(&mut connection, app, request, app.clock.now()).await?
        };
        let say = |booking: &Booking| app.site.clinic.calendar().say_with_year(booking.starts_at);
        let title = if booking.is_some() { "Change the booking" } else { "Book a consultation" };
        let (clinicians, rooms) = self.choices(&request.reference, form).await?;
        let status = match (&again, errors.is_empty()) {
            (Again::Stale(_), _) => StatusCode::CONFLICT,
            (Again::Nothing, true) => StatusCode::OK,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let shown = BookingPage {
            context: app
                .site
                .private(title)
                .for_desk(&me.name, me.role)
                .with_errors(matches!(again, Again::Stale(_)) || !errors.is_empty()),
            clinicians,
            rooms,
            standing: booking.as_ref().map(|booking| (booking, say(booking))),
            request,
            form,
            errors,
            again,
            cannot_mail,
            now: app.clock.now().as_second(),
        };
        Ok(page::private(status, &shown))
    }

    /// The clinicians that may be chosen, and the rooms and lines that were named around now.
    async fn choices(&self, reference: &str, form: &BookingForm) -> Result<(Vec<SelectOption>, Vec<String>)> {
        let nobody = (String::new(), Clinician::Nobody.label().to_owned());
        let accounts = self.clinicians(reference).await?;
        let accounts = accounts.into_iter().map(|(id, name)| (id.to_string(), name));
        let clinicians = select_options([nobody].into_iter().chain(accounts), form.clinician.trim());
        let (from, until) = diary::day::around(self.app.clock.now());
        Ok((clinicians, diary::store::rooms(self.app.database.readers(), from, until).await?))
    }
}
