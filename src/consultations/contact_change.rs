//! A patient changes how to reach them, and the desk is let know what changed.

use crate::consultations::handling;
use crate::consultations::handling::Attention;
use crate::consultations::request::Request;
use crate::consultations::request_form::Contact;
use crate::consultations::store;
use crate::web::app::App;

/// Replaces how to reach the patient, and lets the desk know what changed. False when the request is over.
pub async fn change_contact(app: &App, request: Request, contact: Contact) -> sqlx::Result<bool> {
    let now = app.clock.now();
    let parts = app.clone();
    let Some(what) = differences(&request, &contact) else { return Ok(true) };
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let about = &request.reference;
                let changed = store::change_contact(connection, &parts.cipher, about, &contact, now).await?;
                if changed {
                    handling::store::set_attention(connection, about, Attention::Changed).await?;
                    // What was planned went by the old details.
                    handling::store::set_next_try(connection, about, None).await?;
                    store::add_event(connection, about, now, "patient", &what).await?;
                }
                Ok(changed)
            })
        })
        .await
}

/// Which details differ, in words for the history: never what they were or are.
fn differences(request: &Request, contact: &Contact) -> Option<String> {
    let all = [
        (request.name != contact.name, "name"),
        (request.email != contact.email, "email address"),
        (request.phone != contact.phone, "phone number"),
        (request.times != contact.times, "best time to call"),
        (request.method != contact.method, "way to contact them"),
    ];
    let differ: Vec<&str> = all.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what).collect();
    let (last, others) = differ.split_last()?;
    Some(match others {
        [] => format!("changed their {last}"),
        others => format!("changed their {} and {last}", others.join(", ")),
    })
}
