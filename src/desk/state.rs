//! The state of the desk's handlers.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::consultations::queue_index::QueueIndex;
use crate::desk::presence::Presence;
use crate::library::Library;
use crate::web::app::App;

/// Shared by every page about requests.
#[derive(Clone)]
pub struct DeskState {
    pub app: App,
    pub library: Arc<Library>,
    pub queue_index: Arc<QueueIndex>,
    pub presence: Arc<Presence>,
}

impl DeskState {
    pub fn new(app: App, library: Arc<Library>) -> DeskState {
        DeskState { app, library, queue_index: Arc::default(), presence: Arc::default() }
    }
}

impl FromRef<DeskState> for App {
    fn from_ref(state: &DeskState) -> App {
        state.app.clone()
    }
}
