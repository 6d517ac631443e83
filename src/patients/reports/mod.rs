//! The report by email: a whole page sent to an address that is used for nothing else and soon forgotten.

use jiff::Timestamp;

use crate::consultations;
use crate::consultations::summaries;
use crate::library::Sheet;
use crate::library::summary::Summary;
use crate::mail;
use crate::mail::Purpose;
use crate::mail::limits;
use crate::mail::limits::Answer;
use crate::storage::clock::seconds;
use crate::storage::encryption::{random_token, token_hash};
use crate::storage::reference::{SubmissionKey, reference};
use crate::web::app::App;
use crate::web::error::Result;

use request::NewReport;

mod letter;
pub mod pages;
pub mod request;
pub mod store;

/// What keys of this form are kept under.
const KIND: &str = "report";
/// The same pages to the same person within this time are sent once.
const SAME_REPORT_SECONDS: i64 = 60 * 60;

/// A report as it is stored.
pub struct Report {
    pub reference: String,
    pub created_at: Timestamp,
    /// Slugs with commas between them.
    pub about: String,
    pub name: String,
    pub email: String,
    pub content_mark: String,
    pub state: State,
}

/// What became of a report when it was asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum State {
    Accepted,
    /// Accepted in a flood: sent later.
    Held,
    /// Not sent: spam, too many to one address, or its owner asked us to stop.
    Suppressed,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Accepted => "accepted",
            State::Held => "held",
            State::Suppressed => "suppressed",
        }
    }

    fn of(answer: Option<Answer>) -> State {
        match answer {
            Some(Answer::Send) => State::Accepted,
            Some(Answer::Hold) => State::Held,
            Some(Answer::No(_)) | None => State::Suppressed,
        }
    }
}

/// A private link to make with a report. Nothing that is stored leads from one to the other.
struct PrivateLink {
    summary: Summary,
    token: String,
    expires_at: i64,
}

/// Stores a report, its key, its mail and the page behind its private link in one transaction. Whoever asked sees the
/// same page whatever came of it.
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
        content_mark: app.cipher.mark("report", &content),
        name: new.name,
        email: new.email,
        state: State::Accepted,
    };
    let link = summary.map(|summary| PrivateLink {
        summary,
        token: random_token(),
        expires_at: summaries::expires_at(now),
    });
    let stop = limits::stop_link(&app.site, &app.cipher, &report.email);
    let letter = letter::of(&app.site, sheets, link.as_ref(), &report, &stop)?;
    let message = app.sender.write(&letter, None, now)?;
    let key_hash = key.hash(KIND);
    let suspect = new.suspect;
    let parts = app.clone();
    app.database
        .accept(move |connection| {
            Box::pin(async move {
                if store::submitted(connection, &key_hash).await? {
                    return Ok(());
                }
                let (cipher, bounded) = (&parts.cipher, parts.limits.bounds_mail());
                let since = seconds(now) - SAME_REPORT_SECONDS;
                let again = store::same_content(connection, &report.content_mark, since).await?;
                let answer = if suspect || again {
                    None
                } else {
                    Some(limits::ask(connection, cipher, &report.email, bounded, now).await?)
                };
                let mut report = report;
                report.state = State::of(answer);
                store::insert(connection, &parts.cipher, &report).await?;
                store::remember_key(connection, &key_hash, &report.reference, now).await?;
                if let Some(answer @ (Answer::Send | Answer::Hold)) = answer {
                    if let Some(link) = link {
                        let hash = token_hash(&link.token);
                        let (summary, ends) = (&link.summary, link.expires_at);
                        summaries::store::insert(connection, &parts.cipher, &hash, summary, ends).await?;
                    }
                    mail::keep(connection, cipher, &message, now, answer.due(now)).await?;
                }
                Ok(())
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(())
}

/// Sends nothing more to an address, and takes back what waits. The desk sees which patients are then not told.
pub async fn stop(app: &App, address_mark: String) -> Result<()> {
    let now = app.clock.now();
    let parts = app.clone();
    app.database
        .write(move |connection| {
            Box::pin(async move {
                for mail in limits::stop(connection, &parts.cipher, &address_mark, now).await? {
                    if mail.purpose == Purpose::Report {
                        store::suppress(connection, &mail.reference).await?;
                    } else {
                        consultations::notifications::stopped(connection, &mail.reference, now).await?;
                    }
                }
                Ok(())
            })
        })
        .await?;
    app.database.truncate_log().await?;
    Ok(())
}
