//! The page of the diary: what is booked, what is free and when the clinic is closed.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::clinic::calendar::{Calendar, Closed};
use crate::consultations::bookings::diary::grid::GridCell;
use crate::consultations::bookings::diary::{DiaryBooking, day, mark_clashes, store};
use crate::desk::diary::asked::DiaryQuery;
use crate::desk::diary::columns::{ColumnWriter, DiaryColumn, ShownColumn, ShownPart, ShownRow};
use crate::desk::diary::groups::{DiaryGroup, by_clinician, by_room};
use crate::desk::queue_rows::{SelectOption, select_options};
use crate::staff::session::SignedIn;
use crate::storage::clock::{moment, seconds};
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::{FieldErrors, Query};
use crate::web::page;
use crate::web::site::PageContext;

/// The form books 12 months ahead; what is later has a damaged time.
const FURTHEST: SignedDuration = SignedDuration::from_hours(400 * 24);
/// 1 January 2000: what is earlier has a damaged time.
const EARLIEST: i64 = 946_684_800;

#[derive(Template)]
#[template(path = "desk/diary/show.html")]
struct DiaryPage<'a> {
    context: PageContext<'a>,
    asked: &'a DiaryQuery,
    errors: FieldErrors,
    /// "Thursday 4 June 2026", or from when until when a week goes.
    when: String,
    today: Date,
    groups: Vec<SelectOption>,
    columns: Vec<ShownColumn>,
    rows: Vec<ShownRow>,
    /// Bookings that are on no day, since their time cannot be read.
    without_time: Vec<String>,
}

pub fn routes(app: App) -> Router {
    Router::new().route("/staff/diary", get(show)).with_state(app)
}

async fn show(State(app): State<App>, SignedIn(me): SignedIn, Query(fields): Query) -> Result<Response> {
    let (calendar, now) = (app.site.clinic.calendar(), app.clock.now());
    let today = calendar.local(now).date();
    let mut errors = FieldErrors::default();
    let asked = DiaryQuery::read(&fields, today, &mut errors);
    let days = asked.days();
    let mut bookings = booked_on(&app, &days).await?;
    mark_clashes(&mut bookings);
    let groups = groups(&app, &asked, &bookings, now).await?;
    let columns = columns(calendar, &asked, &days, &groups, bookings);
    let dates: Vec<Date> = columns.iter().map(|column| column.date).collect();
    let of_days = columns.iter().map(|column| (column.date, &column.bookings[..]));
    let writer = ColumnWriter {
        calendar,
        now,
        extent: day::extent(calendar, of_days),
        says_clinician: asked.week || asked.by_room,
        says_room: asked.week || !asked.by_room,
    };
    let columns: Vec<ShownColumn> = columns.into_iter().map(|column| writer.column(column)).collect();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let everyone = if asked.by_room { "All rooms and lines" } else { "All clinicians" };
    let options = groups.iter().map(|group| (group.key(), group.title()));
    let shown = DiaryPage {
        context: app.site.private("Diary").for_desk(&me.name, me.role).with_errors(!errors.is_empty()),
        when: say_days(&days),
        today,
        groups: select_options(
            [(String::new(), everyone.to_owned())].into_iter().chain(options),
            &asked.only,
        ),
        rows: writer.rows(&columns, &dates),
        columns,
        without_time: store::without_time(app.database.readers(), moment(EARLIEST), now + FURTHEST).await?,
        errors,
        asked: &asked,
    };
    Ok(page::private(status, &shown))
}

async fn booked_on(app: &App, days: &[Date]) -> Result<Vec<DiaryBooking>> {
    let calendar = app.site.clinic.calendar();
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(Vec::new()) };
    let (from, until) = (day::bounds(calendar, *first).0, day::bounds(calendar, *last).1);
    Ok(store::between(app.database.readers(), &app.cipher, from, until).await?)
}

async fn groups(
    app: &App,
    asked: &DiaryQuery,
    bookings: &[DiaryBooking],
    now: Timestamp,
) -> Result<Vec<DiaryGroup>> {
    let readers = app.database.readers();
    if asked.by_room {
        let (from, until) = day::around(now);
        return Ok(by_room(store::rooms(readers, from, until).await?, bookings));
    }
    Ok(by_clinician(store::clinicians(readers).await?, bookings))
}

/// What is booked in each column: of a day one for each group, of a week one for each day.
fn columns(
    calendar: &Calendar,
    asked: &DiaryQuery,
    days: &[Date],
    groups: &[DiaryGroup],
    bookings: Vec<DiaryBooking>,
) -> Vec<DiaryColumn> {
    let chosen: Vec<&DiaryGroup> = groups.iter().filter(|group| group.key() == asked.only).collect();
    let chosen = if chosen.is_empty() { groups.iter().collect() } else { chosen };
    if !asked.week {
        let column = |group: &&DiaryGroup| DiaryColumn {
            date: asked.day,
            title: group.title(),
            bookings: bookings.iter().filter(|booking| group.holds(booking)).cloned().collect(),
            of_one: group.is_one(),
        };
        return chosen.iter().map(column).collect();
    }
    let of_one = chosen.len() == 1 && chosen[0].is_one();
    let shown = |booking: &&DiaryBooking| chosen.iter().any(|group| group.holds(booking));
    let column = |date: &Date| {
        let (from, until) = day::bounds(calendar, *date);
        let on_it = |booking: &&DiaryBooking| booking.overlaps(seconds(from), seconds(until));
        let bookings: Vec<DiaryBooking> = bookings.iter().filter(shown).filter(on_it).cloned().collect();
        // Days off on which nothing is booked take no room.
        let is_off = matches!(calendar.closed_on(*date), Some(Closed::Weekday(_)));
        let title = date.strftime("%A %-d %B").to_string();
        (!bookings.is_empty() || !is_off).then_some(DiaryColumn { date: *date, title, bookings, of_one })
    };
    days.iter().filter_map(column).collect()
}

fn say_days(days: &[Date]) -> String {
    match days {
        [only] => only.strftime("%A %-d %B %Y").to_string(),
        [first, .., last] => {
            format!("{} to {}", first.strftime("%A %-d %B"), last.strftime("%A %-d %B %Y"))
        }
        [] => String::new(),
    }
}

impl DiaryPage<'_> {
    fn part(&self, cell: &GridCell) -> &ShownPart {
        &self.columns[cell.column].parts[cell.part]
    }

    fn today_address(&self) -> String {
        self.asked.address_on(self.today)
    }

    fn other_view(&self, week: bool) -> String {
        self.asked.address_of(week, self.asked.by_room)
    }

    fn other_columns(&self, by_room: bool) -> String {
        self.asked.address_of(self.asked.week, by_room)
    }

    /// A field for dates shows nothing of what is no date.
    fn day_kind(&self) -> &'static str {
        if self.errors.is_empty() { "date" } else { "text" }
    }

    /// A word for a step of the ways around.
    fn step(&self) -> &'static str {
        if self.asked.week { "week" } else { "day" }
    }
}
