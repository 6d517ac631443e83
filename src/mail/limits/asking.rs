//! Decides about each mail that a stranger requests, and counts it.

use jiff::Timestamp;

use crate::mail::limits::address_hashes::wide_hash;
use crate::mail::limits::allowance::{Allowance, NotSent};
use crate::mail::limits::stops::is_stopped;
use crate::mail::limits::store;
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::encryption::Cipher;
use crate::storage::retention;

/// Decides about one mail that a stranger asked for, and counts it when it is to be sent. Without bounds (for load
/// tests) only a stopped address gets nothing.
pub async fn ask(
    connection: &mut Connection,
    cipher: &Cipher,
    address: &str,
    bounded: bool,
    now: Timestamp,
) -> sqlx::Result<Allowance> {
    if is_stopped(connection, cipher, address).await? {
        return Ok(Allowance::No(NotSent::Stopped));
    }
    if !bounded {
        return Ok(Allowance::Send);
    }
    let hash = wide_hash(cipher, address);
    let allowance = store::counts(connection, &hash, seconds(now)).await?.allowance(now);
    if !matches!(allowance, Allowance::No(_)) {
        store::count(connection, &hash, seconds(now), seconds(allowance.due(now))).await?;
    }
    Ok(allowance)
}

/// Erases counts that no limit looks at any more.
pub async fn forget(connection: &mut Connection, now: Timestamp) -> sqlx::Result<()> {
    store::forget(connection, seconds(now) - retention::ASKED_MAIL).await
}
