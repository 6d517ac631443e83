//! Sends what is due, tries again, gives up, keeps the reason.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::mail::outcome::{MOST_UNCERTAIN, Outcome, Stage, Trouble, Verdict};
use crate::mail::progress::{AT_ONCE, Held, Progress, Turn};
use crate::mail::smtp::{Conversation, Server};
use crate::mail::store;
use crate::mail::store::Leased;
use crate::mail::{Post, Sender, files, message, place};
use crate::storage::clock::{Clock, moment, seconds};
use crate::storage::database::Database;
use crate::storage::encryption::{Cipher, random};

/// The longest sleep: the system's clock may jump, and is read again after it.
const NAP: Duration = Duration::from_secs(30);
/// What is in hand when the program stops has this long to end.
const LAST_ORDERS: Duration = Duration::from_secs(20);

pub struct Worker {
    pub database: Database,
    pub cipher: Arc<Cipher>,
    pub sender: Arc<Sender>,
    pub post: Post,
    pub clock: Clock,
    /// Woken when mail is stored.
    pub waiting: Arc<Notify>,
    pub progress: Progress,
}

impl Worker {
    /// One pass: sends what is due now and returns how many mails were tried.
    pub async fn step(self: &Arc<Self>) -> sqlx::Result<usize> {
        let mut hands = JoinSet::new();
        self.take_up(&mut hands).await?;
        let mut tried = 0;
        while let Some(ended) = hands.join_next().await {
            tried += usize::from(ended.unwrap_or(true));
        }
        Ok(tried)
    }

