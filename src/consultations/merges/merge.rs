//! Merges one request into another of the same person: the other keeps the earlier promise and the graver sign.

use jiff::Timestamp;

use crate::consultations::bookings;
use crate::consultations::history;
use crate::consultations::merges::store;
use crate::consultations::merges::store::MergeStanding;
use crate::consultations::request_state::RequestState;
use crate::signs::Kind;
use crate::staff::Account;
use crate::storage::database::Connection;
use crate::web::app::App;

/// A merge that a member of staff asks for, of two requests as they saw them.
#[derive(Clone)]
pub struct Merge {
    /// Stays, and is dealt with for both.
    pub into: String,
    pub into_seen_at: i64,
    /// Is dealt with in the other.
    pub merged: String,
    pub merged_seen_at: i64,
}

#[derive(Debug, PartialEq)]
pub enum MergeOutcome {
    Done,
    /// Someone changed one of them after the page was shown.
    Stale,
    /// Its patient withdrew the one that was to be merged.
    Withdrawn,
    /// One of them is over.
    Over,
    /// The one that was to be merged has a time that is still to come.
    Booked,
    /// The one that was to be merged has others merged into it.
    HasMerged,
    /// Nobody has been in touch about the one that was to be merged, and somebody has about the other: its promise, and a
    /// sign in it, would be out of sight.
    Unanswered,
    /// They are one and the same.
    Itself,
}

pub async fn merge(app: &App, me: &Account, wanted: Merge) -> sqlx::Result<MergeOutcome> {
    let (now, me) = (app.clock.now(), me.id);
    if wanted.into == wanted.merged {
        return Ok(MergeOutcome::Itself);
    }
    let write = app.database.write(move |connection| {
        Box::pin(async move {
            let into = store::standing(connection, &wanted.into).await?;
            let merged = store::standing(connection, &wanted.merged).await?;
            if let Some(hindrance) = hindrance(connection, &wanted, &into, &merged, now).await? {
                return Ok(hindrance);
            }
            let due_at = match merged.is_new() && into.is_new() {
                true => into.due_at.min(merged.due_at),
                false => into.due_at,
            };
            let (one, other) =
                (Kind::of_word(Some(into.sign.clone())), Kind::of_word(Some(merged.sign.clone())));
            let joint = (due_at, Kind::word(one.max(other)));
            let own = store::own(connection, &wanted.into, &into).await?;
            store::insert(connection, &wanted.merged, &merged, own, joint, now).await?;
            store::close_merged(connection, &wanted.merged, &wanted.into, now).await?;
            store::set_joint(connection, &wanted.into, joint, now).await?;
            store::carry_attention(connection, &wanted.merged, &wanted.into).await?;
            for (about, what) in [
                (&wanted.into, format!("merged {} into it", wanted.merged)),
                (&wanted.merged, format!("merged it into {}", wanted.into)),
            ] {
                history::by_staff::note(connection, me, about, &what, now).await?;
            }
            Ok(MergeOutcome::Done)
        })
    });
    write.await
}

/// Why they are not merged; nothing when they can be.
async fn hindrance(
    connection: &mut Connection,
    wanted: &Merge,
    into: &MergeStanding,
    merged: &MergeStanding,
    now: Timestamp,
) -> sqlx::Result<Option<MergeOutcome>> {
    Ok(if merged.state() == RequestState::Withdrawn {
        Some(MergeOutcome::Withdrawn)
    } else if into.changed_at != wanted.into_seen_at || merged.changed_at != wanted.merged_seen_at {
        Some(MergeOutcome::Stale)
    } else if into.state().is_over() || merged.state().is_over() {
        Some(MergeOutcome::Over)
    } else if bookings::store::is_ahead(connection, &wanted.merged, now).await? {
        Some(MergeOutcome::Booked)
    } else if !store::merged_into(connection, &wanted.merged).await?.is_empty() {
        Some(MergeOutcome::HasMerged)
    } else if merged.is_new() && !into.is_new() {
        Some(MergeOutcome::Unanswered)
    } else {
        None
    })
}
