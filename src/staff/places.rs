//! From where each account was signed in to lately, as keyed marks that outlive a restart.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::staff::account::Account;
use crate::staff::store;
use crate::storage::encryption::Cipher;
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::security::network;

/// True when a right password for this address came from this network lately.
pub async fn is_known(app: &App, from: IpAddr, email: &str) -> Result<bool> {
    Ok(store::knows_place(app.database.readers(), &mark(&app.cipher, from, email)).await?)
}

/// A right password came from there.
pub async fn note(app: &App, from: IpAddr, account: &Account) -> Result<()> {
    let (mark, staff, now): (String, i64, Timestamp) =
        (mark(&app.cipher, from, &account.email), account.id, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move { store::note_place(connection, &mark, staff, now).await })
        })
        .await?;
    Ok(())
}

fn mark(cipher: &Cipher, from: IpAddr, email: &str) -> String {
    cipher.mark("sign-in place", &format!("{}\0{email}", network(from)))
}
