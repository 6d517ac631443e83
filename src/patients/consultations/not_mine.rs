//! "This is not for me": whoever got a mail by mistake stops mail to their address, and the desk hears that it is wrong.
//!
//! No question is asked: it changes nothing of the request, and only whoever has the link can do it.

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;

use crate::consultations::{Request, note_wrong_address};
use crate::mail::limits;
use crate::patients::consultations::state::{ConsultationsState, path};
use crate::patients::reports;
use crate::web::app::App;
use crate::web::error::{Error, Result};
use crate::web::page;
use crate::web::site::PageContext;

#[derive(Template)]
#[template(path = "patients/consultations/not_mine.html")]
struct NotMinePage<'a> {
    context: PageContext<'a>,
    /// Of the private page; nothing once it is done.
    path: Option<String>,
}

pub fn routes() -> Router<ConsultationsState> {
    Router::new().route("/consultations/{token}/not-mine", get(ask).post(stop))
}

async fn ask(State(given): State<ConsultationsState>, Path(token): Path<String>) -> Result<Response> {
    find(&given, &token).await?;
    let context = given.app.site.private("Is this request not yours?");
    Ok(page::private(StatusCode::OK, &NotMinePage { context, path: Some(path(&token)) }))
}

async fn stop(State(given): State<ConsultationsState>, Path(token): Path<String>) -> Result<Response> {
    let request = find(&given, &token).await?;
    stop_mail(&given.app, request).await?;
    let context = given.app.site.private("Thank you for telling us");
    Ok(page::private(StatusCode::OK, &NotMinePage { context, path: None }))
}

async fn find(given: &ConsultationsState, token: &str) -> Result<Request> {
    let request = given.find_open(token).await?;
    if request.email.is_empty() { Err(Error::NotFound) } else { Ok(request) }
}

async fn stop_mail(app: &App, request: Request) -> Result<()> {
    let (parts, now) = (app.clone(), app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let hash = limits::mailbox_hash(&parts.cipher, &request.email);
                reports::stop_on(connection, &parts.cipher, &hash, now).await?;
                note_wrong_address(connection, &request.reference, now).await
            })
        })
        .await?;
    app.database.truncate_log().await?;
    Ok(())
}
