//! The second step of signing in: a code from an app on a phone, or a recovery code.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::staff::account::Account;
use crate::staff::audit;
use crate::staff::resets::store as resets;
use crate::staff::session;
use crate::staff::session::HalfSignedIn;
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::encryption::{FieldId, random_token};
use crate::web::app::App;
use crate::web::error::Result;

use totp::Secret;

pub mod recovery;
pub mod store;
pub mod totp;

/// Wrong codes after which the password is asked again.
const MOST_WRONG: i64 = 5;
/// After this many wrong codes of one account, the audit and the desk's banner say so.
const REPORT_EVERY: u32 = 20;
/// What the audit says of them; the desk's banner counts it.
const GUESSED_AT: &str = "was guessed at: wrong codes";

/// The outcome of entering a code.
pub enum CodeOutcome {
    /// Signed in: the token of the new session.
    In(String),
    Wrong,
    /// Too many wrong ones: the session is over.
    Over,
    /// It was not looked at: there were too many before it.
    TooMany,
}

/// The outcome of setting up a second factor.
pub enum SetUp {
    /// Signed in: the token of the new session, and the recovery codes, which are never shown again.
    Done(String, Vec<String>),
    Wrong,
    Over,
}

/// The code of someone who has a second factor, from their app or from their list. Those of the app are few enough to
/// be guessed, so they are looked at one after another, later with each wrong one.
pub async fn check(app: &App, from: IpAddr, half: &HalfSignedIn, typed: &str) -> Result<CodeOutcome> {
    let staff = half.account.id;
    if recovery::looks_like_one(typed) {
        if !app.limits.may_enter_recovery_code(from, staff) {
            return Ok(CodeOutcome::TooMany);
        }
        return look_at(app, half, typed).await;
    }
    let Some(turn) = app.limits.code_turn(from, staff) else { return Ok(CodeOutcome::TooMany) };
    tokio::time::sleep(turn.wait).await;
    let outcome = look_at(app, half, typed).await?;
    if !matches!(outcome, CodeOutcome::In(_)) && turn.number.is_multiple_of(REPORT_EVERY) {
        tracing::error!(wrong = turn.number, "who knows a password of the desk guesses at its codes");
        crate::staff::note(app, staff, GUESSED_AT, String::new()).await?;
    }
    Ok(outcome)
}

async fn look_at(app: &App, half: &HalfSignedIn, typed: &str) -> Result<CodeOutcome> {
    let (staff, session) = (half.account.id, half.session);
    let place = half.account.email.clone();
    let hash = recovery::keyed_hash(&app.cipher, staff, typed);
    let (typed, token, now) = (typed.to_owned(), random_token(), app.clock.now());
    let parts = app.clone();
    let outcome = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                if !is_alive(connection, session, now).await? {
                    return Ok(CodeOutcome::Over);
                }
                let (encrypted, last_used) = store::secret(connection, staff).await?;
                let secret = Secret::parse(&parts.cipher.decrypt(secret_place(&place), &encrypted)?)
                    .map_err(|error| sqlx::Error::Decode(error.into()))?;
                let step = secret.step_of(&typed, seconds(now), last_used);
                if let Some(step) = step {
                    store::use_step(connection, staff, step).await?;
                } else if store::use_recovery_code(connection, staff, &hash).await? {
                    audit::store::insert(connection, Some(staff), now, "used a recovery code", "").await?;
                } else {
                    return refuse(connection, session, staff, now).await;
                }
                session::start_full(connection, Some(session), staff, &token, now).await?;
                Ok(CodeOutcome::In(token))
            })
        })
        .await?;
    if matches!(outcome, CodeOutcome::In(_)) {
        app.limits.right_code(staff);
    }
    Ok(outcome)
}

/// The first code of the app that was just set up: from now on nobody signs in to this account without one.
pub async fn set_up(app: &App, half: &HalfSignedIn, secret: &Secret, typed: &str) -> Result<SetUp> {
    let (staff, session, now) = (half.account.id, half.session, app.clock.now());
    let Some(step) = secret.step_of(typed, seconds(now), 0) else {
        let refused = app
            .database
            .write(move |connection| Box::pin(async move { refuse(connection, session, staff, now).await }))
            .await?;
        return Ok(if matches!(refused, CodeOutcome::Over) { SetUp::Over } else { SetUp::Wrong });
    };
    let encrypted = app.cipher.encrypt(secret_place(&half.account.email), &secret.in_letters());
    let codes = recovery::codes();
    let hashes = hashes(app, staff, &codes);
    let token = random_token();
    let new_token = token.clone();
    let taken = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                if !is_alive(connection, session, now).await?
                    || !store::set_secret(connection, staff, &encrypted, step).await?
                {
                    return Ok(false);
                }
                store::replace_recovery_codes(connection, staff, &hashes).await?;
                resets::finish(connection, staff).await?;
                audit::store::insert(connection, Some(staff), now, "set up the second step", "").await?;
                session::start_full(connection, Some(session), staff, &new_token, now).await?;
                Ok(true)
            })
        })
        .await?;
    // Someone with the same password set it up first: ask for their code.
    Ok(if taken { SetUp::Done(token, codes) } else { SetUp::Over })
}

/// New recovery codes in place of the old ones.
pub async fn renew_recovery_codes(app: &App, account: &Account) -> Result<Vec<String>> {
    let codes = recovery::codes();
    let (hashes, staff, now) = (hashes(app, account.id, &codes), account.id, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move {
                store::replace_recovery_codes(connection, staff, &hashes).await?;
                audit::store::insert(connection, Some(staff), now, "made new recovery codes", "").await
            })
        })
        .await?;
    Ok(codes)
}

/// Forgets the second factor of an account and ends its sessions.
pub async fn reset(connection: &mut Connection, staff: i64, now: Timestamp) -> sqlx::Result<()> {
    store::forget_secret(connection, staff).await?;
    session::store::end_others(connection, staff, None, now).await
}

/// Many codes come at once: the session may have ended since it was found.
async fn is_alive(connection: &mut Connection, session: i64, now: Timestamp) -> sqlx::Result<bool> {
    let row = session::store::find_by_id(connection, session).await?;
    Ok(row.is_some_and(|row| row.is_alive(seconds(now))))
}

async fn refuse(
    connection: &mut Connection,
    session: i64,
    staff: i64,
    now: Timestamp,
) -> sqlx::Result<CodeOutcome> {
    match session::store::count_wrong_code(connection, session).await? {
        None => return Ok(CodeOutcome::Over),
        Some(wrong) if wrong < MOST_WRONG => return Ok(CodeOutcome::Wrong),
        Some(_) => {}
    }
    session::store::end(connection, session, staff, now).await?;
    audit::store::insert(connection, Some(staff), now, "entered too many wrong codes", "").await?;
    Ok(CodeOutcome::Over)
}

fn hashes(app: &App, staff: i64, codes: &[String]) -> Vec<String> {
    codes.iter().map(|code| recovery::keyed_hash(&app.cipher, staff, code)).collect()
}

fn secret_place(email: &str) -> FieldId<'_> {
    FieldId { table: "staff", reference: email, column: "second_factor" }
}
