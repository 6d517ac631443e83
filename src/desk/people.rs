//! The pages on which administrators manage who works the desk.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::clinic::Role;
use crate::clinic::calendar::Calendar;
use crate::staff::Account;
use crate::staff::people::store;
use crate::staff::people::store::{Open, Person};
use crate::staff::people::{Change, Changed, Invited};
use crate::staff::resets;
use crate::staff::resets::store::WaitingReset;
use crate::staff::session::Administrator;
use crate::storage::clock::{moment, seconds};
use crate::storage::reference;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form::contact::Choice;
use crate::web::form::{FieldErrors, Fields, email};
use crate::web::page;
use crate::web::site::PageContext;

const ROLES: [Role; 3] = [Role::Reception, Role::Clinician, Role::Administrator];

#[derive(Template)]
#[template(path = "desk/people/index.html")]
struct PeoplePage<'a> {
    context: PageContext<'a>,
    people: Vec<Person>,
    invitations: Vec<Open>,
    calendar: &'a Calendar,
}

#[derive(Template)]
#[template(path = "desk/people/show.html")]
struct PersonPage<'a> {
    context: PageContext<'a>,
    person: &'a Person,
    roles: Vec<Choice<'a>>,
    /// What a reset link may be for.
    losses: Vec<Choice<'a>>,
    /// The reset that the account waits for.
    reset: Option<WaitingReset>,
    /// It is the account of who looks.
    own: bool,
    errors: &'a FieldErrors,
    calendar: &'a Calendar,
}

#[derive(Template)]
#[template(path = "desk/people/invite.html")]
struct InvitePage<'a> {
    context: PageContext<'a>,
    email: &'a str,
    roles: Vec<Choice<'a>>,
    errors: &'a FieldErrors,
}

#[derive(Template)]
#[template(path = "desk/people/invited.html")]
struct InvitedPage<'a> {
    context: PageContext<'a>,
    email: &'a str,
    link: String,
    /// To be said to them, and to nobody else.
    code: String,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/people", get(index))
        .route("/staff/people/new", get(new).post(invite))
        .route("/staff/people/{id}", get(show))
        .route("/staff/people/{id}/role", post(change_role))
        .route("/staff/people/{id}/disabling", post(disable))
        .route("/staff/people/{id}/enabling", post(enable))
        .route("/staff/invitations/{hash}/removal", post(withdraw_invitation))
        .with_state(app)
}

async fn index(State(app): State<App>, Administrator(me): Administrator) -> Result<Response> {
    let readers = app.database.readers();
    let shown = PeoplePage {
        context: app.site.private("People").for_desk(&me.name, me.role),
        people: store::all(readers).await?,
        invitations: store::invitations(readers, seconds(app.clock.now())).await?,
        calendar: app.site.clinic.calendar(),
    };
    Ok(page::private(StatusCode::OK, &shown))
}

async fn new(State(app): State<App>, Administrator(me): Administrator) -> Response {
    show_invite(&app, &me, "", "", &FieldErrors::default())
}

async fn invite(
    State(app): State<App>,
    Administrator(me): Administrator,
    fields: Fields,
) -> Result<Response> {
    let (typed, word) = (fields.text("email"), fields.text("role"));
    let mut errors = FieldErrors::default();
    let address = errors.take("email", email::check(&typed)).map(|address| address.to_lowercase());
    let role = word.parse::<Role>().ok();
    if role.is_none() {
        errors.add("role", "Select what they will do");
    }
    let (Some(address), Some(role)) = (address, role) else {
        return Ok(show_invite(&app, &me, &typed, &word, &errors));
    };
    match crate::staff::people::invite(&app, &me, address.clone(), role).await? {
        Invited::Made { token, code } => {
            let link = app.site.url(&format!("/staff/welcome/{token}"));
            let context = app.site.private("The invitation is made").for_desk(&me.name, me.role);
            let code = reference::in_fours(&code);
            Ok(page::private(StatusCode::OK, &InvitedPage { context, email: &address, link, code }))
        }
        Invited::HasAccount => {
            errors.add("email", "Enter an email address that has no account yet");
            Ok(show_invite(&app, &me, &typed, &word, &errors))
        }
    }
}

