//! Takes a report in, with its mail and private link, and stops mail to an address.

use jiff::Timestamp;

use crate::consultations;
use crate::consultations::summaries;
use crate::library::Sheet;
use crate::library::summary::Summary;
use crate::mail;
use crate::mail::limits;
use crate::mail::limits::Allowance;
use crate::mail::{NewMail, Purpose};
use crate::patients::reports::letter::{PrivateLink, ReportLetter};
use crate::patients::reports::report::{Report, ReportState};
use crate::patients::reports::request::NewReport;
use crate::patients::reports::store;
use crate::storage::clock::seconds;
use crate::storage::database::Connection;
use crate::storage::encryption::Cipher;
use crate::storage::encryption::{random_token, token_hash};
use crate::storage::reference::{SubmissionKey, reference};
use crate::storage::submissions;
use crate::web::app::App;
use crate::web::error::Result;

/// What keys of this form are kept under.
pub const KIND: &str = "report";
/// The same pages to the same person within this time are sent once.
const SAME_REPORT_SECONDS: i64 = 60 * 60;

/// Stores a report, its key, its mail and the page behind its private link in one transaction. The same again within the
/// hour is the same report.
pub async fn submit(
    app: &App,
    sheets: &[&Sheet],
    summary: Option<Summary>,
    new: NewReport,
    key: &SubmissionKey,
) -> Result<()> {
    let now = app.clock.now();
    let about = sheets.iter().map(|sheet| sheet.slug.as_str()).collect::<Vec<_>>().join(",");
    // Each private link is another one, so a report with a link is never the same as one before.
    let own = if summary.is_some() { key.as_str() } else { "" };
    let content = [new.email.as_str(), &new.name, &about, own].join("\0");
    let report = Report {
        reference: reference("RP"),
        created_at: now,
        about,
        content_hash: app.cipher.keyed_hash("report", &content),
        name: new.name,
        email: new.email,
        state: ReportState::Accepted,
    };
    // Nothing that is stored leads from the report to the page behind its link.
    let link = summary.map(|summary| {
        (summary, PrivateLink { token: random_token(), expires_at: summaries::expires_at(now) })
    });
    let private = link.as_ref().map(|(_, link)| link.clone());
    let mail =
        NewMail::new(&ReportLetter::of(&report.name, sheets, private), &report.reference, &report.email);
    let key_hash = key.hash(KIND);
    let parts = app.clone();
    app.database
        .accept(move |connection| {
            Box::pin(async move {
                if submissions::find(connection, &key_hash).await?.is_some() {
                    return Ok(());
                }
                let (cipher, bounded) = (&parts.cipher, parts.limits.bounds_mail());
                let since = seconds(now) - SAME_REPORT_SECONDS;
                if let Some(before) = store::same_content(connection, &report.content_hash, since).await? {
                    return submissions::insert(connection, &key_hash, KIND, &before, now).await;
                }
                let answer = limits::ask(connection, cipher, &report.email, bounded, now).await?;
                let mut report = report;
                report.state = ReportState::of(answer);
                store::insert(connection, &parts.cipher, &report).await?;
                submissions::insert(connection, &key_hash, KIND, &report.reference, now).await?;
                if let Allowance::Send | Allowance::HoldUntil(_) = answer {
                    if let Some((summary, link)) = link {
                        let (hash, ends) = (token_hash(&link.token), link.expires_at);
                        summaries::store::insert(connection, &parts.cipher, &hash, &summary, ends).await?;
                    }
                    mail::enqueue(connection, &parts, mail, now, answer.due(now)).await?;
                }
                Ok(())
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(())
}

/// Sends nothing more to an address, and takes back what waits. The desk sees which patients are then not told.
pub async fn stop(app: &App, address_hash: String) -> Result<()> {
    let now = app.clock.now();
    let parts = app.clone();
    app.database
        .write(move |connection| {
            Box::pin(async move { stop_on(connection, &parts.cipher, &address_hash, now).await })
        })
        .await?;
    app.database.truncate_log().await?;
    Ok(())
}

/// The same within a transaction.
pub async fn stop_on(
    connection: &mut Connection,
    cipher: &Cipher,
    address_hash: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    for mail in limits::stop(connection, cipher, address_hash, now).await? {
        if mail.purpose == Purpose::Report {
            store::suppress(connection, &mail.reference).await?;
        } else {
            consultations::notifications::stopped(connection, &mail.reference, now).await?;
        }
    }
    Ok(())
}
