//! Separates requests that were merged: by staff, or because the patient withdrew one of them.

use jiff::Timestamp;

use crate::consultations::handling;
use crate::consultations::handling::Attention;
use crate::consultations::history;
use crate::consultations::merges::store;
use crate::consultations::request_state::RequestState;
use crate::signs::Kind;
use crate::staff::Account;
use crate::storage::database::Connection;
use crate::web::app::App;

#[derive(Debug, PartialEq)]
pub enum SeparateOutcome {
    /// It stood in this one.
    Done(String),
    /// It is not merged: a colleague separated it, or its patient withdrew it.
    NotMerged,
}

/// Lets a merged request stand alone again, as it stood before.
pub async fn separate(app: &App, me: &Account, merged: String) -> sqlx::Result<SeparateOutcome> {
    let (now, me) = (app.clock.now(), me.id);
    let write = app.database.write(move |connection| {
        Box::pin(async move {
            let Some(into) = store::parent(connection, &merged).await? else {
                return Ok(SeparateOutcome::NotMerged);
            };
            let attention = if store::standing(connection, &into).await?.state().is_over() {
                Some(Attention::OpenedAgain)
            } else {
                None
            };
            part(connection, &merged, &into, attention, now).await?;
            for (about, what) in [
                (&into, format!("separated {merged} from it")),
                (&merged, format!("separated it from {into}")),
            ] {
                history::by_staff::note(connection, me, about, &what, now).await?;
            }
            Ok(SeparateOutcome::Done(into))
        })
    });
    write.await
}

/// The patient withdraws a request: what it was merged with is dealt with by itself again. They may have meant the one
/// and not the other, and nobody else withdraws for them.
pub async fn part_withdrawn(
    connection: &mut Connection,
    reference: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    part_from_all(connection, reference, ("patient", "withdrew"), ", which the patient withdrew", now).await
}

/// A request is erased because its person asked for that: what it was merged with may be somebody else's, and stays.
pub async fn part_erased(connection: &mut Connection, reference: &str, now: Timestamp) -> sqlx::Result<()> {
    part_from_all(connection, reference, ("system", "erased"), ", which was erased", now).await
}

async fn part_from_all(
    connection: &mut Connection,
    reference: &str,
    (who, did): (&str, &str),
    why: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    for merged in store::merged_into(connection, reference).await? {
        part(connection, &merged, reference, Some(Attention::OpenedAgain), now).await?;
        let what = format!("separated it from {reference}{why}");
        history::store::add_event(connection, &merged, now, "system", &what).await?;
    }
    if let Some(into) = store::parent(connection, reference).await? {
        put_back(connection, reference, &into, now).await?;
        let what = format!("{did} {reference}, which was merged into it");
        history::store::add_event(connection, &into, now, who, &what).await?;
    }
    Ok(())
}

/// The other one has its own promise and sign again, and those of what is still merged into it.
async fn put_back(connection: &mut Connection, merged: &str, into: &str, now: Timestamp) -> sqlx::Result<()> {
    store::put_back_joint(connection, merged, into, now).await?;
    store::forget_merge(connection, merged).await?;
    let stays = store::standing(connection, into).await?;
    let (mut due_at, mut sign) = (stays.due_at, Kind::of_word(Some(stays.sign.clone())));
    for (was_new, theirs, their_sign) in store::still_merged(connection, into).await? {
        if was_new && stays.is_new() {
            due_at = due_at.min(theirs);
        }
        sign = sign.max(Kind::of_word(Some(their_sign)));
    }
    if stays.state() == RequestState::Withdrawn {
        return Ok(());
    }
    store::set_joint(connection, into, (due_at, Kind::word(sign)), now).await
}

async fn part(
    connection: &mut Connection,
    merged: &str,
    into: &str,
    attention: Option<Attention>,
    now: Timestamp,
) -> sqlx::Result<()> {
    store::open_merged(connection, merged, now).await?;
    put_back(connection, merged, into, now).await?;
    if let Some(attention) = attention {
        handling::store::set_attention(connection, merged, attention).await?;
    }
    Ok(())
}
