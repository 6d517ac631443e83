//! Erases what has been kept long enough: run every hour, and once at the start.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use tokio::sync::watch;

use crate::consultations::summaries;
use crate::desk::data_rights;
use crate::patients::{complaints, corrections, drafts, reports};
use crate::storage::clock::{moment, seconds};
use crate::storage::retention;
use crate::web::app::App;
use crate::web::metrics::Alarm;
use crate::{consultations, mail, staff};

const EVERY: Duration = Duration::from_secs(60 * 60);

/// More than a clock is ever put right by. What was erased by a wrong clock is gone for good.
const FURTHEST_STEP: SignedDuration = SignedDuration::from_hours(48);
const CLOCK_JUMPED: &str = "clock-jumped";

/// What the passes of this process went by.
#[derive(Default)]
pub struct Passes {
    /// The system's time at the last pass, and how long the machine had run.
    last: Option<(Timestamp, SignedDuration)>,
}

impl Passes {
    /// One pass, unless the system's time has moved since the last one as no time has passed. Such a time is not
    /// believed until it is put right, or the site is started again by someone who knows that it is right now.
    pub async fn pass(&mut self, app: &App, machine_ran: SignedDuration) -> sqlx::Result<()> {
        let now = app.clock.now();
        if let Some((then, ran)) = self.last {
            let step = then.duration_until(now) - (machine_ran - ran);
            if step.abs() > FURTHEST_STEP {
                warn_of_clock(app, step);
                return Ok(());
            }
        }
        app.site.metrics.end(CLOCK_JUMPED);
        self.last = Some((now, machine_ran));
        forget(app).await
    }
}

fn warn_of_clock(app: &App, step: SignedDuration) {
    let days = step.as_hours().abs() / 24;
    tracing::error!(days, "the clock of this machine has jumped: nothing is erased");
    let sentence = format!(
        "The clock of the site’s machine has jumped by {days} days, so nothing is erased and promises may be wrong: have it put right, then the site started again."
    );
    app.site.metrics.raise(Alarm { name: CLOCK_JUMPED, sentence, link: None });
}

/// How long the machine has run, asleep or not, whatever its time is set to.
fn machine_ran() -> SignedDuration {
    let ran = clock_gettime(ClockId::Boottime);
    SignedDuration::from_secs(ran.tv_sec)
}

/// Runs until told to stop.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    let mut passes = Passes::default();
    loop {
        if let Err(error) = passes.pass(&app, machine_ran()).await {
            tracing::error!(%error, "old data was not erased; it is tried again in an hour");
        }
        app.limits.prune();
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// One pass, in one transaction; then the write-ahead log is emptied, so that erased data leaves the files.
pub async fn forget(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let at = seconds(now);
                let requests = consultations::store::forget(connection, at - retention::CONSULTATION).await?;
                let addresses = reports::store::forget(connection, at - retention::ADDRESS).await?;
                complaints::store::forget(connection, at - retention::COMPLAINT).await?;
                mail::limits::forget(connection, now).await?;
                mail::forget_recipients(connection, at - retention::ADDRESS).await?;
                sqlx::query("delete from submissions where created_at < $1")
                    .bind(at - retention::SUBMISSION)
                    .execute(&mut *connection)
                    .await?;
                corrections::store::forget(connection, at - retention::MISTAKE).await?;
                staff::forget(connection, now).await?;
                data_rights::store::forget(connection, at - retention::AUDIT).await?;
                drafts::store::forget(connection, at - retention::DRAFT).await?;
                summaries::store::forget(connection, at).await?;
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
