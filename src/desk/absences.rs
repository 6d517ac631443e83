//! When members of staff are away: the list, and the form that enters an absence.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use jiff::civil::Date;

use crate::consultations::bookings::date_and_time;
use crate::consultations::handling::{hand_over, store as handling};
use crate::desk::queue_rows::{SelectOption, select_options};
use crate::staff::Account;
use crate::staff::absences::{Absence, AbsenceEntered, MOST_DAYS, NewAbsence, enter, remove, store};
use crate::staff::session::SignedIn;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form::{FieldErrors, Fields, one_line};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/absences.html")]
struct AbsencesPage<'a> {
    context: PageContext<'a>,
    me: &'a Account,
    absences: Vec<Absence>,
    form: &'a AbsenceForm,
    /// Whose absence it may be; empty for who enters only their own.
    staff: Vec<SelectOption>,
    covers: Vec<SelectOption>,
    errors: &'a FieldErrors,
    today: Date,
}

/// The form as it was typed.
#[derive(Default)]
struct AbsenceForm {
    staff: String,
    from: String,
    until: String,
    cover: String,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/absences", get(index).post(create))
        .route("/staff/absences/{id}/removal", post(delete))
        .with_state(app)
}

async fn index(State(app): State<App>, SignedIn(me): SignedIn) -> Result<Response> {
    show(&app, &me, &AbsenceForm::default(), &FieldErrors::default()).await
}

async fn create(State(app): State<App>, SignedIn(me): SignedIn, fields: Fields) -> Result<Response> {
    let form = AbsenceForm::read(&fields);
    let colleagues = handling::colleagues(app.database.readers()).await?;
    let new = match form.check(&me, &colleagues, today(&app)) {
        Ok(new) => new,
        Err(errors) => return show(&app, &me, &form, &errors).await,
    };
    let mut errors = FieldErrors::default();
    match enter(&app, &me, new).await? {
        AbsenceEntered::Yes => {
            hand_over::hand_over_due(&app).await?;
            return Ok(Redirect::to("/staff/absences").into_response());
        }
        AbsenceEntered::Overlaps => {
            errors.add("from", "Some of these days are in the list already: remove that absence first");
        }
        AbsenceEntered::CoverIsAway => {
            errors.add("cover", "They are away on some of these days. Select someone else, or nobody");
        }
    }
    show(&app, &me, &form, &errors).await
}

async fn delete(State(app): State<App>, SignedIn(me): SignedIn, Path(id): Path<String>) -> Result<Response> {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let absence = store::find(app.database.readers(), id).await?;
    if !may_change(&me, absence.staff_id) {
        return Err(Error::Forbidden);
    }
    remove(&app, &me, &absence).await?;
    Ok(Redirect::to("/staff/absences").into_response())
}

async fn show(app: &App, me: &Account, form: &AbsenceForm, errors: &FieldErrors) -> Result<Response> {
    let readers = app.database.readers();
    let colleagues = handling::colleagues(readers).await?;
    let words = || colleagues.iter().map(|(id, name)| (id.to_string(), name.clone()));
    let whose = if form.staff.is_empty() { me.id.to_string() } else { form.staff.clone() };
    let nobody = std::iter::once((String::new(), "Nobody: back to the queue".to_owned()));
    let shown = AbsencesPage {
        context: app.site.private("Who is away").for_desk(&me.name, me.role).with_errors(!errors.is_empty()),
        absences: store::ahead(readers, today(app)).await?,
        staff: if me.role.manages_people() { select_options(words(), &whose) } else { Vec::new() },
        covers: select_options(nobody.chain(words()), &form.cover),
        today: today(app),
        me,
        form,
        errors,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page::private(status, &shown))
}

/// Who may be given a request now, and a line about everyone who may not: "Ada is away until Friday 4 December."
pub async fn here_and_away(app: &App) -> Result<(Vec<(i64, String)>, Vec<String>)> {
    let readers = app.database.readers();
    let away = store::away_on(readers, today(app)).await?;
    let last_day = |id: i64| away.iter().find(|(staff, _)| *staff == id).map(|(_, until)| *until);
    let (mut here, mut lines) = (Vec::new(), Vec::new());
    for (id, name) in handling::colleagues(readers).await? {
        match last_day(id) {
            Some(until) => lines.push(format!("{name} is away until {}.", until.strftime("%A %-d %B"))),
            None => here.push((id, name)),
        }
    }
    Ok((here, lines))
}

/// Everyone says when they are away themselves; administrators say it for anyone.
fn may_change(me: &Account, staff: i64) -> bool {
    me.id == staff || me.role.manages_people()
}

fn today(app: &App) -> Date {
    app.site.clinic.calendar().local(app.clock.now()).date()
}

impl AbsenceForm {
    fn read(fields: &Fields) -> AbsenceForm {
        let [staff, from, until, cover] = ["staff", "from", "until", "cover"].map(|field| fields.text(field));
        AbsenceForm { staff, from, until, cover }
    }

    fn check(
        &self,
        me: &Account,
        colleagues: &[(i64, String)],
        today: Date,
    ) -> std::result::Result<NewAbsence, FieldErrors> {
        let mut errors = FieldErrors::default();
        let known = |typed: &str| colleagues.iter().map(|(id, _)| *id).find(|id| id.to_string() == typed);
        let staff = if me.role.manages_people() { known(&self.staff) } else { Some(me.id) };
        if staff.is_none() {
            errors.add("staff", "Select who is away");
        }
        let from = errors.take("from", day(&self.from, "first"));
        let until = errors.take("until", day(&self.until, "last"));
        if let (Some(from), Some(until)) = (from, until) {
            check_days(&mut errors, from, until, today);
        }
        let cover_id = known(&self.cover);
        if (!self.cover.is_empty() && cover_id.is_none()) || (cover_id.is_some() && cover_id == staff) {
            errors.add("cover", "Select a colleague who is here, or nobody");
        }
        match (staff, from, until) {
            (Some(staff_id), Some(from), Some(until)) if errors.is_empty() => {
                Ok(NewAbsence { staff_id, from, until, cover_id })
            }
            _ => Err(errors),
        }
    }
}

fn day(typed: &str, which: &str) -> std::result::Result<Date, String> {
    match one_line(typed).is_empty() {
        true => Err(format!("Enter the {which} day")),
        false => date_and_time::date(typed),
    }
}

fn check_days(errors: &mut FieldErrors, from: Date, until: Date, today: Date) {
    let days = (until - from).get_days();
    if days < 0 {
        errors.add("until", "The last day away must not be before the first");
    } else if until < today {
        errors.add("until", "The last day away must be today or later");
    } else if days >= MOST_DAYS {
        errors.add("until", "An absence is at most a year long: is the year right?");
    }
}

impl AbsencesPage<'_> {
    fn say(&self, day: &Date) -> String {
        day.strftime("%A %-d %B %Y").to_string()
    }

    fn may_change(&self, absence: &Absence) -> bool {
        may_change(self.me, absence.staff_id)
    }

    /// They are away on this very day.
    fn is_now(&self, absence: &Absence) -> bool {
        absence.days.is_some_and(|(from, _)| from <= self.today)
    }
}
