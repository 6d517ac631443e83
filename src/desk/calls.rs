//! The call sheet: whom to ring in this hour, and the outcome of each call in one press.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{Timestamp, ToSpan};
use std::cmp::Reverse;
use strum::VariantArray;

use crate::clinic::calendar::Calendar;
use crate::consultations::RequestState;
use crate::consultations::calls::{CallOutcome, Fitting, next_time, suits};
use crate::consultations::handling::{Attention, store};
use crate::consultations::queue_index::QueueEntry;
use crate::desk::queue_rows::{QueueRow, RowWriter};
use crate::desk::state::DeskState;
use crate::staff::session::SignedIn;
use crate::storage::clock::seconds;
use crate::web::error::Result;
use crate::web::form::contact::{CallTime, Method};
use crate::web::page;
use crate::web::site::PageContext;

/// More than anyone rings in an hour.
const MOST_SHOWN: usize = 60;

#[derive(Template)]
#[template(path = "desk/calls.html")]
struct CallsPage<'a> {
    context: PageContext<'a>,
    /// "9am to 10am on Monday 23 November".
    hour: String,
    /// The clinic is closed now: the sheet is for when it opens.
    ahead: bool,
    best: Vec<QueueRow>,
    /// Late, though it is not the time they like.
    late: Vec<QueueRow>,
    left_out: usize,
    outcomes: &'static [CallOutcome],
    now: i64,
}

/// The hour that the sheet is for.
struct Hour {
    from: Timestamp,
    until: Timestamp,
}

/// As many as anyone rings in an hour, the most urgent first.
struct ToRing {
    /// This hour suits them.
    best: Vec<QueueEntry>,
    /// They are late, and would rather be rung at another time.
    late: Vec<QueueEntry>,
    /// How many more this hour suits.
    left_out: usize,
}

pub async fn index(State(desk): State<DeskState>, SignedIn(me): SignedIn) -> Result<Response> {
    let app = &desk.app;
    let calendar = app.site.clinic.calendar();
    let now = app.clock.now();
    desk.presence.leave(me.id);
    desk.queue_index.refresh(app).await?;
    let names = store::names(app.database.readers()).await?;
    let hour = Hour::of(calendar, now);
    let ToRing { best, late, left_out } = desk.to_ring(calendar, &hour, now);
    let words = RowWriter { calendar, now, names: &names };
    let shown = CallsPage {
        context: app.site.private("Who to ring").for_desk(&me.name, me.role),
        hour: hour.in_words(calendar),
        ahead: hour.from > now,
        best: best.iter().map(|entry| words.entry(entry)).collect(),
        late: late.iter().map(|entry| words.entry(entry)).collect(),
        left_out,
        outcomes: CallOutcome::VARIANTS,
        now: seconds(now),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

impl CallsPage<'_> {
    fn people(&self, number: usize) -> String {
        if number == 1 { "1 person".to_owned() } else { format!("{number} people") }
    }
}

impl Hour {
    /// This hour on the clock, or the first one in which the clinic is open again.
    fn of(calendar: &Calendar, now: Timestamp) -> Hour {
        let open_now = suits(calendar, &[CallTime::AnyTime], now, now + 1.second());
        let from = if open_now { now } else { next_time(calendar, &[], now).unwrap_or(now) };
        let local = calendar.local(from);
        let left = 60 - i64::from(local.minute());
        Hour { from, until: from + left.minutes() - i64::from(local.second()).seconds() }
    }

    fn in_words(&self, calendar: &Calendar) -> String {
        let start = self.from - i64::from(calendar.local(self.from).minute()).minutes();
        format!("{} to {}", calendar.say_time(start), calendar.say(self.until))
    }
}

impl DeskState {
    fn to_ring(&self, calendar: &Calendar, hour: &Hour, now: Timestamp) -> ToRing {
        let entries = self.queue_index.read();
        let (from, until, now) = (hour.from, seconds(hour.until), seconds(now));
        let wanted = |entry: &&QueueEntry| {
            !entry.is_put_aside()
                && entry.method == Method::Phone
                && !entry.phone.is_empty()
                && entry.attention != Attention::WrongNumber
                && match entry.state {
                    RequestState::New => entry.next_try_at.is_none_or(|at| at < until),
                    RequestState::Contacted => entry.next_try_at.is_some_and(|at| at < until),
                    _ => false,
                }
        };
        let fits = Fitting::in_hour(calendar, from, hour.until);
        let (best, mut other): (Vec<&QueueEntry>, Vec<&QueueEntry>) =
            entries.all().iter().filter(wanted).partition(|entry| fits.suit(&entry.times));
        other
            .retain(|entry| entry.state == RequestState::New && (entry.due_at < now || entry.sign.is_some()));
        let left_out = best.len().saturating_sub(MOST_SHOWN);
        let [best, late] = [best, other].map(|mut list| {
            list.sort_by_key(|entry| (Reverse(entry.sign), entry.due_at, entry.created_at));
            list.into_iter().take(MOST_SHOWN).cloned().collect()
        });
        ToRing { best, late, left_out }
    }
}
