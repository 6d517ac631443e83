//! The desk's page of one mail, and what staff do about it there.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::clinic::Role;
use crate::clinic::calendar::Calendar;
use crate::desk::mail::{index, stops};
use crate::mail::follow_up;
use crate::mail::follow_up::{FollowUpRefused, Mail};
use crate::mail::{Purpose, State as MailState};
use crate::staff;
use crate::staff::session::SignedIn;
use crate::staff::{Account, store as accounts};
use crate::storage::clock::moment;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form;
use crate::web::form::{FieldErrors, Fields, email};
use crate::web::page;
use crate::web::site::PageContext;

const LONGEST_REASON: usize = 200;

const QUESTION: &str = "Check the email address: did you mean";

#[derive(Template)]
#[template(path = "desk/mail/show.html")]
struct ShowPage<'a> {
    context: PageContext<'a>,
    mail: &'a Mail,
    role: Role,
    calendar: &'a Calendar,
    settled_by: String,
    form: Form,
    errors: &'a FieldErrors,
    trouble: Option<&'a str>,
}

/// As typed on the page of one mail.
#[derive(Default)]
struct Form {
    email: String,
    email_queried: String,
    why: String,
}

/// Where a page of one mail is shown again, and why.
#[derive(Default)]
struct Shown<'a> {
    errors: FieldErrors,
    trouble: Option<&'a str>,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/mail", get(index::index))
        .route("/staff/mail/stops", get(stops::new).post(stops::create))
        .route("/staff/mail/{id}", get(show))
        .route("/staff/mail/{id}/repeat", post(repeat))
        .route("/staff/mail/{id}/address", post(address))
        .route("/staff/mail/{id}/settlement", post(settle))
        .with_state(app)
}

async fn show(State(app): State<App>, SignedIn(me): SignedIn, Path(id): Path<String>) -> Result<Response> {
    let mail = find(&app, &me, &id).await?;
    show_mail(&app, &me, &mail, Form::of(&mail), StatusCode::OK, Shown::default()).await
}

async fn repeat(State(app): State<App>, SignedIn(me): SignedIn, Path(id): Path<String>) -> Result<Response> {
    let mail = find_to_act(&app, &me, &id).await?;
    match crate::desk::mail::resend(&app, me.id, mail.id).await? {
        Ok(()) => Ok(Redirect::to(&format!("/staff/mail/{}", mail.id)).into_response()),
        Err(refused) => show_refused(&app, &me, &mail, Form::of(&mail), refused).await,
    }
}

async fn address(
    State(app): State<App>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    if !me.role.reaches_patients() {
        return Err(Error::Forbidden);
    }
    let mail = find_to_act(&app, &me, &id).await?;
    let form =
        Form { email: email::meant(&fields), email_queried: fields.text("email_queried"), ..Form::of(&mail) };
    let mut errors = FieldErrors::default();
    let checked = errors.take("email", email::check(&form.email)).ok_or(errors);
    let to = match email::ask(checked, &form.email, &form.email_queried, QUESTION) {
        Ok(to) => to,
        Err(errors) => {
            let shown = Shown { errors, trouble: None };
            return show_mail(&app, &me, &mail, form, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
        }
    };
    match crate::desk::mail::readdress(&app, me.id, mail.id, to).await? {
        Ok(follower) => Ok(Redirect::to(&format!("/staff/mail/{follower}")).into_response()),
        Err(refused) => show_refused(&app, &me, &mail, form, refused).await,
    }
}

async fn settle(
    State(app): State<App>,
    SignedIn(me): SignedIn,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let mail = find_to_act(&app, &me, &id).await?;
    let form = Form { why: fields.text("why"), ..Form::of(&mail) };
    let mut errors = FieldErrors::default();
    let why = errors.take("why", form::words(&form.why, LONGEST_REASON, "The reason"));
    if why.as_deref() == Some("") {
        errors.add("why", "Enter why you leave it");
    }
    let Some(why) = why.filter(|_| errors.is_empty()) else {
        let shown = Shown { errors, ..Shown::default() };
        return show_mail(&app, &me, &mail, form, StatusCode::UNPROCESSABLE_ENTITY, shown).await;
    };
    match crate::desk::mail::leave(&app, me.id, mail.id, why).await? {
        Ok(()) => Ok(Redirect::to("/staff/mail").into_response()),
        Err(refused) => show_refused(&app, &me, &mail, form, refused).await,
    }
}

/// An address that is not a number is an address of nothing.
async fn find(app: &App, me: &Account, id: &str) -> Result<Mail> {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    Ok(follow_up::find(app.database.readers(), &app.cipher, id, me.role).await?)
}

/// The same, for who may do something about it.
async fn find_to_act(app: &App, me: &Account, id: &str) -> Result<Mail> {
    let mail = find(app, me, id).await?;
    if mail.purpose.is_business_of(me.role) { Ok(mail) } else { Err(Error::Forbidden) }
}

/// Shows the mail as it stands now, with what was typed.
async fn show_refused(
    app: &App,
    me: &Account,
    mail: &Mail,
    form: Form,
    refused: FollowUpRefused,
) -> Result<Response> {
    let words = match refused {
        FollowUpRefused::NotATask => {
            "Someone dealt with this mail after you opened it, or it is being sent. Nothing was done. This is how it stands now."
        }
        FollowUpRefused::Erased => {
            "The words of this mail were erased, so it cannot be sent again. Nothing was done."
        }
        FollowUpRefused::Stopped => {
            "The owner of this address asked us to send nothing more to it. Nothing was done. Phone the patient instead."
        }
        FollowUpRefused::NotElsewhere => {
            "A mail like this goes only to the address that it was made for. Nothing was done."
        }
    };
    let now = find(app, me, &mail.id.to_string()).await?;
    let shown = Shown { trouble: Some(words), ..Shown::default() };
    show_mail(app, me, &now, form, StatusCode::CONFLICT, shown).await
}

async fn show_mail(
    app: &App,
    me: &Account,
    mail: &Mail,
    form: Form,
    status: StatusCode,
    shown: Shown<'_>,
) -> Result<Response> {
    staff::note(app, me.id, "opened a mail", format!("mail {}", mail.id)).await?;
    let settled_by = match &mail.settled {
        Some(settled) => accounts::name_of(app.database.readers(), settled.by).await?,
        None => None,
    };
    let title = format!("{}: {}", mail.purpose.label(), mail.reference);
    let shown = ShowPage {
        context: app.site.private(&title).for_desk(&me.name, me.role).with_errors(status != StatusCode::OK),
        mail,
        role: me.role,
        calendar: app.site.clinic.calendar(),
        settled_by: settled_by.unwrap_or_else(|| "someone who left".to_owned()),
        form,
        errors: &shown.errors,
        trouble: shown.trouble,
    };
    Ok(page::private(status, &shown))
}

impl Form {
    fn of(mail: &Mail) -> Form {
        Form { email: mail.to.clone().unwrap_or_default(), ..Form::default() }
    }
}

impl ShowPage<'_> {
    fn is_mine(&self) -> bool {
        self.mail.purpose.is_business_of(self.role)
    }

    fn shows_address(&self) -> bool {
        self.mail.purpose.shows_address_to(self.role)
    }

    fn when(&self, at: &i64) -> String {
        self.calendar.say_with_year(moment(*at))
    }
}
