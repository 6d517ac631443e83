//! The report by email: a whole page sent to an address that is used for nothing else and soon forgotten.

use jiff::Timestamp;

use crate::consultations;
use crate::consultations::summaries;
use crate::library::Sheet;
use crate::library::summary::Summary;
use crate::mail;
use crate::mail::limits;
use crate::mail::limits::Allowance;
use crate::mail::{NewMail, Purpose};
use crate::storage::clock::seconds;
use crate::storage::encryption::{random_token, token_hash};
use crate::storage::reference::{SubmissionKey, reference};
use crate::web::app::App;
use crate::web::error::Result;

use letter::{PrivateLink, ReportLetter};
use request::NewReport;

pub mod letter;
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

    fn of(answer: Option<Allowance>) -> State {
        match answer {
            Some(Allowance::Send) => State::Accepted,
            Some(Allowance::HoldUntil(_)) => State::Held,
            Some(Allowance::No(_)) | None => State::Suppressed,
        }
    }
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
    // Nothing that is stored leads from the report to the page behind its link.
    let link = summary.map(|summary| {
        (summary, PrivateLink { token: random_token(), expires_at: summaries::expires_at(now) })
    });
    let private = link.as_ref().map(|(_, link)| link.clone());
    let mail =
        NewMail::new(&ReportLetter::of(&report.name, sheets, private), &report.reference, &report.email);
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
                if let Some(answer @ (Allowance::Send | Allowance::HoldUntil(_))) = answer {
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
