//! What a member of staff sent after their session had ended: kept for them alone, and given back when they sign in.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::staff::session::SignedIn;
use crate::staff::session_guard;
use crate::storage::clock::moment;
use crate::storage::encryption::FieldId;
use crate::storage::reference::reference;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::Fields;
use crate::web::page;
use crate::web::site::PageContext;

pub mod store;

/// Says in an address which kept form is sent there.
pub const FIELD: &str = "unsent";

/// Fields of these names are secrets, and never kept.
const NEVER_KEPT: &[&str] = &["password", "present", "code"];

/// Fields that a page fills in by itself: of no use to a reader.
const CARRIED: &[&str] = &["seen_at", "opened_at", "key", "from", "email_queried"];

#[derive(Template)]
#[template(path = "staff/expired_forms.html")]
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
}

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/staff/unsent", get(index))
        .route("/staff/unsent/{reference}/sending", post(send))
        .route("/staff/unsent/{reference}/removal", post(remove))
        .with_state(app)
}

/// Keeps a form for the account whose session it came too late for.
pub async fn keep(app: &App, staff: i64, path: String, fields: &Fields) -> Result<()> {
    let kept = fields.pairs().filter(|(name, _)| !NEVER_KEPT.contains(name));
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    let reference = reference("UN");
    let sealed = app.cipher.encrypt(place(&reference), &text);
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move { store::insert(connection, &reference, staff, &path, sealed, now).await })
        })
        .await?;
    Ok(())
}

/// Where someone goes who has just signed in: to what they had sent in vain, or to the page that they asked for.
pub async fn next_page(app: &App, staff: i64, return_to: &str) -> Result<String> {
    if !store::of(app.database.readers(), staff).await?.is_empty() {
        return Ok("/staff/unsent".to_owned());
    }
    Ok(if return_to.is_empty() { "/staff".to_owned() } else { return_to.to_owned() })
}

async fn index(State(app): State<App>, SignedIn(me): SignedIn) -> Result<Response> {
    let calendar = app.site.clinic.calendar();
    let mut forms = Vec::new();
    for row in store::of(app.database.readers(), me.id).await? {
        let text = app.cipher.decrypt(place(&row.reference), &row.fields)?;
        forms.push(Form {
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
/// they have arrived (`door.rs`).
async fn send(
    State(app): State<App>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
) -> Result<Response> {
    let rows = store::of(app.database.readers(), me.id).await?;
    let kept = rows.into_iter().find(|row| row.reference == reference && session_guard::is_kept(&row.path));
    Ok(match kept {
        Some(row) => Redirect::temporary(&format!("{}?{FIELD}={}", row.path, row.reference)).into_response(),
        None => Redirect::to("/staff/unsent").into_response(),
    })
}

async fn remove(
    State(app): State<App>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
) -> Result<Response> {
    take(&app, me.id, reference).await?;
    Ok(Redirect::to(&next_page(&app, me.id, "").await?).into_response())
}

/// Lets go of what was kept; nothing happens when it is somebody else's.
pub async fn take(app: &App, staff: i64, reference: String) -> Result<()> {
    Ok(app
        .database
        .write(move |connection| Box::pin(async move { store::take(connection, staff, &reference).await }))
        .await?)
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

fn place(reference: &str) -> FieldId<'_> {
    FieldId { table: "staff_unsent", reference, column: "fields" }
}
