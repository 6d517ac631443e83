//! The report by email: a whole page sent to an address that is used for nothing else and soon forgotten.

use std::time::Duration;

use jiff::Timestamp;

use crate::app::App;
use crate::assessment::summary::Summary;
use crate::clock::seconds;
use crate::error::Result;
use crate::form::email;
use crate::library::Sheet;
use crate::mail;
use crate::reference::{SubmissionKey, reference};
use crate::sealing::{Sealer, random_token, token_hash};
use crate::summaries;

mod letter;
pub mod pages;
pub mod request;
pub mod store;

use request::NewReport;

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
/// Reports to one address: this many at once, then one an hour, and no more in a day than `MOST_A_DAY`.
const FREE: i64 = 3;
const MOST_A_DAY: i64 = 5;
/// Reports to everyone together in an hour; more are held back and staff are alerted.
const MOST_AN_HOUR_IN_ALL: i64 = 60;
const HELD_BACK: Duration = Duration::from_secs(60 * 60);

/// A report as it is stored.
pub struct Report {
    pub reference: String,
    pub created_at: Timestamp,
    /// Slugs with commas between them.
    pub about: String,
    pub name: String,
    pub email: String,
    pub address_mark: String,
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
    let address_mark = app.sealer.mark("report address", &email::comparable(&new.email));
    let about = sheets.iter().map(|sheet| sheet.slug.as_str()).collect::<Vec<_>>().join(",");
    // Each private link is another one, so a report with a link is never the same as one before.
    let own = if summary.is_some() { key.as_str() } else { "" };
    let content = [&address_mark, new.name.as_str(), &about, own].join("\0");
    let report = Report {
        reference: reference("RP"),
        created_at: now,
        about,
        content_mark: app.sealer.mark("report", &content),
        name: new.name,
        email: new.email,
        address_mark,
        state: State::Accepted,
    };
    let link = summary.map(|summary| PrivateLink {
        summary,
        token: random_token(),
        expires_at: summaries::expires_at(now),
    });
    let stop = stop_token(&app.sealer, &report.address_mark);
    let letter = letter::of(&app.site, sheets, link.as_ref(), &report, &stop)?;
    let key_hash = token_hash(key.as_str());
    let suspect = new.suspect;
    let parts = app.clone();
    let state = app
        .database
        .accept(move |connection| {
            Box::pin(async move {
                if store::submitted(connection, &key_hash).await? {
                    return Ok(None);
                }
                let sent_before = store::counts(connection, &report.address_mark, seconds(now)).await?;
                let mut report = report;
                report.state = if suspect { State::Suppressed } else { sent_before.allow() };
                if store::same_content(connection, &report.content_mark, seconds(now) - HOUR).await? {
                    report.state = State::Suppressed;
                }
                store::insert(connection, &parts.sealer, &report).await?;
                store::remember_key(connection, &key_hash, &report.reference, now).await?;
                let due = if report.state == State::Held { now + HELD_BACK } else { now };
                if report.state != State::Suppressed {
                    if let Some(link) = link {
                        let hash = token_hash(&link.token);
                        let (summary, ends) = (&link.summary, link.expires_at);
                        summaries::store::insert(connection, &parts.sealer, &hash, summary, ends).await?;
                    }
                    mail::enqueue(connection, &parts.sealer, &parts.sender, letter, now, due).await?;
                }
                Ok(Some(report.state))
            })
        })
        .await?;
    if state == Some(State::Held) {
        tracing::error!(
            "more than {MOST_AN_HOUR_IN_ALL} reports were asked for in an hour: the rest are held back"
        );
    }
    app.mail_waiting.notify_one();
    Ok(())
}

/// Sends nothing more to an address.
pub async fn stop(app: &App, address_mark: String) -> Result<()> {
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move { store::suppress(connection, &address_mark, now).await })
        })
        .await?;
    Ok(())
}

/// What was sent before.
pub struct Counts {
    pub to_address_in_a_day: i64,
    pub to_address_in_an_hour: i64,
    pub to_all_in_an_hour: i64,
    pub stopped: bool,
}

impl Counts {
    fn allow(&self) -> State {
        let often = self.to_address_in_a_day >= FREE && self.to_address_in_an_hour > 0;
        if self.stopped || often || self.to_address_in_a_day >= MOST_A_DAY {
            State::Suppressed
        } else if self.to_all_in_an_hour >= MOST_AN_HOUR_IN_ALL {
            State::Held
        } else {
            State::Accepted
        }
    }
}

/// What the "stop these" link holds: a mark of the address, and a proof that we made it. It says nothing to others.
fn stop_token(sealer: &Sealer, address_mark: &str) -> String {
    format!("{address_mark}-{}", &sealer.mark("stop reports", address_mark)[..32])
}

/// The mark in a link of ours; nothing when the link is not ours.
fn open_stop_token(sealer: &Sealer, token: &str) -> Option<String> {
    let (mark, _) = token.split_once('-')?;
    (stop_token(sealer, mark) == token).then(|| mark.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(day: i64, hour: i64, all: i64, stopped: bool) -> State {
        Counts { to_address_in_a_day: day, to_address_in_an_hour: hour, to_all_in_an_hour: all, stopped }
            .allow()
    }

    #[test]
    fn one_address_gets_three_reports_then_one_an_hour_and_five_a_day() {
        assert_eq!(allowed(0, 0, 0, false), State::Accepted);
        assert_eq!(allowed(2, 2, 2, false), State::Accepted);
        assert_eq!(allowed(3, 3, 3, false), State::Suppressed);
        assert_eq!(allowed(3, 0, 3, false), State::Accepted);
        assert_eq!(allowed(4, 1, 4, false), State::Suppressed);
        assert_eq!(allowed(5, 0, 5, false), State::Suppressed);
    }

    #[test]
    fn a_flood_is_held_back_and_a_stopped_address_gets_nothing() {
        assert_eq!(allowed(0, 0, 59, false), State::Accepted);
        assert_eq!(allowed(0, 0, 60, false), State::Held);
        assert_eq!(allowed(0, 0, 0, true), State::Suppressed);
    }
}
