//! Tells systemd how the service is: ready, alive, stopping. Nothing is said where no systemd listens.

use sd_notify::NotifyState;

use crate::web::network_threads::NetworkThreads;

/// Pages are served, and forms are taken.
pub fn ready() {
    tell(NotifyState::Ready);
}

/// From now on requests and mails under way are finished.
pub fn stopping() {
    tell(NotifyState::Stopping);
}

/// Gives a sign of life twice in each interval that systemd waits for one, until the program ends. A program whose tasks no
/// longer run, or one of whose threads for connections does not, gives none, and is started anew.
pub async fn keep_alive(network: NetworkThreads) {
    let Some(interval) = sd_notify::watchdog_enabled() else { return };
    loop {
        network.answer().await;
        tell(NotifyState::Watchdog);
        tokio::time::sleep(interval / 2).await;
    }
}

fn tell(state: NotifyState) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd cannot be told how the service is");
    }
}
