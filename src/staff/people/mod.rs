//! Who works the desk: invited, given a role, disabled and enabled again, by administrators.

use jiff::Timestamp;

use crate::clinic::Role;
use crate::mail;
use crate::staff::account::{Account, Invitation};
use crate::staff::audit;
use crate::staff::calendar_address;
use crate::staff::people::letter::InvitationLetter;
use crate::staff::resets;
use crate::staff::{session, store as accounts};
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::encryption::{random_token, token_hash};
use crate::storage::reference;
use crate::storage::retention;
use crate::web::app::App;
use crate::web::error::Result;

pub mod invitation_code;
pub mod letter;
pub mod store;

const WITHDREW: &str = "withdrew an invitation";

/// What an administrator does to an account.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Change {
    Role(Role),
    Disable,
    Enable,
}

#[derive(Debug, PartialEq)]
pub enum Changed {
    Yes,
    /// Nobody would be left who can manage people.
    LastAdministrator,
}

/// An invitation that was made, or why not.
pub enum Invited {
    /// The link's token and the code to say, each shown once.
    Made {
        token: String,
        code: String,
    },
    HasAccount,
}

/// Invites someone by a link that works once, for 2 days, and with a code. The link is mailed to them, the code is not.
pub async fn invite(app: &App, me: &Account, email: String, role: Role) -> Result<Invited> {
    let (token, code, now) = (random_token(), reference::code(), app.clock.now());
    let mail = InvitationLetter::of(role, &token).to(&email, &app.cipher);
    let hash = token_hash(&token);
    let code_hash = invitation_code::hash(&app.cipher, &hash, &code);
    let (staff, parts) = (me.id, app.clone());
    let made = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                if store::has_account(connection, &email).await? {
                    return Ok(false);
                }
                store::drop_invitations_of(connection, &email).await?;
                let new = Invitation { email, role, invited_by: Some(staff), code_hash };
                accounts::invite(connection, &hash, &new, now, seconds(now) + retention::INVITATION).await?;
                audit::store::insert(connection, Some(staff), now, invited(role), "").await?;
                mail::enqueue(connection, &parts, mail, now, now).await?;
                Ok(true)
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(if made { Invited::Made { token, code } } else { Invited::HasAccount })
}

/// Changes an account. The site is never left without an administrator who can sign in.
pub async fn change(app: &App, me: &Account, staff: i64, change: Change) -> Result<Changed> {
    let (by, now) = (me.id, app.clock.now());
    Ok(app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let person = store::find(connection, staff).await?;
                let takes_away = match change {
                    Change::Role(role) => role != Role::Administrator,
                    Change::Disable => true,
                    Change::Enable => false,
                };
                let manages = person.role.is(Role::Administrator) && person.disabled_at.is_none();
                if takes_away && manages && store::administrators_besides(connection, staff).await? == 0 {
                    return Ok(Changed::LastAdministrator);
                }
                make(connection, staff, change, now).await?;
                // What an administrator gave away ends with their right to give it.
                if takes_away && store::drop_invitations_by(connection, staff).await? > 0 {
                    audit::store::insert(connection, Some(by), now, WITHDREW, "").await?;
                }
                if takes_away && resets::store::end_by(connection, staff).await? > 0 {
                    audit::store::insert(connection, Some(by), now, resets::WITHDREW, "").await?;
                }
                let about = format!("staff:{staff}");
                audit::store::insert(connection, Some(by), now, change.words(), &about).await?;
                Ok(Changed::Yes)
            })
        })
        .await?)
}

async fn make(connection: &mut Connection, staff: i64, change: Change, now: Timestamp) -> sqlx::Result<()> {
    match change {
        Change::Role(role) => store::set_role(connection, staff, role).await,
        Change::Disable => {
            store::set_disabled(connection, staff, Some(seconds(now))).await?;
            calendar_address::store::remove(connection, staff).await?;
            resets::store::end(connection, staff).await?;
            session::store::end_others(connection, staff, None, now).await
        }
        Change::Enable => store::set_disabled(connection, staff, None).await,
    }
}

/// Withdraws an invitation that was not used.
pub async fn withdraw_invitation(app: &App, me: &Account, hash: String) -> Result<()> {
    let (by, now) = (me.id, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move {
                store::drop_invitation(connection, &hash).await?;
                audit::store::insert(connection, Some(by), now, WITHDREW, "").await
            })
        })
        .await?;
    Ok(())
}

impl Change {
    fn words(self) -> &'static str {
        match self {
            Change::Role(Role::Reception) => "gave the role reception",
            Change::Role(Role::Clinician) => "gave the role clinician",
            Change::Role(Role::Administrator) => "gave the role administrator",
            Change::Disable => "disabled an account",
            Change::Enable => "enabled an account",
        }
    }
}

fn invited(role: Role) -> &'static str {
    match role {
        Role::Reception => "invited someone for reception",
        Role::Clinician => "invited a clinician",
        Role::Administrator => "invited an administrator",
    }
}
