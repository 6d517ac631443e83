//! Health, on an address of its own that the public never reaches.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::mail::MAIL_WORKER;
use crate::operations::alarms::{numbers, store};
use crate::storage::clock::seconds;
use crate::web::app::App;

/// A program that does not answer within this time counts as not ready.
const PATIENCE: Duration = Duration::from_secs(5);
/// A round of sending mail begins every half a minute, and takes as long as a locked database makes it wait.
const LONGEST_ROUND: Duration = Duration::from_secs(5 * 60);
/// Bytes of an answer that are read.
const LARGEST_ANSWER: usize = 64 * 1024;

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(numbers::show))
        .with_state(app)
}

/// The process answers, so that it need not be restarted.
async fn live() -> &'static str {
    "live\n"
}

/// It can take a form and tell of it: the database is whole, can be read and written, and there is room; the content is
/// read, and what sends mail goes on.
async fn ready(State(app): State<App>) -> Response {
    let condition = app.database.condition();
    let looked = async {
        app.database.accept(|_| Box::pin(async { Ok(()) })).await?;
        store::counts(app.database.readers(), seconds(app.clock.now())).await
    };
    let trouble = match looked.await {
        Ok(_) if app.site.metrics.content_read().is_none() => "no content is read yet".to_owned(),
        Ok(_) if worker_stands_still(&app) => {
            "mail stands still, though forms are taken: restart the program".to_owned()
        }
        Ok(_) => return "ready\n".into_response(),
        Err(_) if condition.is_damaged() => {
            "the database is damaged: stop the program and restore the last good backup".to_owned()
        }
        Err(error) => match condition.missing() {
            Some(missing) => missing.words().to_owned(),
            None => format!("forms are refused: {error}"),
        },
    };
    (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {trouble}\n")).into_response()
}

fn worker_stands_still(app: &App) -> bool {
    let rounds = app.site.metrics.since_rounds();
    rounds.iter().any(|(job, since)| *job == MAIL_WORKER && *since > LONGEST_ROUND)
}

/// Asks a running program whether it is ready. The error holds its reason.
pub async fn ask(address: SocketAddr) -> anyhow::Result<()> {
    let (status, body) = tokio::time::timeout(PATIENCE, fetch(address))
        .await
        .with_context(|| format!("no answer from {address} within {PATIENCE:?}"))?
        .with_context(|| {
            format!("nothing answers at {address}; is it served with --health-address {address}?")
        })?;
    match status {
        StatusCode::OK => Ok(()),
        StatusCode::SERVICE_UNAVAILABLE => bail!("{}", body.trim()),
        _ => bail!("{address} answers {}: this is not the health address of mybackpain", status.as_u16()),
    }
}

/// The status of an answer, and the beginning of its body.
async fn fetch(address: SocketAddr) -> anyhow::Result<(StatusCode, String)> {
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let (mut sender, connection) = http1::handshake(stream).await?;
    tokio::spawn(connection);
    let request = Request::get("/health/ready").header(header::HOST, address.to_string());
    let answer = sender.send_request(request.body(Body::empty())?).await?;
    let status = answer.status();
    let body = to_bytes(Body::new(answer.into_body()), LARGEST_ANSWER).await?;
    Ok((status, String::from_utf8_lossy(&body).into_owned()))
}
