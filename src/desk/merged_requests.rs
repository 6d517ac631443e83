//! The requests of the same person that are dealt with in the one that is shown.

use crate::consultations::Request;
use crate::consultations::another_time;
use crate::consultations::merges;
use crate::desk::state::DeskState;
use crate::staff::Account;
use crate::web::error::{Error, Result};

/// A request that is dealt with in the one that is shown.
pub struct MergedRequest {
    pub request: Request,
    /// When it was asked.
    pub asked: String,
    /// What they said in pieces, safety words marked.
    pub marked: Vec<(bool, String)>,
    /// What would suit a patient who could not make the time that was booked in it.
    pub wish: Option<String>,
}

impl DeskState {
    /// What is merged into a request, the oldest first. Reading it is noted as opening it.
    pub async fn merged_requests(&self, me: &Account, into: &str) -> Result<Vec<MergedRequest>> {
        let app = &self.app;
        let mut all = Vec::new();
        for reference in merges::store::read_merged_into(app.database.readers(), into).await? {
            let request = match self.find(me, &reference).await {
                Ok((request, _)) => request,
                // It was erased meanwhile, or its reference is damaged.
                Err(Error::NotFound) => continue,
                Err(error) => return Err(error),
            };
            self.note_opening(me, &reference).await?;
            let asked = app.site.clinic.calendar().say_with_year(request.created_at);
            let marked = app.site.signs.read(&request.answers.concern).marked(&request.answers.concern);
            let marked = marked.into_iter().map(|(marks, words)| (marks, words.to_owned())).collect();
            let wish = another_time::store::wish(app.database.readers(), &app.cipher, &reference).await?;
            all.push(MergedRequest { asked, marked, wish, request });
        }
        Ok(all)
    }
}
