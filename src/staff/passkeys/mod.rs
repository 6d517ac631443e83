//! Passkeys of an account: added, removed, and used in place of password and code.
//!
//! A passkey stands for both steps, since the device asks its owner for a finger, a face or its own code each time, and
//! says so. What a browser sends is checked in `verification`; each challenge is given to one browser and used once.

use std::net::IpAddr;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::staff::account::Account;
use crate::staff::audit;
use crate::staff::session::HalfSignedIn;
use crate::staff::{places, session, store as accounts};
use crate::storage::database::is_constraint;
use crate::storage::encryption::{random, random_token, token_hash};
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::Fields;

use challenges::Asker;
use relying_party::RelyingParty;
use verification::{NewCredential, PasskeyRefusal};

pub mod challenges;
pub mod public_key;
pub mod relying_party;
pub mod store;
pub mod verification;

/// More are refused: nobody holds so many devices.
const MOST: i64 = 20;

/// Why a passkey was not added or did not sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAccepted {
    /// The challenge was used, has ended, or was given to another browser.
    TooLate,
    /// Nobody who may sign in has it.
    Unknown,
    TooMany,
    Refused(PasskeyRefusal),
}

impl From<PasskeyRefusal> for NotAccepted {
    fn from(refusal: PasskeyRefusal) -> NotAccepted {
        NotAccepted::Refused(refusal)
    }
}

/// What a page needs to have a passkey made.
pub struct NewPasskey {
    pub challenge: String,
    /// What devices know the account by.
    pub handle: String,
    /// Of passkeys that are there: a device that holds one makes no second.
    pub others: Vec<String>,
}

/// What a browser sent of a passkey.
pub struct Assertion {
    id: String,
    handle: String,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
}

/// Who signed in, and the token of their session.
pub struct SignedInByKey {
    pub staff: i64,
    pub token: String,
}

impl Assertion {
    /// Nothing when a field is missing or is not base64url.
    pub fn read(fields: &Fields) -> Option<Assertion> {
        Some(Assertion {
            id: fields.text("credential"),
            handle: fields.text("handle"),
            client_data: bytes(fields, "client_data")?,
            authenticator_data: bytes(fields, "authenticator_data")?,
            signature: bytes(fields, "signature")?,
        })
    }
}

/// The owner gave their password and a name: they may make one within 5 minutes.
pub async fn begin(app: &App, me: &Account, session: i64, name: String) -> Result<NewPasskey> {
    let (staff, new) = (me.id, BASE64_URL_SAFE_NO_PAD.encode(random::<32>()));
    let handle = app
        .database
        .write(move |connection| Box::pin(async move { store::handle(connection, staff, &new).await }))
        .await?;
    let others = store::credential_ids(app.database.readers(), me.id).await?;
    let challenge = challenges::give(Asker::NewPasskey { session, name }, app.clock.elapsed_seconds());
    Ok(NewPasskey { challenge, handle, others })
}

/// Adds the passkey that a browser made.
pub async fn add(
    app: &App,
    party: &RelyingParty,
    me: &Account,
    session: i64,
    fields: &Fields,
) -> Result<std::result::Result<(), NotAccepted>> {
    let checked = || -> std::result::Result<(NewCredential, String), NotAccepted> {
        let client_data = bytes(fields, "client_data").ok_or(PasskeyRefusal::Malformed)?;
        let device = bytes(fields, "authenticator_data").ok_or(PasskeyRefusal::Malformed)?;
        let given = challenges::take(&verification::challenge(&client_data)?, app.clock.elapsed_seconds());
        let Some(Asker::NewPasskey { session: asked, name }) = given else {
            return Err(NotAccepted::TooLate);
        };
        if asked != session {
            return Err(NotAccepted::TooLate);
        }
        Ok((verification::new_credential(party, &client_data, &device)?, name))
    };
    let (new, name) = match checked() {
        Ok(checked) => checked,
        Err(refused) => return Ok(Err(refused)),
    };
    let (staff, now) = (me.id, app.clock.now());
    let added = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let added = store::insert(connection, staff, &new, &name, now, MOST).await?;
                if added {
                    audit::store::insert(connection, Some(staff), now, "added a passkey", "").await?;
                }
                Ok(added)
            })
        })
        .await;
    match added {
        Ok(true) => Ok(Ok(())),
        Ok(false) => Ok(Err(NotAccepted::TooMany)),
        // No device makes two of one name: it is a copy of one that is here.
        Err(error) if is_constraint(&error) => Ok(Err(PasskeyRefusal::Malformed.into())),
        Err(error) => Err(error.into()),
    }
}

