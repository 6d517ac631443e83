//! The state of the handlers of the assessment.

use std::sync::Arc;

use crate::library::Library;
use crate::web::app::App;

/// What these pages are given.
#[derive(Clone)]
pub struct AssessmentState {
    pub app: App,
    pub library: Arc<Library>,
}
