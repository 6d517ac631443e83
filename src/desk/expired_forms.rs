//! Gives back what a member of staff sent after their session had ended.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::staff::expired_forms;
use crate::staff::session::SignedIn;
use crate::storage::clock::moment;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::page;
use crate::web::site::PageContext;

/// Fields that a page fills in by itself: of no use to a reader.
const CARRIED: &[&str] = &["seen_at", "opened_at", "key", "from", "email_queried", "previewed", "step"];

#[derive(Template)]
#[template(path = "desk/expired_forms.html")]
struct UnsentPage<'a> {
    context: PageContext<'a>,
    forms: Vec<Form>,
}

/// A form that came too late.
struct Form {
    reference: String,
    path: String,
    sent: String,
    fields: Vec<(String, String)>,
    /// What was typed opens; otherwise it can only be thrown away.
    is_readable: bool,
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/expired-forms", get(index))
        .route("/staff/expired-forms/{reference}/sending", post(send))
        .route("/staff/expired-forms/{reference}/removal", post(remove))
        .with_state(app)
}

async fn index(State(app): State<App>, SignedIn(me): SignedIn) -> Result<Response> {
    let calendar = app.site.clinic.calendar();
    let mut forms = Vec::new();
    for row in expired_forms::store::of(app.database.readers(), me.id).await? {
        let opened = app.cipher.decrypt(expired_forms::field_id(&row.reference), &row.fields);
        let (is_readable, text) = (opened.is_ok(), opened.unwrap_or_default());
        forms.push(Form {
            is_readable,
            sent: calendar.say(moment(row.created_at)),
            fields: form_urlencoded::parse(text.as_bytes()).into_owned().collect(),
            path: row.path,
            reference: row.reference,
        });
    }
    let context = app.site.private("What you sent after you were signed out").for_desk(&me.name, me.role);
    Ok(page::private(StatusCode::OK, &UnsentPage { context, forms }))
}

/// Sends the same fields on to where they were meant to go: 307 makes the browser post them again. They are kept until
/// they have arrived (`staff/session_guard.rs`).
async fn send(
    State(app): State<App>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
) -> Result<Response> {
    let rows = expired_forms::store::of(app.database.readers(), me.id).await?;
    let kept = rows.into_iter().find(|row| row.reference == reference && expired_forms::is_kept(&row.path));
    Ok(match kept {
        Some(row) => Redirect::temporary(&format!("{}?{}={}", row.path, expired_forms::FIELD, row.reference))
            .into_response(),
        None => Redirect::to("/staff/expired-forms").into_response(),
    })
}

async fn remove(
    State(app): State<App>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
) -> Result<Response> {
    expired_forms::take(&app, me.id, reference).await?;
    Ok(Redirect::to(&expired_forms::next_page(&app, me.id, "").await?).into_response())
}

impl Form {
    /// What it was meant for, such as "BP-3333-4444: notes"; its address when that names nothing.
    fn aim(&self) -> String {
        let parts: Vec<&str> = self.path.split('/').collect();
        match parts[..] {
            ["", "staff", _, about, act] => format!("{about}: {act}"),
            _ => self.path.clone(),
        }
    }

    /// What the person typed or chose, without what a page carries for itself.
    fn typed(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        pairs.filter(|(name, value)| !value.is_empty() && !CARRIED.contains(name))
    }

    /// The name of a field as a person reads it.
    fn label(name: &str) -> String {
        let words = name.replace('_', " ");
        let mut letters = words.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    }
}
