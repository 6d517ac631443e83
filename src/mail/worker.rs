//! Sends due mail: renders each, gives it to the transport, and records the outcome.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::mail::files;
use crate::mail::letter::Renderer;
use crate::mail::limits;
use crate::mail::message::Sender;
use crate::mail::outbox::field;
use crate::mail::outcome::{MOST_UNCERTAIN, Outcome, Stage, State, Trouble, Verdict};
use crate::mail::prepare::{Ready, recipient};
use crate::mail::progress::{AT_ONCE, HOUR, InFlight, MAIL_WORKER, Progress, ServerChange};
use crate::mail::smtp::{Server, SmtpSession};
use crate::mail::store::{self, Leased};
use crate::mail::transport::{Transport, demo_refusal};
use crate::storage::clock::{moment, seconds};
use crate::storage::database::is_unavailable;
use crate::storage::encryption::random;
use crate::web::app::App;
use crate::web::job_round;

/// The longest sleep: the system's clock may jump, and is read again after it.
const POLL_INTERVAL: Duration = Duration::from_secs(30);
/// How long mails in flight may take when the program stops.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(20);

pub struct Worker {
    pub app: App,
    pub sender: Sender,
    pub transport: Transport,
    pub renderer: Renderer,
    pub progress: Progress,
}

impl Worker {
    /// One pass: sends what is due now and returns how many mails were tried.
    pub async fn step(self: &Arc<Self>) -> sqlx::Result<usize> {
        let mut in_flight = JoinSet::new();
        self.take_up(&mut in_flight).await?;
        let mut tried = 0;
        while let Some(ended) = in_flight.join_next().await {
            tried += usize::from(ended.unwrap_or(true));
        }
        Ok(tried)
    }

