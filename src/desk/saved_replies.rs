//! The saved replies of the clinic, which administrators keep and everyone who writes to patients uses.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::consultations::messages::{FIELDS, LONGEST_MESSAGE, unknown_field};
use crate::consultations::saved_replies::store::SavedReply;
use crate::consultations::saved_replies::{
    LONGEST_TITLE, MOST_REPLIES, NewReply, ReplyKept, change, keep, remove, store,
};
use crate::staff::Account;
use crate::staff::session::Administrator;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::form;
use crate::web::form::{FieldErrors, Fields};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "desk/saved_replies/index.html")]
struct RepliesPage<'a> {
    context: PageContext<'a>,
    replies: Vec<SavedReply>,
    form: &'a ReplyForm,
    errors: &'a FieldErrors,
}

#[derive(Template)]
#[template(path = "desk/saved_replies/show.html")]
struct ReplyPage<'a> {
    context: PageContext<'a>,
    reply: &'a SavedReply,
    form: &'a ReplyForm,
    errors: &'a FieldErrors,
    /// Someone else changed it after the page was opened.
    stale: bool,
}

/// The form as it was typed.
#[derive(Default)]
struct ReplyForm {
    title: String,
    words: String,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/replies", get(index).post(create))
        .route("/staff/replies/{id}", get(show).post(update))
        .route("/staff/replies/{id}/removal", post(delete))
        .with_state(app)
}

async fn index(State(app): State<App>, Administrator(me): Administrator) -> Result<Response> {
    show_all(&app, &me, &ReplyForm::default(), &FieldErrors::default()).await
}

async fn create(
    State(app): State<App>,
    Administrator(me): Administrator,
    fields: Fields,
) -> Result<Response> {
    let form = ReplyForm::read(&fields);
    let new = match form.check() {
        Ok(new) => new,
        Err(errors) => return show_all(&app, &me, &form, &errors).await,
    };
    match keep(&app, &me, new).await? {
        ReplyKept::TooMany => {
            let mut errors = FieldErrors::default();
            errors.add("title", format!("There are {MOST_REPLIES} saved replies: remove one first"));
            show_all(&app, &me, &form, &errors).await
        }
        ReplyKept::Yes | ReplyKept::Stale => Ok(Redirect::to("/staff/replies").into_response()),
    }
}

async fn show(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(id): Path<String>,
) -> Result<Response> {
    let reply = find(&app, &id).await?;
    let form = ReplyForm { title: reply.title.clone(), words: reply.words.clone() };
    show_one(&app, &me, &reply, &form, &FieldErrors::default(), false)
}

async fn update(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response> {
    let reply = find(&app, &id).await?;
    let form = ReplyForm::read(&fields);
    let new = match form.check() {
        Ok(new) => new,
        Err(errors) => return show_one(&app, &me, &reply, &form, &errors, false),
    };
    let seen_at = fields.seen_at("seen_at");
    if change(&app, &me, reply.id, seen_at, new).await? == ReplyKept::Stale {
        let now = find(&app, &id).await?;
        return show_one(&app, &me, &now, &form, &FieldErrors::default(), true);
    }
    Ok(Redirect::to("/staff/replies").into_response())
}

async fn delete(
    State(app): State<App>,
    Administrator(me): Administrator,
    Path(id): Path<String>,
) -> Result<Response> {
    // One that is gone already is gone, which is what was wanted.
    if let Ok(id) = id.parse() {
        remove(&app, &me, id).await?;
    }
    Ok(Redirect::to("/staff/replies").into_response())
}

async fn find(app: &App, id: &str) -> Result<SavedReply> {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    Ok(store::find(app.database.readers(), id).await?)
}

async fn show_all(app: &App, me: &Account, form: &ReplyForm, errors: &FieldErrors) -> Result<Response> {
    let shown = RepliesPage {
        context: app
            .site
            .private("Saved replies")
            .for_desk(&me.name, me.role)
            .with_errors(!errors.is_empty()),
        replies: store::all(app.database.readers()).await?,
        form,
        errors,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page::private(status, &shown))
}

fn show_one(
    app: &App,
    me: &Account,
    reply: &SavedReply,
    form: &ReplyForm,
    errors: &FieldErrors,
    stale: bool,
) -> Result<Response> {
    let status = match (stale, errors.is_empty()) {
        (true, _) => StatusCode::CONFLICT,
        (false, true) => StatusCode::OK,
        (false, false) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let shown = ReplyPage {
        context: app
            .site
            .private("Change a saved reply")
            .for_desk(&me.name, me.role)
            .with_errors(status != StatusCode::OK),
        reply,
        form,
        errors,
        stale,
    };
    Ok(page::private(status, &shown))
}

impl ReplyForm {
    fn read(fields: &Fields) -> ReplyForm {
        ReplyForm { title: form::one_line(&fields.text("title")), words: fields.text("words") }
    }

    fn check(&self) -> std::result::Result<NewReply, FieldErrors> {
        let mut errors = FieldErrors::default();
        let title = errors.take("title", form::words(&self.title, LONGEST_TITLE, "The name"));
        if title.as_deref() == Some("") {
            errors.add("title", "Enter a name for it");
        }
        let words = errors.take("words", form::words(&self.words, LONGEST_MESSAGE, "The reply"));
        match words.as_deref() {
            Some("") => errors.add("words", "Enter the reply"),
            Some(words) => {
                if let Some(field) = unknown_field(words) {
                    errors.add("words", format!("There is no field {{{field}}}: use {}", in_braces()));
                }
            }
            None => {}
        }
        match (title, words) {
            (Some(title), Some(words)) if errors.is_empty() => Ok(NewReply { title, words }),
            _ => Err(errors),
        }
    }
}

/// "{name}, {promise}, {phone}, {link}".
fn in_braces() -> String {
    FIELDS.map(|(name, _)| format!("{{{name}}}")).join(", ")
}
