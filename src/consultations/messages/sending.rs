//! Sends a message to a patient, in the transaction that notes it with the request.

use jiff::Timestamp;

use crate::consultations::handling::{Attention, store as handling};
use crate::consultations::messages::letter::MessageLetter;
use crate::consultations::messages::new_message::NewMessage;
use crate::consultations::messages::store;
use crate::consultations::notifications;
use crate::consultations::private_page::private_token;
use crate::consultations::request::Request;
use crate::staff::Account;
use crate::storage::database::Connection;
use crate::web::app::App;

/// Whether a message can go now: there is an address, and its owner did not stop mail to it.
pub async fn can_write(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let stands_in_the_way = notifications::cannot_mail(connection, app, request, now).await?;
    Ok(!request.email.is_empty() && stands_in_the_way.is_none())
}

/// Sends it, and says what was done as the history says it.
pub async fn send(
    connection: &mut Connection,
    app: &App,
    me: &Account,
    request: &Request,
    new: NewMessage,
    now: Timestamp,
) -> sqlx::Result<&'static str> {
    let about = &request.reference;
    let clinical = new.may_be_clinical && me.role.sees_words();
    store::insert(connection, &app.cipher, about, me.id, (&new.words, clinical), now).await?;
    let token = private_token(connection, app, about).await?;
    let letter = MessageLetter::of(request, new.words, token);
    notifications::write(connection, app, request, &letter, now).await?;
    if new.is_contact {
        handling::set_attention(connection, about, Attention::None).await?;
    }
    Ok(match new.may_be_clinical {
        true => "wrote to the patient by email, with words that may be about their health",
        false => "wrote to the patient by email",
    })
}
