//! One request on the desk: what was said, what was done, and everything that can be done next.

use std::cmp::Reverse;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use strum::VariantArray;

use crate::clinic::calendar::Calendar;
use crate::consultations::another_time;
use crate::consultations::bookings;
use crate::consultations::bookings::Booking;
use crate::consultations::calls;
use crate::consultations::calls::CallOutcome;
use crate::consultations::handling::{CloseReason, Handling, Note, store};
use crate::consultations::messages;
use crate::consultations::notes;
use crate::consultations::store as requests;
use crate::consultations::summaries;
use crate::consultations::{Request, RequestState};
use crate::desk::absences;
use crate::desk::history_words::{describe_call, describe_mails};
use crate::desk::merged_requests::MergedRequest;
use crate::desk::presence::Other;
use crate::desk::queue_rows::{QueueRow, RowWriter, SelectOption, left, select_options};
use crate::desk::state::DeskState;
use crate::library::summary::Summary;
use crate::mail;
use crate::signs::Kind;
use crate::staff;
use crate::staff::Account;
use crate::staff::session::SignedIn;
use crate::storage::clock::{moment, seconds};
use crate::storage::encryption::is_undecryptable;
use crate::web::error::Result;
use crate::web::form::FieldErrors;
use crate::web::page;
use crate::web::site::PageContext;

/// The longest note, in characters.
pub const LONGEST_NOTE: usize = 2000;

/// A sign, what it is in plain words, and the words that say so.
type FoundSign = (Kind, String, Vec<String>);

#[derive(Template)]
#[template(path = "desk/request.html")]
struct ReviewPage<'a> {
    context: PageContext<'a>,
    request: &'a Request,
    handling: &'a Handling,
    sees_words: bool,
    mine: bool,
    /// What they said in pieces, safety words marked.
    marked: Vec<(bool, &'a str)>,
    /// Each kind of sign, the most urgent first.
    kinds: Vec<Kind>,
    /// Each sign that was found, in plain words, and what they wrote that says so. Only for who sees their words.
    found_signs: Vec<FoundSign>,
    about: Option<&'a str>,
    asked: String,
    due: String,
    left: String,
    next_try: Option<String>,
    best_now: bool,
    /// The summary that the patient chose to share.
    shared: Option<Summary>,
    booking: Option<&'a Booking>,
    /// What would suit a patient who asked for another time.
    wish: Option<String>,
    booked_for: String,
    /// The day of it, as an address of the diary names it.
    booked_on: String,
    calls: Vec<String>,
    notes: Vec<(Note, String)>,
    /// What was written to the patient by email. The words of clinical ones are for clinicians alone.
    messages: Vec<(Note, String)>,
    /// They may write to patients.
    writes: bool,
    mails: Vec<(&'static str, &'static str, bool)>,
    history: Vec<(String, String, String)>,
    same_person: Vec<QueueRow>,
    /// Other requests of the person that are dealt with in this one.
    merged: Vec<MergedRequest>,
    others: Vec<Other>,
    erased_on: Option<String>,
    held_since: Option<String>,
    colleagues: Vec<SelectOption>,
    /// Who is away, and until when.
    away: Vec<String>,
    reasons: Vec<SelectOption>,
    typed: Typed,
    errors: FieldErrors,
    refusal: Option<Refusal>,
    /// What of it cannot be read, as people call it.
    unreadable: Vec<&'static str>,
    calendar: &'a Calendar,
    now: i64,
}

/// What someone typed on the page, kept while it is not saved.
#[derive(Default)]
pub struct Typed {
    pub note: String,
    pub clinical: bool,
    pub reason: String,
    pub hold: String,
    pub owner: String,
}

/// Why what was pressed was not done.
pub enum Refusal {
    /// Someone else was quicker: what was to be saved, and what was done since the page was opened.
    Stale { wanted: String, news: Vec<String> },
    /// Not from this state.
    Impossible { wanted: String },
    /// For a reason of its own.
    Said { wanted: String, why: String },
}

