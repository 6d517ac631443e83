//! Looks for faults that nobody would notice: at every page of the desk, and every minute for the log and the health
//! address.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::watch;

use crate::staff::session;
use crate::storage::backup;
use crate::storage::clock::seconds;
use crate::web::app::App;
use crate::web::job_round;
use crate::web::metrics::{Alarm, Checks};

pub mod health;
mod numbers;
mod rules;
mod store;

pub use rules::{BACKUP_LATE, LOW};

const EVERY: Duration = Duration::from_secs(60);
/// The hour of the clinic's night in which the whole database is read for damage.
const NIGHT: i8 = 3;

/// Runs until told to stop, each time with the site as it is then.
pub async fn run(app: impl Fn() -> App, mut stop: watch::Receiver<bool>) {
    let (mut checked_on, mut logged) = (None, Vec::new());
    loop {
        let app = app();
        if let Some(found) = job_round::round(&app.site.metrics, "alarms", look(&app)).await {
            app.site.metrics.set(found);
        }
        logged = log_changes(&logged, &app.site.metrics.alarms());
        app.database.save_removed_log().await;
        app.database.truncate_log_again().await;
        let local = app.site.clinic.calendar().local(app.clock.now());
        if local.hour() == NIGHT && checked_on != Some(local.date()) {
            checked_on = Some(local.date());
            check_database(&app).await;
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Reads the whole file. What it finds is said by the database itself.
pub async fn check_database(app: &App) {
    match app.database.check_whole().await {
        Ok(true) => tracing::info!("the nightly check found the database whole"),
        Ok(false) => {}
        Err(error) => tracing::error!(%error, "the nightly check could not read the database"),
    }
}

/// Refreshes the banner before each page of the desk. Visitors who have not signed in see none, so nothing is looked up
/// for them.
pub async fn before_the_desk(State(app): State<App>, request: Request, next: Next) -> Response {
    let signed_in = session::find(&app, request.headers()).await;
    if signed_in.is_ok_and(|found| found.is_some_and(|row| row.is_alive(seconds(app.clock.now())))) {
        let found = look(&app).await;
        app.site.metrics.set(found);
    }
    next.run(request).await
}

/// Everything that is wrong now, the gravest first, and the numbers behind it.
pub async fn look(app: &App) -> Checks {
    let now = seconds(app.clock.now());
    let condition = app.database.condition();
    let counts =
        if condition.is_damaged() { None } else { store::counts(app.database.readers(), now).await.ok() };
    let backup = backup::last(condition.folder());
    let key = app.cipher.look_at_file();
    let seen = rules::Seen { counts, backup, condition, key, now, calendar: app.site.clinic.calendar() };
    Checks { alarms: seen.alarms(), gauges: seen.gauges() }
}

/// Logs when an alarm begins and ends, not every minute in between. Returns what is wrong now.
fn log_changes(before: &[&'static str], alarms: &[Alarm]) -> Vec<&'static str> {
    for alarm in alarms.iter().filter(|alarm| !before.contains(&alarm.name)) {
        tracing::error!(alarm = alarm.name, "{}", alarm.sentence);
    }
    let now: Vec<&'static str> = alarms.iter().map(|alarm| alarm.name).collect();
    for name in before.iter().filter(|name| !now.contains(name)) {
        tracing::info!(alarm = name, "this alarm has ended");
    }
    now
}
