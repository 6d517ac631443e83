//! The state of the handlers of the patient's pages about consultations, and a request behind its private link.

use std::sync::Arc;

use axum::response::Redirect;

use crate::consultations::{Request, store};
use crate::library::Library;
use crate::storage::encryption::token_hash;
use crate::web::app::App;
use crate::web::error::{Error, Result};

/// Shared by the form and the private page.
#[derive(Clone)]
pub struct ConsultationsState {
    pub app: App,
    pub library: Arc<Library>,
}

impl ConsultationsState {
    /// Unknown and erased look the same: not found.
    pub async fn find(&self, token: &str) -> Result<Request> {
        let app = &self.app;
        Ok(store::find_by_token(app.database.readers(), &app.cipher, &token_hash(token)).await?)
    }

    pub async fn find_open(&self, token: &str) -> Result<Request> {
        let request = self.find(token).await?;
        if request.is_over() { Err(Error::NotFound) } else { Ok(request) }
    }
}

/// Address of a private page.
pub fn path(token: &str) -> String {
    format!("/consultations/{token}")
}

/// Parts of a private page that the question stands before.
const PARTS: [&str; 4] = ["another-time", "contact", "reminders", "withdrawal"];

/// The part of a private page that someone asked for, if there is such a one.
pub fn part(asked: &str) -> Option<&'static str> {
    PARTS.into_iter().find(|part| *part == asked)
}

/// The private page with its question, which leads on to the part that was asked for.
pub fn ask_before(token: &str, part: &str) -> Redirect {
    Redirect::to(&format!("{}?to={part}", path(token)))
}
