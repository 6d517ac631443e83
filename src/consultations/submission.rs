//! Takes a request in: once, however often it is sent, with its history, its mails and all that was answered.

use crate::consultations::history;
use crate::staff::audit;
use crate::storage::database::Connection;
use jiff::Timestamp;

use crate::consultations::notifications;
use crate::consultations::notifications::By;
use crate::consultations::request::Request;
use crate::consultations::request_form::NewRequest;
use crate::consultations::request_state::RequestState;
use crate::consultations::summaries;
use crate::consultations::{handling, store};
use crate::library::Library;
use crate::library::summary::Summary;
use crate::storage::clock::seconds;
use crate::storage::encryption::token_hash;
use crate::storage::reference::{SubmissionKey, reference};
use crate::storage::submissions;
use crate::web::app::App;
use crate::web::error::Result;

/// What keys of this form are kept under.
pub const KIND: &str = "consultation";
/// The same words from the same person within this time are one request, however often they are sent.
const SAME_REQUEST_SECONDS: i64 = 24 * 60 * 60;

/// A request that was taken in.
pub struct TakenRequest {
    pub reference: String,
    /// Leads to its confirmation: the key that it came with, or another where that had led to other words before.
    pub key: SubmissionKey,
}

/// Stores a request, its key and its mails in one transaction.
///
/// The same answers within a day are the same request, however often they are sent. `shared` is the summary that the
/// person chose to share.
pub async fn submit(
    app: &App,
    library: &Library,
    new: NewRequest,
    shared: Option<Summary>,
    key: &SubmissionKey,
) -> Result<TakenRequest> {
    take(app, library, new, shared, key, None).await
}

/// The same for a request that a member of staff types in while the patient is on the phone.
pub async fn submit_by_phone(
    app: &App,
    library: &Library,
    new: NewRequest,
    key: &SubmissionKey,
    staff: i64,
) -> Result<String> {
    Ok(take(app, library, new, None, key, Some(staff)).await?.reference)
}

async fn take(
    app: &App,
    library: &Library,
    new: NewRequest,
    shared: Option<Summary>,
    key: &SubmissionKey,
    staff: Option<i64>,
) -> Result<TakenRequest> {
    let now = app.clock.now();
    let content_hash = content_hash(app, &new);
    let mut request = new_request(app, library, new, shared.as_ref());
    let (mut key, spare) = (key.clone(), SubmissionKey::new(&app.cipher, &app.clock));
    let parts = app.clone();
    let taken = app
        .database
        .accept(move |connection| {
            Box::pin(async move {
                if let Some(reference) = submissions::find(connection, &key.hash(KIND)).await? {
                    // What was withdrawn has no hash.
                    let hash = store::content_hash(connection, &reference).await?;
                    if hash.is_none_or(|hash| hash == content_hash) {
                        return Ok(TakenRequest { reference, key });
                    }
                    key = spare;
                }
                let since = seconds(now) - SAME_REQUEST_SECONDS;
                if let Some(reference) = store::same_content(connection, &content_hash, since).await? {
                    submissions::insert(connection, &key.hash(KIND), KIND, &reference, now).await?;
                    join(connection, &parts, &reference, &request, shared.as_ref(), now).await?;
                    return Ok(TakenRequest { reference, key });
                }
                let token = key.private_token(&parts.cipher);
                request.token_hash = token_hash(&token);
                store::insert(connection, &parts.cipher, &request, &content_hash).await?;
                submissions::insert(connection, &key.hash(KIND), KIND, &request.reference, now).await?;
                begin(connection, &parts, &request, &token, shared.as_ref(), staff).await?;
                Ok(TakenRequest { reference: request.reference, key })
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(taken)
}

/// Everything that a person answered: what differs in any of it is another request, so that nothing is lost.
fn content_hash(app: &App, new: &NewRequest) -> String {
    let contact = &new.contact;
    let times = contact.times.iter().map(|time| time.word()).collect::<Vec<_>>().join(",");
    let mut all = vec![contact.name.as_str(), &contact.email, &contact.phone, contact.method.word(), &times];
    all.extend(new.answers.pairs().map(|(_, answer)| answer));
    app.cipher.keyed_hash("consultation", &all.join("\0"))
}

fn new_request(app: &App, library: &Library, new: NewRequest, shared: Option<&Summary>) -> Request {
    let now = app.clock.now();
    let sign = app.site.signs.read(&new.words(shared)).kind();
    let contact = new.contact;
    Request {
        reference: reference("BP"),
        state: RequestState::New,
        created_at: now,
        due_at: app.site.clinic.calendar().promise(now).due.timestamp(),
        changed_at: seconds(now),
        sign,
        spam: false,
        method: contact.method,
        times: contact.times,
        name: contact.name,
        email: contact.email,
        phone: contact.phone,
        answers: new.answers,
        // Its key decides.
        token_hash: String::new(),
        merged_into: None,
        about: library.sheet(&new.about).map(|sheet| sheet.slug.clone()).unwrap_or_default(),
        unreadable: Vec::new(),
    }
}

/// What belongs to a new request: how it came, what is shared with it, its history and its mails.
async fn begin(
    connection: &mut Connection,
    app: &App,
    request: &Request,
    token: &str,
    shared: Option<&Summary>,
    staff: Option<i64>,
) -> sqlx::Result<()> {
    let (about, now) = (&request.reference, request.created_at);
    let channel = if staff.is_some() { "phone" } else { "site" };
    handling::store::enrol(connection, &app.cipher, about, channel, token).await?;
    if let Some(summary) = shared {
        summaries::store::share(connection, &app.cipher, about, summary).await?;
    }
    history::store::add_event(connection, about, now, "patient", "asked").await?;
    if let Some(staff) = staff {
        let who = format!("staff:{staff}");
        history::store::add_event(connection, about, now, &who, "typed it in from a call").await?;
        audit::store::insert(connection, Some(staff), now, "typed in a call", about).await?;
    }
    let by = if staff.is_some() { By::Staff } else { By::Patient };
    notifications::confirm(connection, app, request, token, by, now).await?;
    // Who types it in knows of it already.
    if staff.is_none() {
        notifications::notify_clinic(connection, app, request, now).await?;
    }
    Ok(())
}

/// The same answers again: what is new beside them is taken in.
async fn join(
    connection: &mut Connection,
    app: &App,
    reference: &str,
    again: &Request,
    shared: Option<&Summary>,
    now: Timestamp,
) -> sqlx::Result<()> {
    if let Some(summary) = shared {
        summaries::store::share(connection, &app.cipher, reference, summary).await?;
    }
    let before = store::find_on(connection, &app.cipher, reference).await?;
    if again.sign > before.sign {
        store::set_sign(connection, reference, again.sign).await?;
        handling::store::touch(connection, reference, now).await?;
    }
    Ok(())
}
