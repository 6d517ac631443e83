//! Changes how to reach a patient: at their request, which the desk is told of, or by staff who were told.

use jiff::Timestamp;

use crate::consultations::handling;
use crate::consultations::handling::Attention;
use crate::consultations::history;
use crate::consultations::merges;
use crate::consultations::notifications;
use crate::consultations::notifications::By;
use crate::consultations::request::Request;
use crate::consultations::request_form::Contact;
use crate::consultations::store;
use crate::storage::database::Connection;
use crate::storage::encryption::{random_token, token_hash};
use crate::web::app::App;
use crate::web::form::own_words::own_words;

const CHANGED: &str = "changed their ";
const CORRECTED: &str = "corrected their ";
/// What may change, as the history names it.
const DETAILS: [&str; 5] =
    ["name", "email address", "phone number", "best time to call", "way to contact them"];

/// Replaces how to reach the patient, and lets the desk know what changed. Gives the token of the private page from now
/// on; nothing when the request is over.
///
/// Another email address has another private page, so that the link in a mailbox that was not theirs ends.
pub async fn change_contact(
    app: &App,
    request: Request,
    contact: Contact,
    token: String,
) -> sqlx::Result<Option<String>> {
    let now = app.clock.now();
    let parts = app.clone();
    let what = differences(&request, &contact);
    if what.is_empty() {
        return Ok(Some(token));
    }
    let token = if request.email == contact.email { token } else { random_token() };
    let changed = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let about = &request.reference;
                if !store::change_contact(connection, &parts.cipher, about, &contact, now).await? {
                    return Ok(None);
                }
                handling::store::set_attention(connection, about, Attention::Changed).await?;
                read_signs(connection, &parts, &request, &contact).await?;
                // What was planned went by the old details.
                handling::store::set_next_try(connection, about, None).await?;
                note_change(connection, about, now, &what).await?;
                if let Some(into) = merges::store::parent(connection, about).await? {
                    note_with_other(connection, &into, about, now).await?;
                }
                if request.email != contact.email {
                    move_mail(connection, &parts, about, &token, By::Patient, now).await?;
                }
                Ok(Some(token))
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(changed)
}

/// Staff look at the request that it is merged into.
async fn note_with_other(
    connection: &mut Connection,
    into: &str,
    about: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    handling::store::set_attention(connection, into, Attention::Changed).await?;
    handling::store::set_next_try(connection, into, None).await?;
    let what = format!("changed how to reach them in {about}, which is merged into it");
    match history::store::last_event(connection, into).await? {
        Some((id, who, before)) if who == "patient" && before == what => {
            history::store::replace_event(connection, id, now, &what).await
        }
        _ => history::store::add_event(connection, into, now, "patient", &what).await,
    }
}

/// The same by staff, who see the request as it is. Says what was done as the history says it.
pub async fn correct(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    contact: Contact,
    now: Timestamp,
) -> sqlx::Result<String> {
    let about = &request.reference;
    let what = differences(request, &contact);
    store::change_contact(connection, &app.cipher, about, &contact, now).await?;
    read_signs(connection, app, request, &contact).await?;
    let standing = handling::store::standing(connection, about).await?;
    let corrected = match standing.attention.parse() {
        Ok(Attention::WrongNumber) => request.phone != contact.phone,
        Ok(Attention::WrongAddress) => request.email != contact.email,
        _ => false,
    };
    if corrected {
        handling::store::set_attention(connection, about, Attention::None).await?;
        // Somebody waits for a call that did not reach them.
        handling::store::set_next_try(connection, about, Some(now)).await?;
    }
    if request.email != contact.email {
        move_mail(connection, app, about, &random_token(), By::Staff, now).await?;
    }
    Ok(in_words(CORRECTED, &what))
}

/// A name and a number are typed freely: a sign that needs help may stand there too.
async fn read_signs(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    contact: &Contact,
) -> sqlx::Result<()> {
    let sign = app.site.signs.read(&own_words([], &contact.name, &contact.phone)).kind();
    if sign > request.sign {
        store::set_sign(connection, &request.reference, sign).await?;
    }
    Ok(())
}

async fn move_mail(
    connection: &mut Connection,
    app: &App,
    about: &str,
    token: &str,
    by: By,
    now: Timestamp,
) -> sqlx::Result<()> {
    handling::store::set_token(connection, &app.cipher, about, token, &token_hash(token)).await?;
    let request = store::find_as_it_is(connection, &app.cipher, about).await?;
    notifications::follow_address(connection, app, &request, token, by, now).await
}

/// Changes that follow one another are one line of the history, which says all that was changed.
async fn note_change(
    connection: &mut Connection,
    about: &str,
    now: Timestamp,
    what: &[&'static str],
) -> sqlx::Result<()> {
    match history::store::last_event(connection, about).await? {
        Some((id, who, before)) if who == "patient" && before.starts_with(CHANGED) => {
            let both: Vec<&str> = DETAILS
                .into_iter()
                .filter(|detail| what.contains(detail) || before.contains(detail))
                .collect();
            history::store::replace_event(connection, id, now, &in_words(CHANGED, &both)).await
        }
        _ => history::store::add_event(connection, about, now, "patient", &in_words(CHANGED, what)).await,
    }
}

/// Which details differ: never what they were or are.
pub fn differences(request: &Request, contact: &Contact) -> Vec<&'static str> {
    let differ = [
        request.name != contact.name,
        request.email != contact.email,
        request.phone != contact.phone,
        request.times != contact.times,
        request.method != contact.method,
    ];
    DETAILS.into_iter().zip(differ).filter(|(_, differs)| *differs).map(|(detail, _)| detail).collect()
}

fn in_words(did: &str, details: &[&str]) -> String {
    match details.split_last() {
        None => did.trim_end().to_owned(),
        Some((last, [])) => format!("{did}{last}"),
        Some((last, others)) => format!("{did}{} and {last}", others.join(", ")),
    }
}
