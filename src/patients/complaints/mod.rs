//! Complaints about how we handle personal data: received, acknowledged within 30 days, closed.

use jiff::Timestamp;

use crate::mail;
use crate::staff::audit::store::insert as audit;
use crate::storage::clock::seconds;
use crate::storage::encryption::token_hash;
use crate::storage::reference::{SubmissionKey, reference};
use crate::web::app::App;
use crate::web::error::Result;

use request::NewComplaint;

mod letter;
pub mod pages;
mod request;
pub mod store;

/// Data (Use and Access) Act 2025, section 103: a complaint is acknowledged within 30 days.
const ACKNOWLEDGED_WITHIN: i64 = 30 * 24 * 60 * 60;

/// A complaint as it is stored.
pub struct Complaint {
    pub reference: String,
    pub created_at: i64,
    /// Acknowledged by then.
    pub due_at: i64,
    pub acknowledged_at: Option<i64>,
    pub ended_at: Option<i64>,
    /// A save on an older one is refused.
    pub changed_at: i64,
    /// Looks like spam: marked, never discarded.
    pub suspect: bool,
    pub name: String,
    pub email: String,
    pub phone: String,
    pub words: String,
    /// What was found and done, when it was closed.
    pub outcome: String,
}

/// A step in the life of a complaint.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Acknowledge,
    /// With what was found and done.
    Close(String),
}

impl Complaint {
    pub fn is_late(&self, now: i64) -> bool {
        self.acknowledged_at.is_none() && self.ended_at.is_none() && self.due_at < now
    }

    pub fn state(&self, now: i64) -> &'static str {
        match (self.ended_at, self.acknowledged_at) {
            (Some(_), _) => "Closed",
            (None, Some(_)) => "Acknowledged",
            (None, None) if self.is_late(now) => "Late",
            (None, None) => "Received",
        }
    }
}

/// Stores a complaint and the notice of it in one transaction. The same key again is the same complaint.
pub async fn submit(app: &App, new: NewComplaint, key: &SubmissionKey) -> Result<()> {
    let now = app.clock.now();
    let complaint = Complaint {
        reference: reference("DP"),
        created_at: seconds(now),
        due_at: seconds(now) + ACKNOWLEDGED_WITHIN,
        acknowledged_at: None,
        ended_at: None,
        changed_at: seconds(now),
        suspect: new.suspect,
        name: new.name,
        email: new.email,
        phone: new.phone,
        words: new.words,
        outcome: String::new(),
    };
    let letter = letter::of(&app.site, &complaint.reference)?;
    let key_hash = token_hash(key.as_str());
    let parts = app.clone();
    app.database
        .accept(move |connection| {
            Box::pin(async move {
                if store::find_reference(connection, &key_hash).await?.is_some() {
                    return Ok(());
                }
                store::insert(connection, &parts.cipher, &complaint, &key_hash).await?;
                if !complaint.suspect {
                    mail::enqueue(connection, &parts.cipher, &parts.sender, letter, now, now).await?;
                }
                Ok(())
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(())
}

/// Takes a complaint a step on for a member of staff, who saw it as it was at `seen_at`. False when it had changed.
pub async fn advance(app: &App, staff: i64, reference: String, step: Step, seen_at: i64) -> Result<bool> {
    let now: Timestamp = app.clock.now();
    let cipher = app.cipher.clone();
    Ok(app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let (moved, what) = match step {
                    Step::Acknowledge => (
                        store::acknowledge(connection, &reference, seen_at, now).await?,
                        "acknowledged a complaint",
                    ),
                    Step::Close(outcome) => (
                        store::close(connection, &cipher, &reference, &outcome, seen_at, now).await?,
                        "closed a complaint",
                    ),
                };
                if moved {
                    audit(connection, Some(staff), now, what, &reference).await?;
                }
                Ok(moved)
            })
        })
        .await?)
}
