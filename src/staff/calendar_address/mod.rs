//! The private address at which programs read the diary of a clinician: made, renewed and ended by its owner.

use jiff::Timestamp;

use crate::staff::account::Account;
use crate::staff::audit;
use crate::storage::encryption::random_token;
use crate::web::app::App;
use crate::web::error::Result;

pub mod store;

/// Keeps these keyed hashes apart from others.
const PURPOSE: &str = "calendar address";

/// Makes an address and ends the one before. Gives its token, which nobody can be shown again.
pub async fn make(app: &App, me: &Account) -> Result<String> {
    let (token, staff, now) = (random_token(), me.id, app.clock.now());
    let hash = app.cipher.keyed_hash(PURPOSE, &token);
    app.database
        .write(move |connection| {
            Box::pin(async move {
                store::set(connection, staff, &hash, now).await?;
                audit::store::insert(connection, Some(staff), now, "made a calendar address", "").await
            })
        })
        .await?;
    Ok(token)
}

/// Ends the address, if there is one.
pub async fn end(app: &App, me: &Account) -> Result<()> {
    let (staff, now) = (me.id, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move {
                if store::remove(connection, staff).await? {
                    audit::store::insert(connection, Some(staff), now, "ended a calendar address", "")
                        .await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(())
}

/// When the address of an account was made; nothing when there is none.
pub async fn made_at(app: &App, staff: i64) -> Result<Option<Timestamp>> {
    Ok(store::made_at(app.database.readers(), staff).await?)
}

/// Whose diary a token opens; nothing when it was renewed, ended or never was, or its owner holds no consultations now.
pub async fn owner(app: &App, token: &str) -> Result<Option<i64>> {
    let hash = app.cipher.keyed_hash(PURPOSE, token);
    Ok(store::owner(app.database.readers(), &hash).await?)
}
