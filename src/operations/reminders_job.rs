//! Makes the reminders that are due, every minute, when the time is believed: one that goes at a wrong time sends a patient
//! to the clinic on a wrong day.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use crate::consultations::reminders::making;
use crate::operations::clock_check::{ClockCheck, SharedClockCheck, machine_ran};
use crate::web::app::App;

const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Makes what is due and says how many, unless the system's time is not believed.
pub async fn pass(app: &App, clock: &mut ClockCheck, machine_ran: SignedDuration) -> sqlx::Result<usize> {
    if clock.look(app, machine_ran).await? { making::make_due(app).await } else { Ok(0) }
}

/// Runs until told to stop.
pub async fn run(app: App, clock: SharedClockCheck, mut stop: watch::Receiver<bool>) {
    loop {
        let made = pass(&app, &mut *clock.lock().await, machine_ran()).await;
        if let Err(error) = made {
            tracing::error!(%error, "reminders were not made; it is tried again in a minute");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