async fn show(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(id): Path<String>,
) -> Result<Response> {
    show_person(&app, &me, number(&id)?, &FieldErrors::default()).await
}

async fn change_role(
    app: State<App>,
    me: Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    match fields.text("role").parse::<Role>().ok() {
        Some(role) => change(app, me, &id, Change::Role(role)).await,
        None => {
            let mut errors = FieldErrors::default();
            errors.add("role", "Select what they do");
            show_person(&app, &me.0, number(&id)?, &errors).await
        }
    }
}

async fn disable(app: State<App>, me: Administrator, Path(id): Path<String>) -> Result<Response> {
    change(app, me, &id, Change::Disable).await
}

async fn enable(app: State<App>, me: Administrator, Path(id): Path<String>) -> Result<Response> {
    change(app, me, &id, Change::Enable).await
}

async fn withdraw_invitation(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(hash): Path<String>,
) -> Result<Response> {
    crate::staff::people::withdraw_invitation(&app, &me, hash).await?;
    Ok(Redirect::to("/staff/people").into_response())
}

async fn change(
    State(app): State<App>,
    Administrator(me): Administrator,
    id: &str,
    change: Change,
) -> Result<Response> {
    let id = number(id)?;
    match crate::staff::people::change(&app, &me, id, change).await? {
        Changed::Yes if id == me.id => Ok(Redirect::to("/staff").into_response()),
        Changed::Yes => Ok(Redirect::to(&format!("/staff/people/{id}")).into_response()),
        Changed::LastAdministrator => {
            let mut errors = FieldErrors::default();
            errors.add("role", "Make someone else an administrator first: this is the last one");
            show_person(&app, &me, id, &errors).await
        }
    }
}

/// The page of one member of staff, with what is wrong on it.
pub async fn show_person(app: &App, me: &Account, id: i64, errors: &FieldErrors) -> Result<Response> {
    let found = store::all(app.database.readers()).await?;
    let person = found.iter().find(|person| person.id == id).ok_or(Error::NotFound)?;
    let shown = PersonPage {
        context: app.site.private(&person.name).for_desk(&me.name, me.role).with_errors(!errors.is_empty()),
        roles: choices(person.role.as_str()),
        losses: losses(),
        reset: resets::store::waiting(app.database.readers(), id, app.clock.now()).await?,
        own: id == me.id,
        errors,
        calendar: app.site.clinic.calendar(),
        person,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page::private(status, &shown))
}

fn show_invite(app: &App, me: &Account, email: &str, role: &str, errors: &FieldErrors) -> Response {
    let context = app.site.private("Invite a colleague").for_desk(&me.name, me.role);
    let context = context.with_errors(!errors.is_empty());
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page::private(status, &InvitePage { context, email, roles: choices(role), errors })
}

fn choices(chosen: &str) -> Vec<Choice<'static>> {
    ROLES
        .map(|role| Choice {
            value: role.as_str(),
            label: match role {
                Role::Reception => "Reception: contact details and safety marks",
                Role::Clinician => "Clinician: also what patients write",
                Role::Administrator => "Administrator: contact details, people, audit and data rights",
            },
            chosen: role.as_str() == chosen,
        })
        .into()
}

fn losses() -> Vec<Choice<'static>> {
    let choice = |value, label| Choice { value, label, chosen: false };
    vec![
        choice("password", "Their password: it is forgotten, or somebody else may know it"),
        choice("second-step", "Their second step: the phone with the app, and the recovery codes"),
    ]
}

/// The number of an account in an address.
pub fn number(id: &str) -> Result<i64> {
    id.parse().map_err(|_| Error::NotFound)
}

impl PeoplePage<'_> {
    fn when(&self, at: &i64) -> String {
        self.calendar.say_with_year(moment(*at))
    }
}

impl PersonPage<'_> {
    fn when(&self, at: &i64) -> String {
        self.calendar.say_with_year(moment(*at))
    }
}
