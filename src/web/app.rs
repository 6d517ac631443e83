//! What handlers share: the database, the cipher, what every page shows, the clock. Knows no feature's pages.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts as Head;
use tokio::sync::{Notify, watch};

use crate::storage::clock::Clock;
use crate::storage::database::Database;
use crate::storage::encryption::Cipher;
use crate::web::security::Limits;
use crate::web::site::Site;

/// Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

#[derive(Clone)]
pub struct Parts {
    pub site: Arc<Site>,
    pub database: Database,
    pub cipher: Arc<Cipher>,
    pub limits: Arc<Limits>,
    pub clock: Clock,
    /// Woken when mail is stored, so that it leaves at once.
    pub mail_waiting: Arc<Notify>,
}

impl App {
    pub fn new(parts: Parts) -> App {
        App(Arc::new(parts))
    }

    /// The same with what the content says now.
    pub fn with_site(&self, site: Arc<Site>) -> App {
        App::new(Parts { site, ..(*self.0).clone() })
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Told when the program is to stop: an answer that goes on for long ends then.
#[derive(Clone, Default)]
pub struct Stopping(Option<watch::Receiver<bool>>);

impl Stopping {
    pub fn when(stop: watch::Receiver<bool>) -> Stopping {
        Stopping(Some(stop))
    }

    /// Ends when the program is to stop; never where nobody stops it, as in tests.
    pub async fn wait(&mut self) {
        match &mut self.0 {
            // A dropped sender means stop, too.
            Some(stop) => {
                let _ = stop.wait_for(|stop| *stop).await;
            }
            None => std::future::pending().await,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Stopping {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Head, _: &S) -> Result<Stopping, Infallible> {
        Ok(parts.extensions.get::<Stopping>().cloned().unwrap_or_default())
    }
}
