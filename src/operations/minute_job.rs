//! What is due by the clock, every minute: reminders of bookings, the requests of staff who are away from today, the
//! counts since the minute before, and on Mondays the mail about the last week.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use crate::consultations::handling::hand_over;
use crate::consultations::reminders::making;
use crate::library::Library;
use crate::operations::clock_check::{ClockCheck, SharedClockCheck};
use crate::operations::weekly_mail;
use crate::storage::clock::machine_ran;
use crate::web::app::App;
use crate::web::counts;
use crate::web::job_round;
use crate::web::metrics::Alarm;

const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Does what is due and says how many reminders were made. Nothing is done while the system's time is not believed: a
/// reminder at a wrong time sends a patient to the clinic on a wrong day.
pub async fn pass(app: &App, clock: &mut ClockCheck, machine_ran: SignedDuration) -> sqlx::Result<usize> {
    if !clock.look(app, machine_ran).await? {
        return Ok(0);
    }
    // Each by itself: what one of them cannot do keeps none of the others from being done.
    let handed_over = hand_over::hand_over_due(app).await;
    let reminders = making::make_due(app).await;
    save_counts(app).await?;
    handed_over?;
    reminders
}

/// Stores what was counted since the last time, and which searches of today found nothing.
pub async fn save_counts(app: &App) -> sqlx::Result<()> {
    let day = app.site.clinic.calendar().local(app.clock.now()).date();
    let (counted, missed) = (app.site.counts.take(), app.site.counts.missed_on(day));
    if counted.is_empty() && missed.is_empty() {
        return Ok(());
    }
    let (cipher, of_this_minute) = (app.cipher.clone(), counted.clone());
    let saved = app.database.write(move |connection| {
        Box::pin(async move {
            counts::store::add(connection, day, &of_this_minute).await?;
            counts::store::note_missed(connection, &cipher, day, &missed).await
        })
    });
    let saved = saved.await;
    if saved.is_err() {
        app.site.counts.put_back(counted);
    }
    saved
}

/// One minute: all of it.
pub async fn minute(app: &App, library: &Library, clock: &mut ClockCheck) -> sqlx::Result<()> {
    let passed = pass(app, clock, machine_ran()).await;
    if clock.is_believed() {
        weekly_mail::make_due(app, library, app.clock.now()).await?;
    }
    passed.map(|_| ())
}

fn say_what_came_of_it(app: &App, done: &sqlx::Result<()>) {
    const NAME: &str = "due-not-done";
    let Err(error) = done else { return app.site.metrics.end(NAME) };
    tracing::error!(%error, "what was due by the clock was not done; it is tried again in a minute");
    let sentence = "Reminders, the requests of someone who is away, or the week’s figures may be late: something that was due by the clock was not done. It is tried every minute; if this stays, tell whoever looks after the site.".to_owned();
    app.site.metrics.raise(Alarm { name: NAME, sentence, link: None });
}

/// Runs until told to stop, each minute with the site as it is then. Where another program leads, it does what is due, and
/// only what was counted here is stored.
pub async fn run(
    app: impl Fn() -> App,
    library: impl Fn() -> Arc<Library>,
    clock: SharedClockCheck,
    mut stop: watch::Receiver<bool>,
) {
    let mut now = app();
    loop {
        let work = async {
            if !now.database.leads() {
                return save_counts(&now).await;
            }
            minute(&now, &library(), &mut *clock.lock().await).await
        };
        if let Some(done) = job_round::round(&now.site.metrics, "minute-job", work).await {
            say_what_came_of_it(&now, &done);
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            () = tokio::time::sleep(LOOK_EVERY) => now = app(),
        }
    }
    if clock.lock().await.is_believed()
        && let Err(error) = save_counts(&now).await
    {
        tracing::warn!(%error, "the counts of the last minute were not stored");
    }
}
