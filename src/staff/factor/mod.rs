//! The second step of signing in: a code from an app on a phone, or a recovery code.

use jiff::Timestamp;

use super::session::HalfSignedIn;
use super::{Account, session, store as accounts};
use crate::app::App;
use crate::clock::seconds;
use crate::error::Result;
use crate::sealing::{Place, random_token};

pub mod pages;
pub mod recovery;
pub mod store;
pub mod totp;

use totp::Secret;

/// Wrong codes after which the password is asked again.
const MOST_WRONG: i64 = 5;

/// What came of a code.
pub enum Outcome {
    /// Signed in: the token of the new session.
    In(String),
    Wrong,
    /// Too many wrong ones: the session is over.
    Over,
}

/// What came of setting up.
pub enum SetUp {
    /// Signed in: the token of the new session, and the recovery codes, which are never shown again.
    Done(String, Vec<String>),
    Wrong,
    Over,
}

/// The code of someone who has a second factor, from their app or from their list.
pub async fn check(app: &App, half: &HalfSignedIn, typed: &str) -> Result<Outcome> {
    let (staff, session) = (half.account.id, half.session);
    let place = half.account.email.clone();
    let mark = recovery::mark(&app.sealer, staff, typed);
    let (typed, token, now) = (typed.to_owned(), random_token(), app.clock.now());
    let parts = app.clone();
    let outcome = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let (sealed, last_used) = store::secret(connection, staff).await?;
                let secret = Secret::parse(&parts.sealer.unseal(secret_place(&place), &sealed)?);
                let step = secret.step_of(&typed, seconds(now), last_used);
                if let Some(step) = step {
                    store::use_step(connection, staff, step).await?;
                } else if store::use_recovery_code(connection, staff, &mark).await? {
                    accounts::audit(connection, Some(staff), now, "used a recovery code", "").await?;
                } else {
                    return refuse(connection, session, staff, now).await;
                }
                session::start_full(connection, session, staff, &token, now).await?;
                Ok(Outcome::In(token))
            })
        })
        .await?;
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
        return Ok(if matches!(refused, Outcome::Over) { SetUp::Over } else { SetUp::Wrong });
    };
    let sealed = app.sealer.seal(secret_place(&half.account.email), &secret.in_letters());
    let codes = recovery::codes();
    let marks = marks(app, staff, &codes);
    let token = random_token();
    let new_token = token.clone();
    let taken = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                if !store::set_secret(connection, staff, &sealed, step).await? {
                    return Ok(false);
                }
                store::replace_recovery_codes(connection, staff, &marks).await?;
                accounts::audit(connection, Some(staff), now, "set up the second step", "").await?;
                session::start_full(connection, session, staff, &new_token, now).await?;
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
    let (marks, staff, now) = (marks(app, account.id, &codes), account.id, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move {
                store::replace_recovery_codes(connection, staff, &marks).await?;
                accounts::audit(connection, Some(staff), now, "made new recovery codes", "").await
            })
        })
        .await?;
    Ok(codes)
}

/// Forgets the second factor of an account and ends its sessions: it is set up again at the next sign-in.
pub async fn reset(connection: &mut sqlx::SqliteConnection, staff: i64, now: Timestamp) -> sqlx::Result<()> {
    store::forget_secret(connection, staff).await?;
    session::store::end_others(connection, staff, None, now).await
}

async fn refuse(
    connection: &mut sqlx::SqliteConnection,
    session: i64,
    staff: i64,
    now: Timestamp,
) -> sqlx::Result<Outcome> {
    if session::store::count_wrong_code(connection, session).await? < MOST_WRONG {
        return Ok(Outcome::Wrong);
    }
    session::store::end(connection, session, staff, now).await?;
    accounts::audit(connection, Some(staff), now, "entered too many wrong codes", "").await?;
    Ok(Outcome::Over)
}

fn marks(app: &App, staff: i64, codes: &[String]) -> Vec<String> {
    codes.iter().map(|code| recovery::mark(&app.sealer, staff, code)).collect()
}

fn secret_place(email: &str) -> Place<'_> {
    Place { table: "staff", reference: email, column: "second_factor" }
}
