//! The one writer: writes that wait run one after another and share one sync of the disk.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use crate::storage::database::connection::Connection;
use crate::storage::database::errors::{
    BUSY_TIMEOUT, CORRUPT, IO_FAILED, NOT_A_DATABASE, poisons, primary_code,
};
use crate::storage::database::health::DatabaseHealth;
use crate::storage::database::readers::Pool;

/// A write that is under way, borrowed from the connection it runs on.
pub type Writing<'c, T> = Pin<Box<dyn Future<Output = sqlx::Result<T>> + Send + 'c>>;

/// The most writes that share a commit: the first of them does not wait long for the last.
const TOGETHER: usize = 64;

/// How long a write of the site may take on a server once it has its turn: the server's machine may be gone without a word,
/// and whoever waits is to be told while their browser still waits.
const MOST_TIME: Duration = Duration::from_secs(20);
/// The same of a write that nobody waits for, and that may be a large one.
const MOST_TIME_OF_A_LARGE_ONE: Duration = Duration::from_secs(10 * 60);

/// Hands writes to the task that does them. Cheap to clone.
#[derive(Clone)]
pub struct Writer {
    pub pool: Pool,
    // Without bound, because each write belongs to one of a bounded number of visitors, mails and clocks.
    queue: mpsc::UnboundedSender<Box<dyn Waiting>>,
    has_limit: Arc<AtomicBool>,
}

impl Writer {
    /// `pool` has one connection. The task ends with the last clone.
    pub fn new(pool: Pool, condition: Arc<DatabaseHealth>) -> Writer {
        let (queue, mut waiting) = mpsc::unbounded_channel();
        let has_limit = Arc::new(AtomicBool::new(false));
        let mut turns = Turns { pool: pool.clone(), kept: None, condition, has_limit: has_limit.clone() };
        tokio::spawn(async move {
            let mut group = Vec::new();
            while waiting.recv_many(&mut group, TOGETHER).await > 0 {
                turns.take(&mut group).await;
            }
        });
        Writer { pool, queue, has_limit }
    }

    /// From now on no write lasts longer than a visitor waits. What changes the data as a whole takes its time.
    pub fn limit_time(&self) {
        self.has_limit.store(true, Ordering::Relaxed);
    }

    /// Runs `work` and commits it, also when whoever asked goes away.
    pub async fn write<T, F>(&self, work: F, is_large: bool) -> sqlx::Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> Writing<'c, T> + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let deadline = Instant::now() + BUSY_TIMEOUT;
        let most_time = if is_large { MOST_TIME_OF_A_LARGE_ONE } else { MOST_TIME };
        let write = Write { deadline, most_time, work: Some(work), outcome: None, caller };
        // One that cannot be handed over is dropped, and says so below.
        let _ = self.queue.send(Box::new(write));
        answer.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }
}

struct Write<T, F> {
    deadline: Instant,
    most_time: Duration,
    work: Option<F>,
    outcome: Option<sqlx::Result<T>>,
    caller: oneshot::Sender<sqlx::Result<T>>,
}

/// A write of any type.
trait Waiting: Send {
    /// A write that has waited this long for its turn fails.
    fn deadline(&self) -> Instant;

    /// How long it may take once it has its turn.
    fn most_time(&self) -> Duration;

    /// Does the work in a savepoint, so that what fails takes back itself alone. An error is the end of the whole
    /// transaction.
    fn run<'c>(&'c mut self, connection: &'c mut Connection) -> Writing<'c, ()>;

    /// Tells the caller, once it is known whether the transaction was committed.
    fn report(self: Box<Self>, committed: &sqlx::Result<()>);
}

impl<T, F> Waiting for Write<T, F>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut Connection) -> Writing<'c, T> + Send + 'static,
{
    fn deadline(&self) -> Instant {
        self.deadline
    }

    fn most_time(&self) -> Duration {
        self.most_time
    }

    fn run<'c>(&'c mut self, connection: &'c mut Connection) -> Writing<'c, ()> {
        Box::pin(async move {
            let Some(work) = self.work.take() else { return Ok(()) };
            connection.begin_savepoint().await?;
            let worked = AssertUnwindSafe(async { work(connection).await }).catch_unwind().await;
            match worked {
                Ok(Ok(value)) => {
                    connection.commit().await?;
                    self.outcome = Some(Ok(value));
                }
                Ok(Err(error)) if poisons(&error) => return Err(error),
                Ok(Err(error)) => {
                    connection.rollback().await?;
                    self.outcome = Some(Err(error));
                }
                Err(_panic) => {
                    connection.rollback().await?;
                    self.outcome = Some(Err(sqlx::Error::WorkerCrashed));
                }
            }
            Ok(())
        })
    }

    fn report(self: Box<Self>, committed: &sqlx::Result<()>) {
        let told = match (self.outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(outcome), Ok(())) => outcome,
            (_, Err(sqlx::Error::PoolTimedOut)) => Err(sqlx::Error::PoolTimedOut),
            // `sqlx::Error` cannot be cloned, and each write that it ended gets one.
            (_, Err(error)) => Err(sqlx::Error::Io(std::io::Error::other(error.to_string()))),
            (None, Ok(())) => Err(sqlx::Error::WorkerCrashed),
        };
        // A visitor who went away changes nothing.
        let _ = self.caller.send(told);
    }
}

/// What the task writes with.
struct Turns {
    /// Of one connection.
    pool: Pool,
    /// To a server, from the last write.
    kept: Option<Connection>,
    condition: Arc<DatabaseHealth>,
    has_limit: Arc<AtomicBool>,
}