pub async fn show(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
) -> Result<Response> {
    let found = desk.find(&me, &reference).await?;
    desk.show_request(&me, &found, StatusCode::OK, Typed::default(), FieldErrors::default(), None).await
}

impl DeskState {
    pub async fn find(&self, me: &Account, reference: &str) -> Result<(Request, Handling)> {
        let app = &self.app;
        Ok(store::find(app.database.readers(), &app.cipher, reference, me.role).await?)
    }

    /// The page again, with what was typed, as it stands now.
    pub async fn refuse(
        &self,
        me: &Account,
        reference: &str,
        typed: Typed,
        errors: FieldErrors,
        refusal: Option<Refusal>,
    ) -> Result<Response> {
        let found = self.find(me, reference).await?;
        let status = if refusal.is_some() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
        self.show_request(me, &found, status, typed, errors, refusal).await
    }

    /// Who is shown anything about a person is written down, whatever they pressed and whatever came of it.
    pub async fn note_opening(&self, me: &Account, reference: &str) -> Result<()> {
        staff::note(&self.app, me.id, "opened", reference.to_owned()).await
    }

    /// Each kind of sign of a request once, the most urgent first, and for who sees the words what says so. Who does not
    /// see them hears of a crisis beside an emergency too.
    async fn signs(&self, me: &Account, request: &Request) -> Result<(Vec<Kind>, Vec<FoundSign>)> {
        let sees_words = me.role.sees_words();
        let words = match sees_words || request.sign.is_none() {
            true => request.words(),
            false => {
                let (readers, cipher) = (self.app.database.readers(), &self.app.cipher);
                requests::find(readers, cipher, &request.reference).await?.words()
            }
        };
        let found = self.app.site.signs.read(&words);
        // A request that was merged into this one may hold a graver sign than its own words.
        let of_words = |sign| found.marks.iter().map(|mark| mark.kind).chain([sign]);
        let mut kinds: Vec<Kind> = request.sign.into_iter().flat_map(of_words).collect();
        kinds.sort_unstable_by(|a, b| b.cmp(a));
        kinds.dedup();
        Ok((kinds, if sees_words { found.reasons(&words) } else { Vec::new() }))
    }

