//! Doubles on the desk: one request of a person is merged into another by one press, and separated by another.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::consultations::merges::{self, Merge, MergeOutcome, SeparateOutcome};
use crate::desk::request::{Refusal, Typed, path_of};
use crate::desk::state::DeskState;
use crate::staff::Account;
use crate::staff::session::SignedIn;
use crate::web::error::Result;
use crate::web::form::{FieldErrors, Fields};

pub async fn merge(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response> {
    // One that was erased is not found.
    desk.find(&me, &reference).await?;
    let merged = fields.text("other");
    if !desk.is_same_person(&reference, &merged).await? {
        let why = "There is no such request of the same person any more.";
        return desk.refuse_merge(&me, &reference, "Merge them", why).await;
    }
    let wanted = Merge {
        into: reference.clone(),
        into_seen_at: fields.seen_at("seen_at"),
        merged: merged.clone(),
        merged_seen_at: fields.seen_at("other_seen_at"),
    };
    let why = match merges::merge(&desk.app, &me, wanted).await? {
        MergeOutcome::Done => return Ok(to(&reference)),
        MergeOutcome::Stale => {
            format!("Someone changed this request or {merged} after you opened it. Look at both again.")
        }
        MergeOutcome::Withdrawn => {
            format!(
                "The patient has just withdrawn {merged}, and what it held was erased. There is nothing to merge."
            )
        }
        MergeOutcome::Over => format!("This request or {merged} is over. Only open requests are merged."),
        MergeOutcome::Booked => {
            format!("{merged} has a time that is still to come. Open it, and merge this one into it.")
        }
        MergeOutcome::HasMerged => {
            format!("Others are merged into {merged}. Open it, and merge this one into it.")
        }
        MergeOutcome::Unanswered => format!(
            "Nobody has been in touch about {merged} yet, so it must stay in sight. Merge this one into it, or get in touch first."
        ),
        MergeOutcome::Itself => "A request is not merged into itself.".to_owned(),
    };
    desk.refuse_merge(&me, &reference, &format!("Merge {merged} into it"), &why).await
}

/// Posted to the merged request; answered with the page that the press came from.
pub async fn separation(
    State(desk): State<DeskState>,
    SignedIn(me): SignedIn,
    Path(reference): Path<String>,
    fields: Fields,
) -> Result<Response> {
    desk.find(&me, &reference).await?;
    match merges::separate(&desk.app, &me, reference.clone()).await? {
        SeparateOutcome::Done(into) => Ok(to(if fields.text("from") == into { &into } else { &reference })),
        SeparateOutcome::NotMerged => {
            let why = "It is not merged any more: a colleague separated it, or its patient withdrew it.";
            desk.refuse_merge(&me, &reference, "Separate it again", why).await
        }
    }
}

fn to(reference: &str) -> Response {
    Redirect::to(&path_of(reference)).into_response()
}

impl DeskState {
    async fn refuse_merge(&self, me: &Account, reference: &str, wanted: &str, why: &str) -> Result<Response> {
        let refusal = Refusal::Said { wanted: wanted.to_owned(), why: why.to_owned() };
        self.refuse(me, reference, Typed::default(), FieldErrors::default(), Some(refusal)).await
    }

    /// Whether another request has the same address or number, or did until its patient withdrew it.
    async fn is_same_person(&self, reference: &str, other: &str) -> Result<bool> {
        self.queue_index.refresh(&self.app).await?;
        let entries = self.queue_index.read();
        let (Some(one), Some(another)) = (entries.get(reference), entries.get(other)) else {
            return Ok(false);
        };
        let withdrawn = another.contact_hashes.iter().all(Option::is_none);
        let same = entries.same_person(one).iter().any(|entry| &*entry.reference == other);
        Ok(reference == other || same || withdrawn)
    }
}
