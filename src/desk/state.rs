//! The state of the desk's handlers.

use std::sync::Arc;

use axum::extract::FromRef;

use crate::consultations::queue_index::QueueIndex;
use crate::desk::presence::Presence;
use crate::library::Library;
use crate::web::app::App;

/// What the desk keeps in memory while the pages for the public are read anew.
#[derive(Clone, Default)]
pub struct DeskMemory {
    queue_index: Arc<QueueIndex>,
    presence: Arc<Presence>,
}

/// Shared by every page about requests.
#[derive(Clone)]
pub struct DeskState {
    pub app: App,
    pub library: Arc<Library>,
    pub queue_index: Arc<QueueIndex>,
    pub presence: Arc<Presence>,
}

impl DeskState {
    pub fn new(app: App, library: Arc<Library>, memory: &DeskMemory) -> DeskState {
        let DeskMemory { queue_index, presence } = memory.clone();
        DeskState { app, library, queue_index, presence }
    }
}

impl FromRef<DeskState> for App {
    fn from_ref(state: &DeskState) -> App {
        state.app.clone()
    }
}