    async fn show_request(
        &self,
        me: &Account,
        (request, handling): &(Request, Handling),
        status: StatusCode,
        typed: Typed,
        errors: FieldErrors,
        refusal: Option<Refusal>,
    ) -> Result<Response> {
        let app = &self.app;
        let (readers, about) = (app.database.readers(), &request.reference);
        let calendar = app.site.clinic.calendar();
        let now = app.clock.now();
        self.note_opening(me, about).await?;
        self.queue_index.refresh(app).await?;
        let names = store::names(readers).await?;
        let booking = bookings::store::read(readers, &app.cipher, about).await?;
        let merged = self.merged_requests(me, about).await?;
        let (mut notes, mut messages, mut calls, mut mails) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for one in std::iter::once(about).chain(merged.iter().map(|merged| &merged.request.reference)) {
            notes.extend(notes::store::of(readers, &app.cipher, one, me.role.sees_words()).await?);
            messages.extend(messages::store::of(readers, &app.cipher, one, me.role.sees_words()).await?);
            calls.extend(calls::store::of(readers, one).await?);
            mails.extend(mail::mails_of(readers, one).await?);
        }
        notes.sort_by_key(|note| Reverse(note.written_at));
        messages.sort_by_key(|message| Reverse(message.written_at));
        calls.sort_by_key(|call| Reverse(call.called_at));
        let (colleagues, away) = absences::here_and_away(app).await?;
        let wrong = refusal.is_some() || !errors.is_empty();
        let say = |at: i64| calendar.say_with_year(moment(at));
        let dated = |note: Note| {
            let at = say(note.written_at);
            (note, at)
        };
        let finding = app.site.signs.read(&request.answers.concern);
        let (kinds, found_signs) = self.signs(me, request).await?;
        let mut unreadable = request.unreadable.clone();
        unreadable.extend(booking.iter().flat_map(|booking| &booking.unreadable));
        let shared = if me.role.sees_words() {
            summaries::store::shared_with(readers, &app.cipher, about).await
        } else {
            Ok(None)
        };
        if shared.as_ref().is_err_and(is_undecryptable) {
            unreadable.push("summary that they shared");
        }
        let shown = ReviewPage {
            // The reference, not the name: a browser keeps the titles of pages in its history.
            context: app.site.private(about).for_desk(&me.name, me.role).with_errors(wrong),
            sees_words: me.role.sees_words(),
            mine: handling.owner_id == Some(me.id),
            kinds,
            marked: finding.marked(&request.answers.concern),
            found_signs,
            about: self.library.sheet(&request.about).map(|sheet| sheet.front.title.as_str()),
            asked: calendar.say_with_year(request.created_at),
            due: calendar.say_with_year(request.due_at),
            left: left(seconds(request.due_at), seconds(now)),
            next_try: handling.next_try_at.map(say),
            best_now: calls::suits(calendar, &request.times, now, now + jiff::SignedDuration::from_mins(1)),
            booked_for: booking.as_ref().map(|b| calendar.say_with_year(b.starts_at)).unwrap_or_default(),
            booked_on: booking.as_ref().map(|b| local_day(calendar, b)).unwrap_or_default(),
            booking: booking.as_ref(),
            wish: another_time::store::wish(readers, &app.cipher, about).await?,
            calls: calls.iter().map(|call| describe_call(call, calendar)).collect(),
            notes: notes.into_iter().map(dated).collect(),
            messages: messages.into_iter().map(dated).collect(),
            writes: me.role.reaches_patients(),
            mails: describe_mails(mails),
            history: self.history(about, &merged, &names).await?,
            merged,
            same_person: self.same_person(about, &RowWriter { calendar, now, names: &names }),
            others: self.presence.open(about, me, now),
            erased_on: handling.ended_at.map(|at| {
                calendar.local(crate::consultations::erased_at(at)).strftime("%-d %B %Y").to_string()
            }),
            held_since: handling.held_at.map(say),
            away,
            colleagues: select_options(
                colleagues
                    .into_iter()
                    .filter(|(id, _)| *id != me.id)
                    .map(|(id, name)| (id.to_string(), name)),
                &typed.owner,
            ),
            reasons: select_options(
                CloseReason::VARIANTS
                    .iter()
                    .map(|reason| (reason.as_str().to_owned(), reason.label().to_owned())),
                &typed.reason,
            ),
            shared: shared.or_else(|error| if is_undecryptable(&error) { Ok(None) } else { Err(error) })?,
            unreadable,
            request,
            handling,
            typed,
            errors,
            refusal,
            calendar,
            now: seconds(now),
        };
        Ok(page::private(status, &shown))
    }

    fn same_person(&self, reference: &str, words: &RowWriter) -> Vec<QueueRow> {
        let entries = self.queue_index.read();
        let Some(entry) = entries.get(reference) else { return Vec::new() };
        let others = entries.same_person(entry).into_iter();
        let others = others.filter(|other| other.merged_into.as_deref() != Some(reference));
        others.take(20).map(|other| words.entry(other)).collect()
    }
}

/// The page of a request on the desk.
pub fn path_of(reference: &str) -> String {
    format!("/staff/consultations/{reference}")
}

fn local_day(calendar: &Calendar, booking: &Booking) -> String {
    calendar.local(booking.starts_at).date().to_string()
}

impl ReviewPage<'_> {
    fn outcomes(&self) -> &'static [CallOutcome] {
        CallOutcome::VARIANTS
    }

    fn since(&self, other: &Other) -> String {
        self.calendar.say_time(other.since)
    }

    fn path(&self) -> String {
        path_of(&self.request.reference)
    }
}