    /// Sends until told to stop, then ends what is in hand.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut hands = JoinSet::new();
        loop {
            let nap = if hands.len() < AT_ONCE { self.work(&mut hands).await } else { NAP };
            tokio::select! {
                // A dropped sender means stop, too.
                _ = async { stop.wait_for(|stop| *stop).await.is_ok() } => break,
                () = self.waiting.notified() => {}
                Some(_) = hands.join_next() => {}
                () = tokio::time::sleep(nap) => {}
            }
        }
        self.progress.stop();
        let ended = async { while hands.join_next().await.is_some() {} };
        if tokio::time::timeout(LAST_ORDERS, ended).await.is_err() {
            tracing::warn!("mail was still being sent at the stop; it is taken up again after its lease");
        }
    }

    /// Takes up what is due, and says how long to sleep before looking again.
    async fn work(self: &Arc<Self>, hands: &mut JoinSet<bool>) -> Duration {
        let looked = async {
            self.take_up(hands).await?;
            store::next_due(self.database.readers()).await
        };
        let next = looked.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the outbox cannot be read");
            None
        });
        let now = seconds(self.clock.now());
        let wait = next.map_or(i64::MAX, |next| next.saturating_sub(now));
        let wait = wait.max(self.progress.next_probe(now).unwrap_or(0));
        // At least a second: what is due already and was not taken up is in hand.
        Duration::from_secs(wait.max(1).unsigned_abs()).min(NAP)
    }

    async fn take_up(self: &Arc<Self>, hands: &mut JoinSet<bool>) -> sqlx::Result<()> {
        let now = seconds(self.clock.now());
        let probing = self.progress.is_outage();
        let (room, in_hand) = (self.progress.room(now), self.progress.in_hand());
        if room == 0 {
            return Ok(());
        }
        let mut ids = store::due(self.database.readers(), now, room + in_hand.len()).await?;
        ids.retain(|id| !in_hand.contains(id));
        ids.truncate(room);
        if ids.is_empty() {
            return Ok(());
        }
        let lease = self.database.write(move |c| Box::pin(async move { store::lease(c, &ids, now).await }));
        for mail in lease.await? {
            let held = self.progress.hold(mail.id);
            hands.spawn(self.clone().carry(Arc::new(mail), held, probing));
        }
        Ok(())
    }

    /// Sends one mail and records what came of it. False when it was not tried after all.
    async fn carry(self: Arc<Self>, mail: Arc<Leased>, _held: Held, probing: bool) -> bool {
        let _slot = self.progress.slot().await;
        if self.progress.is_stopping() || (self.progress.is_outage() && !probing) {
            self.settle(&mail, Outcome::PutBack).await;
            return false;
        }
        let worker = self.clone();
        let attempted = mail.clone();
        let attempt = caught(async move { worker.attempt(&attempted).await }).await;
        let (outcome, conversation) = attempt.unwrap_or((Outcome::Internal, None));
        let tried = outcome != Outcome::PutBack;
        self.settle(&mail, outcome).await;
        if let Some(conversation) = conversation {
            conversation.quit().await;
        }
        tried
    }

    async fn attempt(&self, mail: &Leased) -> (Outcome, Option<Conversation>) {
        if mail.uncertain >= MOST_UNCERTAIN {
            let words = "it may have gone three times, and no reply came";
            return (Outcome::Unsendable(Trouble::new(Stage::Content, words)), None);
        }
        let Some((to, message)) = self.open(mail) else {
            let words = "the stored mail does not open or has no address";
            return (Outcome::Unsendable(Trouble::new(Stage::Opening, words)), None);
        };
        match &self.post {
            Post::Smtp(server) => self.converse(server, mail, &to, &message).await,
            Post::Files(folder) => (keep(folder, mail, message).await, None),
            Post::Demo(folder) => match (demo_refusal(&to), folder) {
                (Some(trouble), _) => (Outcome::Refused(trouble), None),
                (None, Some(folder)) => (keep(folder, mail, message).await, None),
                (None, None) => (Outcome::Sent, None),
            },
        }
    }

    async fn converse(
        &self,
        server: &Server,
        mail: &Leased,
        to: &lettre::Address,
        message: &[u8],
    ) -> (Outcome, Option<Conversation>) {
        let mut conversation = match server.begin(self.sender.address(), to).await {
            Ok(conversation) => conversation,
            Err(outcome) => return (outcome, None),
        };
        // Stored before the message goes: a worker that dies from here on leaves a mail that may have arrived.
        let (id, leased_until, now) = (mail.id, mail.leased_until, seconds(self.clock.now()));
        let mark = self
            .database
            .write(move |c| Box::pin(async move { store::mark_data_sent(c, id, leased_until, now).await }));
        match mark.await {
            Ok(true) => {
                let outcome = conversation.deliver(message).await;
                // A server that gave no reply is not waited for again.
                let listens = !matches!(outcome, Outcome::Uncertain(_));
                (outcome, listens.then_some(conversation))
            }
            // Hanging up before the final dot sends nothing.
            Ok(false) => (Outcome::PutBack, None),
            Err(error) => {
                tracing::error!(%error, "a mail was not sent because the outbox cannot be written");
                (Outcome::Later(Trouble::new(Stage::Opening, "the outbox could not be written")), None)
            }
        }
    }

    fn open(&self, mail: &Leased) -> Option<(lettre::Address, Vec<u8>)> {
        let recipient = place(&mail.message_id, "recipient");
        let to = self.cipher.decrypt(recipient, mail.recipient.as_ref()?).ok()?;
        let message = place(&mail.message_id, "message");
        let message = self.cipher.decrypt_bytes(message, mail.message.as_ref()?).ok()?;
        Some((message::parse(&to).ok()?, message))
    }

    async fn settle(&self, mail: &Leased, outcome: Outcome) {
        let now = seconds(self.clock.now());
        self.log(mail, &outcome);
        let [chance] = random();
        let verdict = outcome.verdict(mail.history(), now, chance);
        let turn = self.progress.learn(&outcome, now);
        match turn {
            Turn::OutageBegins => {
                let (stage, code) = stage_and_code(&outcome);
                tracing::error!(stage, code, "mail server cannot be used");
            }
            Turn::OutageEnds => tracing::info!("mail server can be used again"),
            Turn::Same => {}
        }
        // An answer ends an outage; only a mail that got through brings the others forward, so that two mails that
        // fail in different ways cannot wake each other for ever.
        let pull_forward = turn == Turn::OutageEnds && outcome == Outcome::Sent;
        let uncertain = matches!(outcome, Outcome::Uncertain(_));
        if let Err(error) = self.record(mail, Arc::new(verdict), uncertain, pull_forward, now).await {
            tracing::error!(purpose = mail.purpose.word(), %error, "what became of a mail could not be stored");
        }
    }

    /// Tries three times: a mail that was sent and is not recorded goes out once more after its lease.
    async fn record(
        &self,
        mail: &Leased,
        verdict: Arc<Verdict>,
        uncertain: bool,
        pull_forward: bool,
        now: i64,
    ) -> sqlx::Result<()> {
        let (id, leased_until) = (mail.id, mail.leased_until);
        let place = place(&mail.message_id, "trouble");
        let trouble = verdict.trouble.as_ref().map(|words| self.cipher.encrypt(place, words));
        let mut tries = 1;
        loop {
            let (verdict, trouble) = (verdict.clone(), trouble.clone());
            let written = self.database.write(move |c| {
                Box::pin(async move {
                    store::record(c, id, leased_until, &verdict, uncertain, trouble, now).await?;
                    if pull_forward {
                        store::pull_forward(c, now).await?;
                    }
                    Ok(())
                })
            });
            match written.await {
                Err(_) if tries < 3 => tries += 1,
                result => return result,
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Purpose, stage and code alone: the server's words may hold an address.
    fn log(&self, mail: &Leased, outcome: &Outcome) {
        let (purpose, (stage, code)) = (mail.purpose.word(), stage_and_code(outcome));
        match outcome {
            Outcome::PutBack => {}
            Outcome::Sent => tracing::info!(purpose, "mail sent"),
            Outcome::Unsendable(_) | Outcome::Internal => {
                tracing::error!(purpose, stage, code, outcome = outcome.word(), "mail cannot be sent");
            }
            _ => tracing::warn!(purpose, stage, code, outcome = outcome.word(), "mail not sent"),
        }
    }
}

async fn keep(folder: &Path, mail: &Leased, message: Vec<u8>) -> Outcome {
    let (folder, created_at) = (folder.to_owned(), moment(mail.created_at));
    let (purpose, reference) = (mail.purpose, mail.reference.clone());
    let kept =
        tokio::task::spawn_blocking(move || files::keep(&folder, created_at, purpose, &reference, &message));
    match kept.await {
        Ok(Ok(())) => Outcome::Sent,
        Ok(Err(error)) => Outcome::Unreachable(Trouble::new(Stage::File, error.to_string())),
        Err(_) => Outcome::Internal,
    }
}

/// What a real server would say to an address that reaches nobody.
fn demo_refusal(to: &lettre::Address) -> Option<Trouble> {
    let words = match (to.user(), to.domain()) {
        (_, domain) if domain.ends_with(".ogr") => "5.1.2 Domain not found",
        ("nobody", _) => "5.1.1 No such user here",
        _ => return None,
    };
    Some(Trouble { stage: Stage::RcptTo, code: Some(550), words: words.to_owned() })
}

fn stage_and_code(outcome: &Outcome) -> (Option<&'static str>, Option<u16>) {
    let trouble = outcome.trouble();
    (trouble.map(|trouble| trouble.stage.word()), trouble.and_then(|trouble| trouble.code))
}

/// Runs work in a task of its own, so that a panic ends it alone. Nothing when it panicked.
async fn caught<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    // A set, because its tasks end with it when the worker is dropped.
    let mut own = JoinSet::new();
    own.spawn(work);
    own.join_next().await.and_then(Result::ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_ends_its_own_task_alone() {
        assert_eq!(caught(async { 1 }).await, Some(1));
        assert_eq!(caught(async { panic!("a row that breaks our code") }).await, None::<()>);
    }
}
