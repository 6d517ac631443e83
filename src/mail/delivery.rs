//! Sends one mail: renders it, gives it to the transport, and records the outcome.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;

use crate::mail::files;
use crate::mail::outbox::field;
use crate::mail::outcome::{MOST_UNCERTAIN, Outcome, Stage, State, Trouble, Verdict};
use crate::mail::prepare::{Ready, recipient};
use crate::mail::progress::{InFlight, ServerChange};
use crate::mail::smtp::{Server, SmtpSession};
use crate::mail::store::{self, Leased};
use crate::mail::transport::{Transport, demo_refusal};
use crate::mail::worker::Worker;
use crate::storage::clock::{moment, seconds};
use crate::storage::database::is_unavailable;
use crate::storage::encryption::random;

/// What came of one try.
struct Attempt<'a> {
    outcome: Outcome,
    /// To say goodbye to, when the outcome is recorded.
    session: Option<SmtpSession>,
    /// Given back when the outcome is recorded.
    handover: Option<SemaphorePermit<'a>>,
}

impl From<Outcome> for Attempt<'_> {
    fn from(outcome: Outcome) -> Self {
        Attempt { outcome, session: None, handover: None }
    }
}

impl Worker {
    /// Sends one mail and records what came of it. False when it was not tried after all.
    pub(super) async fn deliver(self: Arc<Self>, mail: Arc<Leased>, _held: InFlight, probing: bool) -> bool {
        let _slot = self.progress.slot().await;
        if self.progress.is_stopping() || (self.progress.is_outage() && !probing) {
            self.record_outcome(&mail, Outcome::PutBack).await;
            return false;
        }
        let attempt = AssertUnwindSafe(self.attempt(&mail)).catch_unwind().await;
        let Attempt { outcome, session, handover } = attempt.unwrap_or(Outcome::Internal.into());
        let tried = outcome != Outcome::PutBack;
        self.record_outcome(&mail, outcome).await;
        drop(handover);
        if let Some(session) = session {
            session.quit().await;
        }
        tried
    }

