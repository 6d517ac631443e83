//! People who work the desk: accounts, signing in, and who did what.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::clinic::Role;
use crate::storage::clock::seconds;
use crate::storage::database::{Database, is_constraint};
use crate::storage::encryption::{random_token, token_hash};
use crate::storage::retention;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::email::LONGEST;

pub mod audit;
mod common_passwords;
pub mod expired_forms;
pub mod password;
pub mod people;
pub mod second_factor;
pub mod session;
pub mod session_guard;
pub mod store;

/// Wrong passwords in a row that the audit tells of.
const TOLD_EVERY: u32 = 10;

/// An account, without its password.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Account {
    pub id: i64,
    pub name: String,
    pub email: String,
    #[sqlx(try_from = "String")]
    pub role: Role,
    pub has_second_factor: bool,
}

/// What a one-time link gives.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Invitation {
    /// Lower case; nothing for the link of a first start.
    pub email: String,
    #[sqlx(try_from = "String")]
    pub role: Role,
    pub invited_by: Option<i64>,
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
    /// The link was used, has expired, never was, or is for another address or role.
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
                    && !store::use_invitation(connection, &token_hash(&token), &new, now).await?
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
                let first = Invitation { email: String::new(), role: Role::Administrator, invited_by: None };
                store::invite(connection, &hash, &first, now, seconds(now) + retention::INVITATION).await?;
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

/// What came of a password.
pub enum Password {
    Right(Account),
    Wrong,
    /// It was not looked at: there were too many before it.
    TooMany,
}

/// Looks at an address and a password, in the same time whether there is such an account or not: later with each wrong
/// guess, and one guess after another.
pub async fn check_password(app: &App, from: IpAddr, email: &str, typed: String) -> Result<Password> {
    if email.len() > LONGEST {
        return Ok(Password::Wrong);
    }
    let Some(turn) = app.limits.password_turn(from, email) else { return Ok(Password::TooMany) };
    tokio::time::sleep(turn.wait).await;
    let found = store::find_by_email(app.database.readers(), email).await?;
    let (account, hash) = match found {
        Some((account, hash)) => (Some(account), hash),
        None => (None, password::DUMMY.clone()),
    };
    let right = password::verify(typed, hash).await?;
    let Some(account) = account else { return Ok(Password::Wrong) };
    if right {
        app.limits.right_password(from, email);
        return Ok(Password::Right(account));
    }
    if turn.number.is_multiple_of(TOLD_EVERY) {
        tracing::warn!(wrong = turn.number, "wrong passwords were entered for an account of the desk");
        note(app, account.id, "was guessed at: wrong passwords", String::new()).await?;
    }
    Ok(Password::Wrong)
}

/// Erases old sessions, links, audit entries and what waited to be sent again. Part of forgetting.
pub async fn forget(connection: &mut sqlx::SqliteConnection, now: Timestamp) -> sqlx::Result<()> {
    session::store::forget(connection, seconds(now) - retention::SESSION).await?;
    store::forget_invitations(connection, seconds(now)).await?;
    expired_forms::store::forget(connection, seconds(now) - retention::UNSENT).await?;
    audit::store::forget(connection, seconds(now) - retention::AUDIT).await
}
