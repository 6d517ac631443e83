//! Makes the reminders that are due, every minute.

use std::time::Duration;

use tokio::sync::watch;

use crate::consultations::reminders::making;
use crate::web::app::App;

const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Runs until told to stop.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = making::make_due(&app).await {
            tracing::error!(%error, "reminders were not made; it is tried again in a minute");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
