//! Remembers from which networks each account signed in lately, as keyed hashes that outlive a restart.

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
    Ok(store::knows_place(app.database.readers(), &place_hash(&app.cipher, from, email)).await?)
}

/// A right password came from there.
pub async fn note(app: &App, from: IpAddr, account: &Account) -> Result<()> {
    let (hash, staff, now): (String, i64, Timestamp) =
        (place_hash(&app.cipher, from, &account.email), account.id, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move { store::note_place(connection, &hash, staff, now).await })
        })
        .await?;
    Ok(())
}

fn place_hash(cipher: &Cipher, from: IpAddr, email: &str) -> String {
    cipher.keyed_hash("sign-in place", &format!("{}\0{email}", network(from)))
}
