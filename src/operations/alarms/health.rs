//! Health and numbers, on an address of their own that the public never reaches.
//!
//! The numbers are written here, not by the prometheus-client crate: they are looked up anew at each request, nothing
//! is registered or counted in between, and the text format is two lines each.

use std::fmt::Write;
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

use crate::operations::alarms::store;
use crate::storage::clock::seconds;
use crate::web::app::App;

/// A program that does not answer within this time counts as not ready.
const PATIENCE: Duration = Duration::from_secs(5);
/// Bytes of an answer that are read.
const LARGEST_ANSWER: usize = 64 * 1024;

pub fn routes(app: App) -> Router {
    Router::new()
        .route("/health/live", get(live))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(app)
}

/// The process answers, so that it need not be restarted.
async fn live() -> &'static str {
    "live\n"
}

/// It can take a form: the database is whole, can be read and written, and there is room.
async fn ready(State(app): State<App>) -> Response {
    let condition = app.database.condition();
    let looked = async {
        app.database.accept(|_| Box::pin(async { Ok(()) })).await?;
        store::counts(app.database.readers(), seconds(app.clock.now())).await
    };
    let trouble = match looked.await {
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

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let found = crate::operations::alarms::look(&app).await;
    let mut text = String::new();
    let mut last = "";
    for gauge in &found.gauges {
        let name = gauge.name;
        if last != name {
            let _ = writeln!(text, "# HELP mybackpain_{name} {}\n# TYPE mybackpain_{name} gauge", gauge.help);
            last = name;
        }
        let label = if gauge.label.is_empty() { String::new() } else { format!("{{{}}}", gauge.label) };
        let _ = writeln!(text, "mybackpain_{name}{label} {}", gauge.value);
    }
    let now = seconds(app.clock.now());
    let totals = store::totals(app.database.readers(), now).await.unwrap_or_default();
    for (name, help, value) in [
        ("requests_open", "Requests that are open", totals.open_requests),
        ("requests_late", "New requests past the promised moment", totals.late_requests),
        ("corrections_open", "Mistakes on pages that readers told of", totals.open_corrections),
    ] {
        let _ = writeln!(text, "# HELP mybackpain_{name} {help}\n# TYPE mybackpain_{name} gauge");
        let _ = writeln!(text, "mybackpain_{name} {value}");
    }
    text +=
        "# HELP mybackpain_alarm 1 for each line of the banner on the desk\n# TYPE mybackpain_alarm gauge\n";
    for alarm in app.site.metrics.raised().iter().chain(&found.alarms) {
        let _ = writeln!(text, "mybackpain_alarm{{name=\"{}\"}} 1", alarm.name);
    }
    text += "# HELP mybackpain_answers_total Answers since the start, by hundreds of the status\n";
    text += "# TYPE mybackpain_answers_total counter\n";
    for (hundreds, count) in app.site.metrics.answers() {
        let _ = writeln!(text, "mybackpain_answers_total{{status=\"{hundreds}xx\"}} {count}");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
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
