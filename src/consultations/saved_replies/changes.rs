//! Keeps, changes and removes saved replies, each with its line in the audit.

use crate::consultations::saved_replies::store;
use crate::staff::Account;
use crate::staff::audit;
use crate::web::app::App;

/// The longest title, in characters.
pub const LONGEST_TITLE: usize = 60;
/// More than this nobody finds their way in.
pub const MOST_REPLIES: i64 = 50;

/// A saved reply as it was checked.
pub struct NewReply {
    pub title: String,
    pub words: String,
}

#[derive(Debug, PartialEq)]
pub enum ReplyKept {
    Yes,
    /// Someone changed or removed it after the page was opened.
    Stale,
    TooMany,
}

pub async fn keep(app: &App, me: &Account, new: NewReply) -> sqlx::Result<ReplyKept> {
    let (now, me) = (app.clock.now(), me.id);
    let write = app.database.write(move |connection| {
        Box::pin(async move {
            if store::count(connection).await? >= MOST_REPLIES {
                return Ok(ReplyKept::TooMany);
            }
            store::insert(connection, &new.title, &new.words, now).await?;
            audit::store::insert(connection, Some(me), now, "kept a saved reply", "").await?;
            Ok(ReplyKept::Yes)
        })
    });
    write.await
}

/// For someone who saw the reply as it was at `seen_at`.
pub async fn change(
    app: &App,
    me: &Account,
    id: i64,
    seen_at: i64,
    new: NewReply,
) -> sqlx::Result<ReplyKept> {
    let (now, me) = (app.clock.now(), me.id);
    let write = app.database.write(move |connection| {
        Box::pin(async move {
            if !store::change(connection, id, seen_at, (&new.title, &new.words), now).await? {
                return Ok(ReplyKept::Stale);
            }
            audit::store::insert(connection, Some(me), now, "changed a saved reply", "").await?;
            Ok(ReplyKept::Yes)
        })
    });
    write.await
}

pub async fn remove(app: &App, me: &Account, id: i64) -> sqlx::Result<()> {
    let (now, me) = (app.clock.now(), me.id);
    let write = app.database.write(move |connection| {
        Box::pin(async move {
            if store::delete(connection, id).await? {
                audit::store::insert(connection, Some(me), now, "removed a saved reply", "").await?;
            }
            Ok(())
        })
    });
    write.await
}