    /// Sends until told to stop, then ends what is in flight.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let (mut in_flight, mut led) = (JoinSet::new(), false);
        loop {
            let leads = self.app.database.leads();
            if leads && !led {
                self.release().await;
            }
            led = leads;
            let work = async {
                if leads && in_flight.len() < AT_ONCE {
                    self.work(&mut in_flight).await
                } else {
                    POLL_INTERVAL
                }
            };
            let done = job_round::round(&self.app.site.metrics, MAIL_WORKER, work).await;
            let wait = done.unwrap_or(POLL_INTERVAL);
            tokio::select! {
                // A dropped sender means stop, too.
                _ = async { stop.wait_for(|stop| *stop).await.is_ok() } => break,
                () = self.app.mail_waiting.notified() => {}
                () = self.app.database.mail_waits() => {}
                Some(_) = in_flight.join_next() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        self.progress.stop();
        let ended = async { while in_flight.join_next().await.is_some() {} };
        if tokio::time::timeout(SHUTDOWN_GRACE, ended).await.is_err() {
            tracing::warn!("mail was still being sent at the stop; it is taken up again after its lease");
        }
    }

    /// Takes back what the last run of this program had leased, or the program that led before. One that lives on keeps no
    /// message under a lease that was taken back, and so sends none.
    async fn release(&self) {
        let now = seconds(self.app.clock.now());
        let released =
            self.app.database.write(move |c| Box::pin(async move { store::release(c, now).await }));
        if let Err(error) = released.await {
            tracing::error!(%error, "mail of the last run is taken up again after its lease");
        }
    }

    /// Takes up what is due, and says how long to sleep before looking again.
    async fn work(self: &Arc<Self>, in_flight: &mut JoinSet<bool>) -> Duration {
        let looked = async {
            self.take_up(in_flight).await?;
            store::next_due(self.app.database.readers(), seconds(self.app.clock.now())).await
        };
        let next = looked.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the outbox cannot be read");
            None
        });
        let now = seconds(self.app.clock.now());
        let wait = next.map_or(i64::MAX, |next| next.saturating_sub(now));
        let wait = wait.max(self.progress.next_probe(now).unwrap_or(0));
        // At least a second: what is due already and was not taken up is in flight.
        Duration::from_secs(wait.max(1).unsigned_abs()).min(POLL_INTERVAL)
    }

    async fn take_up(self: &Arc<Self>, in_flight: &mut JoinSet<bool>) -> sqlx::Result<()> {
        let now = seconds(self.app.clock.now());
        let probing = self.progress.is_outage();
        let (room, taken) = (self.progress.room(now), self.progress.in_flight());
        if room == 0 {
            return Ok(());
        }
        let elapsed = self.app.clock.elapsed_seconds();
        let readers = self.app.database.readers();
        if self.progress.must_count_held() {
            // Whatever went within the hour counts, since what was held is not told from the rest any more.
            self.progress.held_go(limits::sent_since(readers, now - HOUR).await?, elapsed);
        }
        let mut may_go = self.progress.held_may_go(elapsed);
        let mut due = store::due(readers, now, room + taken.len(), may_go > 0).await?;
        due.retain(|mail| !taken.contains(&mail.id));
        due.truncate(room);
        due.retain(|mail| {
            let goes = !mail.was_held || may_go > 0;
            may_go -= usize::from(goes && mail.was_held);
            goes
        });
        if due.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = due.iter().map(|mail| mail.id).collect();
        let lease =
            self.app.database.write(move |c| Box::pin(async move { store::lease(c, &ids, now).await }));
        let leased = lease.await?;
        self.progress.held_go(due.iter().filter(|mail| mail.was_held).count(), elapsed);
        for mail in leased {
            let held = self.progress.hold(mail.id);
            in_flight.spawn(self.clone().deliver(Arc::new(mail), held, probing));
        }
        Ok(())
    }

    /// Sends one mail and records what came of it. False when it was not tried after all.
    async fn deliver(self: Arc<Self>, mail: Arc<Leased>, _held: InFlight, probing: bool) -> bool {
        let _slot = self.progress.slot().await;
        if self.progress.is_stopping() || (self.progress.is_outage() && !probing) {
            self.record_outcome(&mail, Outcome::PutBack).await;
            return false;
        }
        let attempt = AssertUnwindSafe(self.attempt(&mail)).catch_unwind().await.ok();
        let (outcome, session) = attempt.unwrap_or((Outcome::Internal, None));
        let tried = outcome != Outcome::PutBack;
        self.record_outcome(&mail, outcome).await;
        if let Some(session) = session {
            session.quit().await;
        }
        tried
    }

    async fn attempt(&self, mail: &Leased) -> (Outcome, Option<SmtpSession>) {
        let unsendable = |stage, words| (Outcome::Unsendable(Trouble::new(stage, words)), None);
        if mail.uncertain >= MOST_UNCERTAIN {
            return unsendable(Stage::Content, "it may have gone three times, and no reply came");
        }
        if let Transport::Demo(folder) = &self.transport {
            match recipient(mail, &self.app.cipher).map(|to| demo_refusal(&to)) {
                Err(words) => return unsendable(Stage::Opening, words),
                Ok(Some(trouble)) => return (Outcome::Refused(trouble), None),
                // Nobody reads it: it is not rendered.
                Ok(None) if folder.is_none() => return (Outcome::Sent, None),
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
                (self.write_file(folder, mail, ready).await, None)
            }
            Transport::Demo(None) => (Outcome::Sent, None),
        }
    }

    async fn send(&self, server: &Server, mail: &Leased, ready: Ready) -> (Outcome, Option<SmtpSession>) {
        let from = self.sender.return_path(&self.app.cipher, mail.id, &mail.message_id);
        let mut session = match server.begin(&from, &ready.to).await {
            Ok(session) => session,
            Err(outcome) => return (outcome, None),
        };
        // Stored before the message goes: a worker that dies from here on leaves a mail that may have arrived.
        let now = seconds(self.app.clock.now());
        match self.keep_message(mail, ready.to_keep, Some(now)).await {
            Ok(()) => {
                let outcome = session.deliver(&ready.message).await;
                // A server that gave no reply is not waited for again.
                let listens = !matches!(outcome, Outcome::Uncertain(_));
                (outcome, listens.then_some(session))
            }
            // Hanging up before the final dot sends nothing.
            Err(outcome) => (outcome, None),
        }
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
