//! Takes a report about a mail that was sent: the mail fails, its request says so, and a complaint stops mail.

use jiff::Timestamp;

use crate::consultations::notifications;
use crate::mail::bounces;
use crate::mail::bounces::{BounceEffect, BounceReport};
use crate::patients::reports;
use crate::storage::database::Connection;
use crate::storage::encryption::Cipher;

pub async fn take(
    connection: &mut Connection,
    cipher: &Cipher,
    report: &BounceReport,
    now: Timestamp,
) -> sqlx::Result<BounceEffect> {
    let applied = bounces::apply(connection, cipher, report, now).await?;
    if let Some(hash) = &applied.unwanted_by {
        reports::stop_on(connection, cipher, hash, now).await?;
    }
    if let Some((_, reference)) = applied.mail.filter(|(purpose, _)| purpose.is_to_patients()) {
        notifications::came_back(connection, &reference, now).await?;
    }
    Ok(applied.effect)
}
