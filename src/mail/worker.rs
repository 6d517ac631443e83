//! Takes up what mail is due, until told to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::mail::letter::Renderer;
use crate::mail::limits;
use crate::mail::message::Sender;
use crate::mail::progress::{AT_ONCE, HOUR, MAIL_WORKER, Progress};
use crate::mail::store;
use crate::mail::transport::Transport;
use crate::storage::clock::seconds;
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
}
