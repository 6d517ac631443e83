//! What features are given: the database, the sealer, what every page shows, the clock. Knows no feature's pages.

use std::sync::Arc;

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::database::Database;
use crate::mail::Sender;
use crate::sealing::Sealer;
use crate::security::Limits;
use crate::site::Site;

/// Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub site: Arc<Site>,
    pub database: Database,
    pub sealer: Arc<Sealer>,
    /// Who our mail is from.
    pub sender: Arc<Sender>,
    pub limits: Limits,
    pub clock: Clock,
    /// Woken when mail is stored, so that it leaves at once.
    pub mail_waiting: Arc<Notify>,
}

impl App {
    pub fn new(parts: Parts) -> App {
        App(Arc::new(parts))
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
