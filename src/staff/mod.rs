//! People who work the desk: accounts, signing in, and who did what.

use jiff::Timestamp;

use crate::app::App;
use crate::clock::seconds;
use crate::config::Role;
use crate::database::{Database, is_constraint};
use crate::error::Result;
use crate::retention;
use crate::sealing::{random_token, token_hash};

pub mod components;
pub mod pages;
pub mod password;
pub mod role;
pub mod session;
pub mod store;

/// An account, without its password.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: i64,
    pub name: String,
    pub role: Role,
}

/// What it takes to make an account, checked.
pub struct NewAccount {
    /// Lower case.
    pub email: String,
    pub name: String,
    pub role: Role,
    pub password: String,
}

/// Why an account was not made.
#[derive(Debug, PartialEq)]
pub enum Refused {
    AddressTaken,
    /// The link was used, has expired, or never was.
    NoInvitation,
}

/// Makes an account. With an invitation, uses it up in the same transaction.
pub async fn add(
    database: &Database,
    now: Timestamp,
    new: NewAccount,
    invitation: Option<String>,
) -> anyhow::Result<std::result::Result<i64, Refused>> {
    let hash = password::hash(new.password.clone()).await?;
    let made = database
        .write(move |connection| {
            Box::pin(async move {
                if let Some(token) = invitation
                    && !store::use_invitation(connection, &token_hash(&token), now).await?
                {
                    return Ok(Err(Refused::NoInvitation));
                }
                if store::count(connection).await? == 0 {
                    // Links of earlier starts were for this account; they end with it.
                    store::drop_invitations(connection).await?;
                }
                let id = store::insert(connection, &new, &hash, now).await?;
                store::audit(connection, Some(id), now, "account made", "").await?;
                Ok(Ok(id))
            })
        })
        .await;
    match made {
        Err(error) if is_constraint(&error) => Ok(Err(Refused::AddressTaken)),
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
                store::invite(
                    connection,
                    &hash,
                    Role::Administrator,
                    now,
                    seconds(now) + retention::INVITATION,
                )
                .await?;
                Ok(true)
            })
        })
        .await?;
    Ok(made.then_some(token))
}

/// Notes that a member of staff did something to a request, without a word of its content.
pub async fn note(app: &App, staff: i64, what: &'static str, reference: String) -> Result<()> {
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move { store::audit(connection, Some(staff), now, what, &reference).await })
        })
        .await?;
    Ok(())
}

/// The account for an address and a password, in the same time whether there is one or not.
pub async fn check_password(app: &App, email: &str, typed: String) -> Result<Option<Account>> {
    let found = store::find_by_email(app.database.readers(), email).await?;
    let (account, hash) = match found {
        Some((account, hash)) => (Some(account), hash),
        None => (None, password::DUMMY.clone()),
    };
    let right = password::verify(typed, hash).await?;
    Ok(account.filter(|_| right))
}

/// Erases old sessions and audit entries. Part of forgetting.
pub async fn forget(connection: &mut sqlx::SqliteConnection, now: Timestamp) -> sqlx::Result<()> {
    store::forget_sessions(connection, seconds(now) - retention::SESSION).await?;
    store::forget_audit(connection, seconds(now) - retention::AUDIT).await
}
