//! Makes accounts, and the one-time link for the first of them.

use jiff::Timestamp;

use crate::clinic::Role;
use crate::staff::account::{AccountRefused, Invitation, NewAccount};
use crate::staff::audit;
use crate::staff::{password, store};
use crate::storage::clock::seconds;
use crate::storage::database::{Database, is_constraint};
use crate::storage::encryption::{random_token, token_hash};
use crate::storage::retention;
use crate::web::app::App;
use crate::web::error::Result;

/// Makes an account. With an invitation, uses it up in the same transaction.
pub async fn add(
    database: &Database,
    now: Timestamp,
    new: NewAccount,
    invitation: Option<String>,
) -> anyhow::Result<std::result::Result<i64, AccountRefused>> {
    let hash = password::hash(new.password.clone()).await?;
    let made = database
        .write(move |connection| {
            Box::pin(async move {
                if let Some(token) = invitation
                    && !store::use_invitation(connection, &token_hash(&token), &new, now).await?
                {
                    return Ok(Err(AccountRefused::NoInvitation));
                }
                if store::count(connection).await? == 0 {
                    // Links of earlier starts were for this account; they end with it.
                    store::drop_invitations(connection).await?;
                }
                let id = store::insert(connection, &new, &hash, now).await?;
                audit::store::insert(connection, Some(id), now, "account made", "").await?;
                Ok(Ok(id))
            })
        })
        .await;
    match made {
        Err(error) if is_constraint(&error) => Ok(Err(AccountRefused::AddressTaken)),
        made => Ok(made?),
    }
}

/// A new one-time link's token for the first administrator; nothing when somebody has an account.
pub async fn first_invitation(app: &App) -> Result<Option<String>> {
    let now = app.clock.now();
    let token = random_token();
    let hash = token_hash(&token);
    let made = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                if store::count(connection).await? > 0 {
                    return Ok(false);
                }
                store::drop_invitations(connection).await?;
                let first = Invitation {
                    email: String::new(),
                    role: Role::Administrator,
                    invited_by: None,
                    // Whoever reads it stands at the machine.
                    code_hash: String::new(),
                };
                store::invite(connection, &hash, &first, now, seconds(now) + retention::INVITATION).await?;
                Ok(true)
            })
        })
        .await?;
    Ok(made.then_some(token))
}