/// Removes one of one's own, and ends every other session: it may have begun with it. False when there is none.
pub async fn remove(app: &App, me: &Account, session: i64, id: i64) -> Result<bool> {
    let (staff, now) = (me.id, app.clock.now());
    Ok(app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let removed = store::remove(connection, id, staff).await?;
                if removed {
                    session::store::end_others(connection, staff, Some(session), now).await?;
                    audit::store::insert(connection, Some(staff), now, "removed a passkey", "").await?;
                }
                Ok(removed)
            })
        })
        .await?)
}

/// A challenge for a browser that nobody signed in with, known by the token in its cookie.
pub fn challenge_for_browser(app: &App, token: &str) -> String {
    challenges::give(Asker::Browser(token_hash(token)), app.clock.elapsed_seconds())
}

/// A challenge for who entered their password.
pub fn challenge_for_half(app: &App, half: &HalfSignedIn) -> String {
    challenges::give(Asker::HalfSession(half.session), app.clock.elapsed_seconds())
}

/// Signs in whoever holds the passkey, in the browser of this token.
pub async fn sign_in(
    app: &App,
    from: IpAddr,
    party: &RelyingParty,
    token: &str,
    sent: &Assertion,
) -> Result<std::result::Result<SignedInByKey, NotAccepted>> {
    check(app, from, party, &Asker::Browser(token_hash(token)), None, sent).await
}

/// The second step of who entered their password.
pub async fn second_step(
    app: &App,
    from: IpAddr,
    party: &RelyingParty,
    half: &HalfSignedIn,
    sent: &Assertion,
) -> Result<std::result::Result<SignedInByKey, NotAccepted>> {
    check(app, from, party, &Asker::HalfSession(half.session), Some(half), sent).await
}

async fn check(
    app: &App,
    from: IpAddr,
    party: &RelyingParty,
    asker: &Asker,
    half: Option<&HalfSignedIn>,
    sent: &Assertion,
) -> Result<std::result::Result<SignedInByKey, NotAccepted>> {
    let challenge = match verification::challenge(&sent.client_data) {
        Ok(challenge) => challenge,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    if challenges::take(&challenge, app.clock.elapsed_seconds()).as_ref() != Some(asker) {
        return Ok(Err(NotAccepted::TooLate));
    }
    let found = store::find(app.database.readers(), &sent.id).await?;
    let Some(found) = found.filter(|found| is_whose(found, half, &sent.handle)) else {
        return Ok(Err(NotAccepted::Unknown));
    };
    let key = BASE64_URL_SAFE_NO_PAD.decode(&found.public_key).unwrap_or_default();
    let (said, device) = (&sent.client_data, &sent.authenticator_data);
    let count = match verification::assertion(party, &key, found.sign_count, said, device, &sent.signature) {
        Ok(count) => count,
        Err(refusal) => {
            if refusal == PasskeyRefusal::CounterWentBack {
                tracing::warn!("a passkey of the desk was used whose counter went back: there may be a copy");
                audit::note(app, found.staff_id, WENT_BACK, String::new()).await?;
            }
            return Ok(Err(refusal.into()));
        }
    };
    let (staff, session, token, now) =
        (found.staff_id, half.map(|half| half.session), random_token(), app.clock.now());
    let new_token = token.clone();
    let let_in = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                if !store::note_use(connection, &found, count, now).await? {
                    return Ok(false);
                }
                audit::store::insert(connection, Some(staff), now, "used a passkey", "").await?;
                session::start_full(connection, session, staff, &new_token, now).await?;
                Ok(true)
            })
        })
        .await?;
    if !let_in {
        return Ok(Err(NotAccepted::Unknown));
    }
    places::note(app, from, &accounts::find(app.database.readers(), staff).await?).await?;
    Ok(Ok(SignedInByKey { staff, token }))
}

/// What the audit says of a passkey that may have been copied.
const WENT_BACK: &str = "a passkey was refused: its counter went back";

/// A device says whose passkey it is, but as a second step it need not. Who entered a password uses a passkey of theirs.
fn is_whose(found: &store::StoredCredential, half: Option<&HalfSignedIn>, handle: &str) -> bool {
    match half {
        None => handle == found.handle,
        Some(half) => half.account.id == found.staff_id && (handle.is_empty() || handle == found.handle),
    }
}

fn bytes(fields: &Fields, name: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(fields.text(name)).ok().filter(|bytes| !bytes.is_empty())
}
