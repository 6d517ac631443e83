//! What is due by the clock, every minute: reminders of bookings, and the requests of staff who are away from today.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use crate::consultations::handling::hand_over;
use crate::consultations::reminders::making;
use crate::operations::clock_check::{ClockCheck, SharedClockCheck, machine_ran};
use crate::web::app::App;

const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Does what is due and says how many reminders were made. Nothing is done while the system's time is not believed: a
/// reminder at a wrong time sends a patient to the clinic on a wrong day.
pub async fn pass(app: &App, clock: &mut ClockCheck, machine_ran: SignedDuration) -> sqlx::Result<usize> {
    if !clock.look(app, machine_ran).await? {
        return Ok(0);
    }
    hand_over::hand_over_due(app).await?;
    making::make_due(app).await
}

/// Runs until told to stop.
pub async fn run(app: App, clock: SharedClockCheck, mut stop: watch::Receiver<bool>) {
    loop {
        let done = pass(&app, &mut *clock.lock().await, machine_ran()).await;
        if let Err(error) = done {
            tracing::error!(%error, "what was due by the clock was not done; it is tried again in a minute");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
