//! Takes in a correction, and keeps what staff did about it.

use crate::patients::corrections::correction::{Correction, PageVersion};
use crate::patients::corrections::request::NewCorrection;
use crate::patients::corrections::store;
use crate::staff::audit::store::insert as audit;
use crate::storage::clock::seconds;
use crate::storage::encryption::token_hash;
use crate::storage::reference::{SubmissionKey, reference};
use crate::web::app::App;
use crate::web::error::Result;

/// Stores a correction once, however often its form is sent.
pub async fn submit(app: &App, told: PageVersion, new: NewCorrection, key: &SubmissionKey) -> Result<()> {
    let now = app.clock.now();
    let key_hash = token_hash(key.as_str());
    let correction = Correction {
        reference: reference("MP"),
        answered_at: None,
        created_at: seconds(now),
        changed_at: seconds(now),
        about: told.about,
        version: told.version,
        name: new.name,
        email: new.email,
        sign: app.site.signs.read(&new.words).kind(),
        words: new.words,
        answer: String::new(),
    };
    let parts = app.clone();
    app.database
        .accept(move |connection| {
            Box::pin(async move {
                if !store::submitted(connection, &key_hash).await? {
                    store::insert(connection, &parts.cipher, &correction, &key_hash).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(())
}

/// Keeps what was done about a correction, for a member of staff who saw it as it was at `seen_at`. False when it is stale.
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
