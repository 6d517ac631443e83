//! The lists of mail that staff look at.

use crate::clinic::Role;
use crate::mail::follow_up::filter::Filter;
use crate::mail::follow_up::mail::Mail;
use crate::mail::follow_up::store;
use crate::storage::database::Readers;
use crate::storage::encryption::Cipher;

/// One page of the list, newest first, and how many there are in all. Opens no address.
pub async fn list(readers: &Readers, cipher: &Cipher, filter: &Filter) -> sqlx::Result<(Vec<Mail>, i64)> {
    let rows = store::list(readers, filter).await?;
    let mails = rows.into_iter().map(|row| Mail::open(row, cipher, None)).collect();
    Ok((mails, store::count(readers, filter).await?))
}

/// What a person has to do something about, the longest waiting first, and how many there are in all.
pub async fn tasks(readers: &Readers, cipher: &Cipher, role: Role) -> sqlx::Result<(Vec<Mail>, i64)> {
    let rows = store::tasks(readers).await?;
    let mails = rows.into_iter().map(|row| Mail::open(row, cipher, Some(role))).collect();
    Ok((mails, store::count_tasks(readers).await?))
}

pub async fn find(readers: &Readers, cipher: &Cipher, id: i64, role: Role) -> sqlx::Result<Mail> {
    Ok(Mail::open(store::find(readers, id).await?, cipher, Some(role)))
}
