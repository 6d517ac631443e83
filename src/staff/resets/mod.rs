//! Resets of a password or a second step: an administrator makes a link that works once and hands it over.
//!
//! All that was known of the account stops at the press, not at the use of the link: its sessions end, and nobody signs in
//! with a password, old or right as it may be, until the link was used. Whoever took a phone or learnt a password has
//! nothing from that moment on, and needs not be quicker than the owner. A mistaken press is taken back by another.

use jiff::Timestamp;

use crate::staff::audit;
use crate::staff::calendar_address;
use crate::staff::passkeys::store as passkeys;
use crate::staff::people::store as people;
use crate::staff::{second_factor, session, store as accounts};
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::encryption::{Cipher, random_token};
use crate::storage::retention;
use crate::web::app::App;
use crate::web::error::Result;

use choice::ResetChoice;
use store::ResetLink;

pub mod choice;
pub mod store;

/// Keeps these keyed hashes apart from others.
const PURPOSE: &str = "reset link";
/// What the audit says of links that ended with the rights of who made them, and of one that was taken back.
pub const WITHDREW: &str = "withdrew a reset link";

/// Makes a link for an account and shuts it until the link was used. Gives the token; nothing when the account is
/// disabled or who asks is shut out themselves by now.
pub async fn make(
    connection: &mut Connection,
    cipher: &Cipher,
    by: Option<i64>,
    staff: i64,
    choice: ResetChoice,
    now: Timestamp,
) -> sqlx::Result<Option<String>> {
    let person = people::find(connection, staff).await?;
    let is_shut_out = match by {
        Some(by) => store::is_waiting(connection, by).await?,
        None => false,
    };
    if person.disabled_at.is_some() || is_shut_out {
        return Ok(None);
    }
    let token = random_token();
    let (hash, expires_at) = (cipher.keyed_hash(PURPOSE, &token), seconds(now) + retention::RESET);
    store::set(connection, staff, &hash, by, choice, now, expires_at).await?;
    session::store::end_others(connection, staff, None, now).await?;
    // A phone that was lost reads the diary too, and who took an account may have let others in.
    calendar_address::store::remove(connection, staff).await?;
    people::drop_invitations_by(connection, staff).await?;
    store::end_by(connection, staff).await?;
    audit::store::insert(connection, by, now, choice.made(), &format!("staff:{staff}")).await?;
    Ok(Some(token))
}

/// The same from the command line, for the only administrator. Nothing when there is no such account, or it is disabled.
pub async fn make_for(
    connection: &mut Connection,
    cipher: &Cipher,
    email: &str,
    choice: ResetChoice,
    now: Timestamp,
) -> sqlx::Result<Option<String>> {
    match people::id_of(connection, email).await? {
        Some(staff) => make(connection, cipher, None, staff, choice, now).await,
        None => Ok(None),
    }
}

/// A link that was not used ends, and the account is signed in to as before. False when it is too late for that.
pub async fn withdraw(app: &App, by: i64, staff: i64) -> Result<bool> {
    let now = app.clock.now();
    Ok(app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let withdrawn = store::withdraw(connection, staff).await?;
                if withdrawn {
                    audit::store::insert(connection, Some(by), now, WITHDREW, &format!("staff:{staff}"))
                        .await?;
                }
                Ok(withdrawn)
            })
        })
        .await?)
}

/// What a link is for; nothing when it was used, has ended or never was.
pub async fn find(app: &App, token: &str) -> Result<Option<ResetLink>> {
    let hash = app.cipher.keyed_hash(PURPOSE, token);
    Ok(store::find(app.database.readers(), &hash, app.clock.now()).await?)
}

/// Uses a link up, with the hash of the new password when the link is for one, and the passkeys that its owner says they
/// hold: whoever had the phone or the password may have the others. False when the link ended meanwhile.
pub async fn accept(app: &App, token: &str, password_hash: Option<String>, kept: Vec<i64>) -> Result<bool> {
    let (hash, now) = (app.cipher.keyed_hash(PURPOSE, token), app.clock.now());
    Ok(app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let Some(link) = store::take(connection, &hash, now).await? else { return Ok(false) };
                let staff = link.staff_id;
                if link.password
                    && let Some(new) = password_hash
                {
                    accounts::set_password(connection, staff, &new).await?;
                }
                passkeys::remove_all_but(connection, staff, &kept).await?;
                if link.second_step {
                    // The account stays shut until it is set up: a password alone sets up nothing here.
                    second_factor::reset(connection, staff, now).await?;
                } else {
                    store::finish(connection, staff).await?;
                }
                let about = format!("staff:{staff}");
                audit::store::insert(connection, Some(staff), now, "used a reset link", &about).await?;
                Ok(true)
            })
        })
        .await?)
}
