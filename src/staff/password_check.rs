//! The first step of signing in: an address and a password, compared later with each wrong guess.

use std::net::IpAddr;

use crate::staff::account::Account;
use crate::staff::{audit, password, places, store};
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::email::LONGEST;

/// After this many wrong passwords in a row, the audit says so.
const REPORT_EVERY: u32 = 10;

/// The outcome of entering a password.
pub enum PasswordCheck {
    Right(Account),
    Wrong,
    /// It was not looked at: there were too many before it.
    TooMany,
}

/// Looks at an address and a password, in the same time whether there is such an account or not: later with each wrong
/// guess, and one guess after another.
pub async fn check_password(app: &App, from: IpAddr, email: &str, typed: String) -> Result<PasswordCheck> {
    check(app, from, email, typed, false).await
}

/// The same on the page of a reset link, for an account that is signed in to in no other way.
pub async fn check_waiting_password(
    app: &App,
    from: IpAddr,
    email: &str,
    typed: String,
) -> Result<PasswordCheck> {
    check(app, from, email, typed, true).await
}

async fn check(
    app: &App,
    from: IpAddr,
    email: &str,
    typed: String,
    waits_for_reset: bool,
) -> Result<PasswordCheck> {
    if email.len() > LONGEST {
        return Ok(PasswordCheck::Wrong);
    }
    let known_place = places::is_known(app, from, email).await?;
    let Some(turn) = app.limits.password_turn(from, email, known_place) else {
        return Ok(PasswordCheck::TooMany);
    };
    tokio::time::sleep(turn.wait).await;
    let found = store::find_by_email(app.database.readers(), email, waits_for_reset).await?;
    let (account, hash) = match found {
        Some((account, hash)) => (Some(account), hash),
        None => (None, password::DUMMY.clone()),
    };
    let right = password::verify(typed, hash).await?;
    let Some(account) = account else { return Ok(PasswordCheck::Wrong) };
    if right {
        app.limits.right_password(from, email);
        places::note(app, from, &account).await?;
        return Ok(PasswordCheck::Right(account));
    }
    if turn.number.is_multiple_of(REPORT_EVERY) {
        tracing::warn!(wrong = turn.number, "wrong passwords were entered for an account of the desk");
        audit::note(app, account.id, "was guessed at: wrong passwords", String::new()).await?;
    }
    Ok(PasswordCheck::Wrong)
}