impl Turns {
    /// Writes a group, and tells each. When the storage was held by others for too long, only those are refused who have
    /// waited their time; the rest try again.
    async fn take(&mut self, group: &mut Vec<Box<dyn Waiting>>) {
        while let Some(deadline) = group.iter().map(|write| write.deadline()).min() {
            let committed = self.commit_together(group, deadline).await;
            let no_turn = matches!(committed, Err(sqlx::Error::PoolTimedOut));
            let now = Instant::now() + Duration::from_millis(1);
            for write in group.extract_if(.., |write| !no_turn || write.deadline() <= now) {
                write.report(&committed);
            }
        }
    }

    async fn commit_together(
        &mut self,
        group: &mut [Box<dyn Waiting>],
        deadline: Instant,
    ) -> sqlx::Result<()> {
        let committed = match self.begin(deadline).await {
            Ok(connection) => self.write_all(connection, group).await,
            Err(error) => Err(error),
        };
        match committed.as_ref().err().and_then(primary_code) {
            Some(IO_FAILED) => self.condition.disk_failed(),
            Some(CORRUPT | NOT_A_DATABASE) => self.condition.set_damaged(),
            _ => {}
        }
        // Nobody is told "we have it" of what went into a file that is gone by now.
        committed.and_then(|()| self.condition.refuse_when_gone())
    }

    /// Gives a connection with a transaction that may write. One deadline for all: who waited for the connection does not
    /// wait as long again for another process's lock.
    async fn begin(&mut self, deadline: Instant) -> sqlx::Result<Connection> {
        if let Some(kept) = self.kept.take() {
            match begin_on(kept, deadline).await {
                // The server was started anew since, or another has taken its place.
                Err(error) if poisons(&error) => {}
                begun => return begun,
            }
        }
        let new = timeout_at(deadline, self.pool.acquire()).await;
        begin_on(new.map_err(|_| sqlx::Error::PoolTimedOut)??, deadline).await
    }

    async fn write_all(
        &mut self,
        mut connection: Connection,
        group: &mut [Box<dyn Waiting>],
    ) -> sqlx::Result<()> {
        let most = group.iter().map(|write| write.most_time()).max().unwrap_or(MOST_TIME);
        let work = async {
            for write in group {
                write.run(&mut connection).await?;
            }
            connection.commit().await
        };
        let committed = if self.has_limit.load(Ordering::Relaxed) {
            timeout(most, work).await.unwrap_or_else(|silent| Err(sqlx::Error::Io(silent.into())))
        } else {
            work.await
        };
        match &committed {
            Ok(()) => self.kept = connection.kept(),
            Err(error) => give_back(connection, error).await,
        }
        committed
    }
}

async fn begin_on(mut connection: Connection, deadline: Instant) -> sqlx::Result<Connection> {
    let begun = timeout_at(deadline, connection.begin_to_write()).await;
    match begun.unwrap_or(Err(sqlx::Error::PoolTimedOut)) {
        Ok(()) => Ok(connection),
        Err(error) => {
            give_back(connection, &error).await;
            Err(error)
        }
    }
}

/// After "disk full" or a failed fsync a connection refuses every later write: it must not be used again.
async fn give_back(connection: Connection, after: &sqlx::Error) {
    if poisons(after) {
        let _ = connection.close_hard().await;
    } else {
        connection.take_back().await;
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use crate::storage::database::{Connection, Database, Writing, is_constraint};

    fn insert<'c>(connection: &'c mut Connection, hash: &'static str) -> Writing<'c, ()> {
        Box::pin(async move {
            sqlx::query("insert into suppressions (address_hash, created_at) values ($1, 0)")
                .bind(hash)
                .execute(connection)
                .await?;
            Ok(())
        })
    }

    async fn hashes(database: &Database) -> Vec<String> {
        let all = "select address_hash from suppressions order by address_hash";
        sqlx::query_scalar(all).fetch_all(database.readers()).await.unwrap()
    }

    #[tokio::test]
    async fn writes_that_wait_share_a_commit_and_one_that_fails_takes_back_itself_alone() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&folder.path().join("test.sqlite")).await.unwrap();
        let (begun, has_begun) = oneshot::channel();
        let (go, wait) = oneshot::channel::<()>();
        let slow = database.write(move |_| {
            Box::pin(async move {
                let _ = begun.send(());
                let _ = wait.await;
                Ok(())
            })
        });
        let elsewhere = database.clone();
        let others = async {
            has_begun.await.unwrap();
            let first = database.write(|c| insert(c, "first"));
            let twice = database.write(|c| {
                Box::pin(async move {
                    insert(c, "taken back").await?;
                    insert(c, "first").await
                })
            });
            let broken = database.write(|c| {
                Box::pin(async move {
                    insert(c, "half").await?;
                    panic!("a write that breaks our code")
                })
            });
            let last = database.write(move |c| {
                Box::pin(async move {
                    insert(c, "last").await?;
                    Ok(hashes(&elsewhere).await)
                })
            });
            let go = async { drop(go) };
            tokio::join!(first, twice, broken, last, go)
        };
        let (slow, (first, twice, broken, seen_before_the_commit, ())) = tokio::join!(slow, others);
        slow.unwrap();
        first.unwrap();
        assert!(is_constraint(&twice.unwrap_err()));
        let broken: sqlx::Result<()> = broken;
        assert!(matches!(broken, Err(sqlx::Error::WorkerCrashed)));
        assert!(seen_before_the_commit.unwrap().is_empty(), "the first was committed apart from the last");
        assert_eq!(hashes(&database).await, ["first", "last"]);
    }
}
