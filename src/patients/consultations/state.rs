//! The state of the handlers of the patient's pages about consultations.

use std::sync::Arc;

use crate::library::Library;
use crate::web::app::App;

/// Shared by the form and the private page.
#[derive(Clone)]
pub struct ConsultationsState {
    pub app: App,
    pub library: Arc<Library>,
}
