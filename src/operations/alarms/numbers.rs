//! The numbers of /metrics, in the text format of Prometheus.
//!
//! They are written here, not by the prometheus-client crate: most are looked up anew at each request, and the text format
//! is two lines each.

use std::fmt::Write;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use strum::VariantArray;

use crate::mail;
use crate::operations::alarms::store;
use crate::storage::clock::seconds;
use crate::web::app::App;
use crate::web::metrics::Gauge;

pub async fn show(State(app): State<App>) -> impl IntoResponse {
    let found = super::look(&app).await;
    let mut gauges = found.gauges;
    gauges.extend(counted(&app).await);
    gauges.extend(measured(&app));
    let mut text = String::new();
    let mut last = "";
    for Gauge { name, help, label, value } in &gauges {
        if last != *name {
            head(&mut text, name, help);
            last = name;
        }
        let label = if label.is_empty() { String::new() } else { format!("{{{label}}}") };
        let _ = writeln!(text, "mybackpain_{name}{label} {value}");
    }
    head(&mut text, "alarm", "1 for each line of the banner on the desk");
    for alarm in app.site.metrics.raised().iter().chain(&found.alarms) {
        let _ = writeln!(text, "mybackpain_alarm{{name=\"{}\"}} 1", alarm.name);
    }
    app.site.metrics.answers.write(&mut text);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text)
}

fn head(text: &mut String, name: &str, help: &str) {
    let _ = writeln!(text, "# HELP mybackpain_{name} {help}\n# TYPE mybackpain_{name} gauge");
}

fn gauge(name: &'static str, help: &'static str, label: String, value: i64) -> Gauge {
    Gauge { name, help, label, value }
}

/// From the database. None of them when it cannot be read: a number that is not there is no zero.
async fn counted(app: &App) -> Vec<Gauge> {
    let (readers, now) = (app.database.readers(), seconds(app.clock.now()));
    let (Ok(totals), Ok(mails)) = (store::totals(readers, now).await, store::mails(readers).await) else {
        return Vec::new();
    };
    let plain = |name, help, value| gauge(name, help, String::new(), value);
    let promises = "Requests of the last 30 days by whether the patient heard by the promised moment; not those that still wait";
    let mut gauges = vec![
        plain("requests_open", "Requests that are open", totals.open_requests),
        plain("requests_late", "New requests past the promised moment", totals.late_requests),
        plain("corrections_open", "Mistakes on pages that readers told of", totals.open_corrections),
        gauge("promises", promises, "kept=\"yes\"".to_owned(), totals.kept_promises),
        gauge("promises", promises, "kept=\"no\"".to_owned(), totals.broken_promises),
    ];
    // A state that this version does not know counts as one of those that need a person.
    gauges.extend(mail::State::VARIANTS.iter().map(|state| {
        let count = mails.iter().filter(|(known, _)| known == state).map(|(_, count)| count).sum();
        gauge("mails", "Mails in the outbox, by state", format!("state=\"{}\"", state.as_str()), count)
    }));
    gauges
}

/// From the program itself.
fn measured(app: &App) -> Vec<Gauge> {
    let metrics = &app.site.metrics;
    let content = metrics.content_read().map(|at| {
        let age = (seconds(app.clock.now()) - at).max(0);
        gauge("content_age_seconds", "How long ago the content that is shown was read", String::new(), age)
    });
    let rounds = metrics.since_rounds().into_iter().map(|(job, since)| {
        let since = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        let help = "How long ago each job in the background last began a round";
        gauge("round_age_seconds", help, format!("name=\"{job}\""), since)
    });
    content.into_iter().chain(rounds).collect()
}
