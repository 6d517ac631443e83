//! The state of the handlers of the patient's pages about consultations, and a request behind its private link.

use std::sync::Arc;

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
