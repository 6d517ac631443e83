//! Takes in a complaint, and moves it to its next step.

use jiff::Timestamp;

use crate::mail;
use crate::mail::ClinicNotice;
use crate::patients::complaints::complaint::{Complaint, ComplaintStep};
use crate::patients::complaints::letter::{ComplaintNotice, SEVERAL};
use crate::patients::complaints::request::NewComplaint;
use crate::patients::complaints::store;
use crate::staff::audit::store::insert as audit;
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::encryption::token_hash;
use crate::storage::reference::{SubmissionKey, reference};
use crate::web::app::App;
use crate::web::error::Result;
use crate::web::form::own_words::own_words;

/// Data (Use and Access) Act 2025, section 103: a complaint is acknowledged within 30 days.
const ACKNOWLEDGED_WITHIN: i64 = 30 * 24 * 60 * 60;
/// So many notices to the clinic in an hour go one by one; in a flood the next ones are bundled.
const MOST_NOTICES_AN_HOUR: i64 = 10;

/// Stores a complaint and the notice of it in one transaction. The same key again is the same complaint.
pub async fn submit(app: &App, new: NewComplaint, key: &SubmissionKey) -> Result<()> {
    let now = app.clock.now();
    let sign = app.site.signs.read(&own_words([new.words.as_str()], &new.name, &new.phone)).kind();
    let complaint = Complaint {
        reference: reference("DP"),
        created_at: seconds(now),
        due_at: seconds(now) + ACKNOWLEDGED_WITHIN,
        acknowledged_at: None,
        ended_at: None,
        changed_at: seconds(now),
        name: new.name,
        email: new.email,
        phone: new.phone,
        sign,
        words: new.words,
        outcome: String::new(),
    };
    let key_hash = token_hash(key.as_str());
    let parts = app.clone();
    app.database
        .accept(move |connection| {
            Box::pin(async move {
                if store::find_reference(connection, &key_hash).await?.is_some() {
                    return Ok(());
                }
                store::insert(connection, &parts.cipher, &complaint, &key_hash).await?;
                notify_clinic(connection, &parts, &complaint, now).await
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(())
}

/// Tells the clinic of a complaint. In a flood one mail tells of several.
async fn notify_clinic(
    connection: &mut Connection,
    app: &App,
    complaint: &Complaint,
    now: Timestamp,
) -> sqlx::Result<()> {
    let read_first = complaint.sign.is_some();
    let notice = ClinicNotice {
        reference: &complaint.reference,
        one: ComplaintNotice { read_first },
        several: ComplaintNotice { read_first },
        several_reference: SEVERAL,
        most_an_hour: MOST_NOTICES_AN_HOUR,
    };
    let add = |waiting: &mut ComplaintNotice| waiting.read_first |= read_first;
    mail::notify_clinic(connection, app, notice, add, now).await
}

/// Takes a complaint a step on for a member of staff, who saw it as it was at `seen_at`. False when it had changed.
pub async fn advance(
    app: &App,
    staff: i64,
    reference: String,
    step: ComplaintStep,
    seen_at: i64,
) -> Result<bool> {
    let now: Timestamp = app.clock.now();
    let cipher = app.cipher.clone();
    Ok(app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let (moved, what) = match step {
                    ComplaintStep::Acknowledge => (
                        store::acknowledge(connection, &reference, seen_at, now).await?,
                        "acknowledged a complaint",
                    ),
                    ComplaintStep::Close(outcome) => (
                        store::close(connection, &cipher, &reference, &outcome, seen_at, now).await?,
                        "closed a complaint",
                    ),
                };
                if moved {
                    audit(connection, Some(staff), now, what, &reference).await?;
                }
                Ok(moved)
            })
        })
        .await?)
}
