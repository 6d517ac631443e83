//! Erases data whose retention period is over: every hour and once at the start, when the time is believed.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use crate::consultations::summaries;
use crate::desk::data_rights;
use crate::operations::clock_check::{ClockCheck, SharedClockCheck};
use crate::patients::{complaints, corrections, drafts, reports};
use crate::storage::believed_time;
use crate::storage::clock::machine_ran;
use crate::storage::clock::{moment, seconds};
use crate::storage::counted_time;
use crate::storage::moments_ahead;
use crate::storage::retention;
use crate::storage::submissions;
use crate::web::app::App;
use crate::web::counts;
use crate::web::job_round;
use crate::{consultations, mail, staff};

/// How often the time is compared with what it should be, and noted.
const LOOK_EVERY: Duration = Duration::from_secs(5 * 60);
/// Erases once in so many looks: every hour.
const LOOKS_IN_A_PASS: u32 = 12;

/// Nobody is to be rung again later than this after the promised moment, in seconds: what lies further ahead was stored
/// while the clock was ahead. A long closure moves the promise, and so this.
const LATEST_CALL: i64 = 14 * 24 * 60 * 60;

/// One pass, unless the system's time is not believed.
pub async fn pass(app: &App, clock: &mut ClockCheck, machine_ran: SignedDuration) -> sqlx::Result<()> {
    if clock.look(app, machine_ran).await? { forget(app).await } else { Ok(()) }
}

/// Runs until told to stop, each time with the site as it is then.
pub async fn run(app: impl Fn() -> App, clock: SharedClockCheck, mut stop: watch::Receiver<bool>) {
    // A time that is confirmed is acted upon at the next look.
    let mut since_pass = LOOKS_IN_A_PASS;
    loop {
        let app = app();
        let is_due = since_pass >= LOOKS_IN_A_PASS && app.database.leads();
        let work = async {
            if !app.database.leads() {
                return Ok(false);
            }
            let clock = &mut *clock.lock().await;
            match is_due {
                true => pass(&app, clock, machine_ran()).await.map(|()| clock.is_believed()),
                false => clock.look(&app, machine_ran()).await,
            }
        };
        match job_round::round(&app.site.metrics, "retention-job", work).await {
            Some(Ok(true)) => since_pass = if is_due { 1 } else { since_pass + 1 },
            Some(Ok(false)) => since_pass = LOOKS_IN_A_PASS,
            Some(Err(error)) => {
                tracing::error!(%error, "old data was not erased; it is tried again in 5 minutes");
            }
            None => {}
        }
        app.limits.prune();
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// One pass, in one transaction; then the write-ahead log is emptied, so that erased data leaves the files.
pub async fn forget(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    let latest_call = seconds(app.site.clinic.calendar().promise(now).due.timestamp()) + LATEST_CALL;
    app.database
        .write_much(move |connection| {
            Box::pin(async move {
                let at = seconds(now);
                // The guard of the audit goes by it.
                believed_time::go_on(connection, now).await?;
                moments_ahead::put_back(connection, at, latest_call).await?;
                let requests = consultations::store::forget(connection, at - retention::CONSULTATION).await?;
                let addresses = reports::store::forget(connection, at - retention::ADDRESS).await?;
                consultations::bulk_acts::store::forget(connection, at - retention::UNDO).await?;
                complaints::store::forget(connection, at - retention::COMPLAINT).await?;
                mail::limits::forget(connection, now).await?;
                mail::forget_recipients(connection, at - retention::ADDRESS).await?;
                submissions::forget(connection, at - retention::SUBMISSION).await?;
                corrections::store::forget(connection, at - retention::CORRECTION).await?;
                staff::forget(connection, now).await?;
                data_rights::store::forget(connection, at - retention::AUDIT).await?;
                drafts::store::forget(connection, at - retention::DRAFT).await?;
                summaries::store::forget(connection, at).await?;
                counted_time::forget(connection, retention::AUDIT).await?;
                counts::store::forget(connection, at - retention::COUNTS, at - retention::MISSED_SEARCH)
                    .await?;
                if requests + addresses > 0 {
                    tracing::info!(requests, addresses, "old personal data was erased");
                }
                Ok(())
            })
        })
        .await?;
    mail::forget_old_files(&app.database, moment(seconds(now) - retention::ADDRESS)).await;
    app.database.truncate_log().await
}
