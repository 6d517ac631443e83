//! Changes how to reach a patient, at their request, and tells the desk what changed.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::consultations::handling;
use crate::consultations::handling::Attention;
use crate::consultations::history;
use crate::consultations::request::Request;
use crate::consultations::request_form::Contact;
use crate::consultations::store;
use crate::web::app::App;

const CHANGED: &str = "changed their ";
/// What a patient may change, as the history names it.
const DETAILS: [&str; 5] =
    ["name", "email address", "phone number", "best time to call", "way to contact them"];

/// Replaces how to reach the patient, and lets the desk know what changed. False when the request is over.
pub async fn change_contact(app: &App, request: Request, contact: Contact) -> sqlx::Result<bool> {
    let now = app.clock.now();
    let parts = app.clone();
    let what = differences(&request, &contact);
    if what.is_empty() {
        return Ok(true);
    }
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let about = &request.reference;
                let changed = store::change_contact(connection, &parts.cipher, about, &contact, now).await?;
                if changed {
                    handling::store::set_attention(connection, about, Attention::Changed).await?;
                    // What was planned went by the old details.
                    handling::store::set_next_try(connection, about, None).await?;
                    note_change(connection, about, now, &what).await?;
                }
                Ok(changed)
            })
        })
        .await
}

/// Changes that follow one another are one line of the history, which says all that was changed.
async fn note_change(
    connection: &mut SqliteConnection,
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
            history::store::replace_event(connection, id, now, &in_words(&both)).await
        }
        _ => history::store::add_event(connection, about, now, "patient", &in_words(what)).await,
    }
}

/// Which details differ: never what they were or are.
fn differences(request: &Request, contact: &Contact) -> Vec<&'static str> {
    let differ = [
        request.name != contact.name,
        request.email != contact.email,
        request.phone != contact.phone,
        request.times != contact.times,
        request.method != contact.method,
    ];
    DETAILS.into_iter().zip(differ).filter(|(_, differs)| *differs).map(|(detail, _)| detail).collect()
}

fn in_words(details: &[&str]) -> String {
    match details.split_last() {
        None => CHANGED.trim_end().to_owned(),
        Some((last, [])) => format!("{CHANGED}{last}"),
        Some((last, others)) => format!("{CHANGED}{} and {last}", others.join(", ")),
    }
}
