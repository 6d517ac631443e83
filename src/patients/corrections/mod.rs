//! What readers say is wrong on a page, and what staff answered.

use crate::staff::audit::store::insert as audit;
use crate::storage::clock::{moment, seconds};
use crate::storage::encryption::token_hash;
use crate::storage::reference::{SubmissionKey, reference};
use crate::storage::retention;
use crate::web::app::App;
use crate::web::error::Result;

use request::NewMistake;

pub mod pages;
pub mod request;
pub mod store;

/// A mistake as it is stored.
pub struct Mistake {
    pub reference: String,
    pub answered_at: Option<i64>,
    pub created_at: i64,
    /// Seconds; a save on an older one is refused.
    pub changed_at: i64,
    /// Slug of the page.
    pub about: String,
    /// Of the page, as the reader saw it.
    pub version: String,
    /// Looks like spam: shown apart, never discarded.
    pub suspect: bool,
    pub name: String,
    pub email: String,
    pub words: String,
    /// What staff did about it.
    pub answer: String,
}

impl Mistake {
    pub fn is_open(&self) -> bool {
        self.answered_at.is_none()
    }

    /// When it is erased whole.
    pub fn erased_at(&self) -> Option<jiff::Timestamp> {
        self.answered_at.map(|at| moment(at + retention::MISTAKE))
    }
}

/// What a page is told of: its slug and version.
pub struct Told {
    pub about: String,
    pub version: String,
}

/// Stores a mistake once, however often its form is sent.
pub async fn submit(app: &App, told: Told, new: NewMistake, key: &SubmissionKey) -> Result<()> {
    let now = app.clock.now();
    let key_hash = token_hash(key.as_str());
    let mistake = Mistake {
        reference: reference("MP"),
        answered_at: None,
        created_at: seconds(now),
        changed_at: seconds(now),
        about: told.about,
        version: told.version,
        suspect: new.suspect,
        name: new.name,
        email: new.email,
        words: new.words,
        answer: String::new(),
    };
    let parts = app.clone();
    app.database
        .accept(move |connection| {
            Box::pin(async move {
                if !store::submitted(connection, &key_hash).await? {
                    store::insert(connection, &parts.cipher, &mistake, &key_hash).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(())
}

/// Keeps what was done about a mistake, for a member of staff who saw it as it was at `seen_at`. False when it is stale.
pub async fn answer(app: &App, staff: i64, reference: String, words: String, seen_at: i64) -> Result<bool> {
    let now = app.clock.now();
    let parts = app.clone();
    let done = app.database.write(move |connection| {
        Box::pin(async move {
            let done = store::answer(connection, &parts.cipher, &reference, &words, seen_at, now).await?;
            if done {
                audit(connection, Some(staff), now, "answered a mistake", &reference).await?;
            }
            Ok(done)
        })
    });
    Ok(done.await?)
}