    async fn attempt(&self, mail: &Leased) -> Attempt<'_> {
        let unsendable = |stage, words| Outcome::Unsendable(Trouble::new(stage, words)).into();
        if mail.uncertain >= MOST_UNCERTAIN {
            return unsendable(Stage::Content, "it may have gone three times, and no reply came");
        }
        if let Transport::Demo(folder) = &self.transport {
            match recipient(mail, &self.app.cipher).map(|to| demo_refusal(&to)) {
                Err(words) => return unsendable(Stage::Opening, words),
                Ok(Some(trouble)) => return Outcome::Refused(trouble).into(),
                // Nobody reads it: it is not rendered.
                Ok(None) if folder.is_none() => return Outcome::Sent.into(),
                Ok(None) => {}
            }
        }
        let ready = match Ready::of(mail, &self.app.cipher, &self.sender, &self.renderer) {
            Ok(ready) => ready,
            Err(words) => return unsendable(Stage::Opening, words),
        };
        match &self.transport {
            Transport::Smtp(server) => self.send(server, mail, ready).await,
            Transport::Files(folder) | Transport::Demo(Some(folder)) => {
                self.write_file(folder, mail, ready).await.into()
            }
            Transport::Demo(None) => Outcome::Sent.into(),
        }
    }

    async fn send(&self, server: &Server, mail: &Leased, ready: Ready) -> Attempt<'_> {
        let from = self.sender.return_path(&self.app.cipher, mail.id, &mail.message_id);
        let mut session = match server.begin(&from, &ready.to).await {
            Ok(session) => session,
            Err(outcome) => return outcome.into(),
        };
        let handover = self.progress.handover().await;
        // Stored before the message goes: a worker that dies from here on leaves a mail that may have arrived.
        let now = seconds(self.app.clock.now());
        if let Err(outcome) = self.keep_message(mail, ready.to_keep, Some(now)).await {
            // Hanging up before the final dot sends nothing.
            return outcome.into();
        }
        let (outcome, handover) = {
            let mut delivery = pin!(session.deliver(&ready.message));
            match timeout(server.timeouts.handover, &mut delivery).await {
                Ok(outcome) => (outcome, Some(handover)),
                // A slow server: the next mail goes meanwhile.
                Err(_) => {
                    drop(handover);
                    (delivery.await, None)
                }
            }
        };
        // A server that gave no reply is not waited for again.
        let listens = !matches!(outcome, Outcome::Uncertain(_));
        Attempt { outcome, session: listens.then_some(session), handover }
    }

    async fn write_file(&self, folder: &Path, mail: &Leased, ready: Ready) -> Outcome {
        if let Err(outcome) = self.keep_message(mail, ready.to_keep, None).await {
            return outcome;
        }
        let (folder, created_at) = (folder.to_owned(), moment(mail.created_at));
        let (purpose, reference) = (mail.purpose, mail.reference.clone());
        let kept = tokio::task::spawn_blocking(move || {
            files::keep(&folder, created_at, purpose, &reference, &ready.message)
        });
        match kept.await {
            Ok(Ok(())) => Outcome::Sent,
            Ok(Err(error)) => Outcome::Unreachable(Trouble::new(Stage::File, error.to_string())),
            Err(_) => Outcome::Internal,
        }
    }

    /// Keeps the bytes that go for the first time: content, settings and this program may be others at the next retry,
    /// and a mail program knows a second copy by its bytes.
    async fn keep_message(
        &self,
        mail: &Leased,
        message: Option<Vec<u8>>,
        goes: Option<i64>,
    ) -> Result<(), Outcome> {
        let (id, leased_until) = (mail.id, mail.leased_until);
        let kept = self.app.database.write(move |c| {
            Box::pin(async move { store::keep_message(c, id, leased_until, message, goes).await })
        });
        match kept.await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Outcome::PutBack),
            Err(error) => {
                tracing::error!(%error, "a mail was not sent because the outbox cannot be written");
                Err(Outcome::Later(Trouble::new(Stage::Opening, "the outbox could not be written")))
            }
        }
    }

    async fn record_outcome(&self, mail: &Leased, outcome: Outcome) {
        let now = seconds(self.app.clock.now());
        self.log(mail, &outcome);
        let [chance] = random();
        let since = match outcome {
            Outcome::PutBack => 0,
            _ => self.progress.since_last_try(mail.id, self.app.clock.elapsed_seconds()),
        };
        let verdict = outcome.verdict(mail.history(mail.tried_for + since), now, chance);
        if verdict.state != State::Retry {
            self.progress.forget(mail.id);
        }
        let change = self.progress.learn(&outcome, now);
        match change {
            ServerChange::OutageBegins => {
                let (stage, code) = outcome.stage_and_code();
                tracing::error!(stage, code, "mail server cannot be used");
            }
            ServerChange::OutageEnds => tracing::info!("mail server can be used again"),
            ServerChange::None => {}
        }
        // An answer ends an outage; only a mail that got through brings the others forward, so that two mails that
        // fail in different ways cannot wake each other for ever.
        let pull_forward = change == ServerChange::OutageEnds && outcome == Outcome::Sent;
        if let Err(error) = self.record(mail, Arc::new(verdict), pull_forward, now).await {
            tracing::error!(purpose = mail.purpose.as_str(), %error, "what became of a mail could not be stored");
        }
    }

    /// Tries three times, and while the database is away until the lease ends: a mail that was sent and is not recorded
    /// goes out once more after that.
    async fn record(
        &self,
        mail: &Leased,
        verdict: Arc<Verdict>,
        pull_forward: bool,
        now: i64,
    ) -> sqlx::Result<()> {
        let (id, leased_until) = (mail.id, mail.leased_until);
        let at = field(&mail.message_id, "trouble");
        let trouble = verdict.trouble.as_ref().map(|words| self.app.cipher.encrypt(at, words));
        let holds = || !self.progress.is_stopping() && seconds(self.app.clock.now()) < leased_until;
        let mut tries = 1;
        loop {
            let (verdict, trouble) = (verdict.clone(), trouble.clone());
            let written = self.app.database.write(move |c| {
                Box::pin(async move {
                    store::record(c, id, leased_until, &verdict, trouble, now).await?;
                    if pull_forward {
                        store::pull_forward(c, now).await?;
                    }
                    Ok(())
                })
            });
            match written.await {
                Err(error) if tries < 3 || (is_unavailable(&error) && holds()) => tries += 1,
                result => return result,
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Purpose, stage and code alone: the server's words may hold an address.
    fn log(&self, mail: &Leased, outcome: &Outcome) {
        let (purpose, (stage, code)) = (mail.purpose.as_str(), outcome.stage_and_code());
        match outcome {
            Outcome::PutBack => {}
            Outcome::Sent => tracing::info!(purpose, "mail sent"),
            Outcome::Unsendable(_) | Outcome::Internal => {
                tracing::error!(purpose, stage, code, outcome = outcome.as_str(), "mail cannot be sent");
            }
            _ => tracing::warn!(purpose, stage, code, outcome = outcome.as_str(), "mail not sent"),
        }
    }
}
