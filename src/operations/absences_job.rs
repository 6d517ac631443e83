//! Gives away the requests of members of staff who are away from today, every minute.

use std::time::Duration;

use tokio::sync::watch;

use crate::consultations::handling::hand_over;
use crate::web::app::App;

const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Runs until told to stop.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = hand_over::hand_over_due(&app).await {
            tracing::error!(%error, "requests of someone who is away were not given away; it is tried again in a minute");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
