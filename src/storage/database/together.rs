//! What several programs on one PostgreSQL database agree on: which of them does the work of the background, and that mail
//! waits which another one has stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::ensure;
use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPool, PgPoolOptions};
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::{sleep, timeout};

use crate::storage::database::errors::unreachable;

/// Held by the program that leads, for as long as its connection lives.
const LEADER: i64 = 7_809_632_617;
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A server that does not answer for so long is gone, and the lock may be another's by now.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);
/// Whoever has heard nothing for so long asks whether the server is there.
const SILENCE: Duration = Duration::from_secs(10);
/// The channel on which the tables say that a mail was stored.
const MAIL: &str = "mail";
/// The channel on which programs tell one another whatever they have to.
const OTHERS: &str = "others";
/// Words of others that wait to be heard.
const UNHEARD: usize = 1024;

/// What one program knows of the others. One with a file is alone, and leads.
pub struct Together {
    known: Arc<Known>,
    /// Dropped with the database: what goes on in the background ends then.
    ends: watch::Sender<()>,
}

struct Known {
    leads: AtomicBool,
    mail: Notify,
    heard: broadcast::Sender<String>,
}

impl Together {
    pub fn alone() -> Arc<Together> {
        Together::new(true)
    }

    /// Does not lead before it takes part: a command that runs beside the site does none of its work.
    pub fn with_others() -> Arc<Together> {
        Together::new(false)
    }

    fn new(leads: bool) -> Arc<Together> {
        let known = Known {
            leads: AtomicBool::new(leads),
            mail: Notify::new(),
            heard: broadcast::Sender::new(UNHEARD),
        };
        Arc::new(Together { known: Arc::new(known), ends: watch::Sender::new(()) })
    }

    pub fn leads(&self) -> bool {
        self.known.leads.load(Ordering::Relaxed)
    }

    /// Waits until any program has stored a mail.
    pub async fn mail_waits(&self) {
        self.known.mail.notified().await;
    }

    /// What the programs on this database tell one another from now on, this one too.
    pub fn hear(&self) -> broadcast::Receiver<String> {
        self.known.heard.subscribe()
    }

    /// From now on this program leads when no other does, and hears of mail.
    pub fn take_part(&self, pool: &PgPool) {
        let options = (*pool.connect_options()).clone();
        self.go_on(lead(options, self.known.clone()));
        self.go_on(listen((*pool.connect_options()).clone(), self.known.clone()));
    }

    fn go_on(&self, work: impl Future<Output = ()> + Send + 'static) {
        let mut ended = self.ends.subscribe();
        tokio::spawn(async move {
            tokio::select! { () = work => {}, _ = ended.changed() => {} }
        });
    }
}

/// While it lives no program leads on this database, so none that was started before it changes anything.
pub struct Alone {
    lock: PgConnection,
}

impl Alone {
    /// A dropped connection lets go of the lock a moment later; this does it at once.
    pub async fn release(mut self) -> sqlx::Result<()> {
        let unlock = sqlx::query("select pg_advisory_unlock($1)").bind(LEADER);
        answered(unlock.execute(&mut self.lock)).await.map(|_| ())
    }
}

/// Refused when a program serves the site with this database.
pub async fn take_alone(server: &PgConnectOptions) -> anyhow::Result<Alone> {
    let mut lock = connect(server).await?;
    let ours = sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LEADER);
    let ours: bool = answered(ours.fetch_one(&mut lock)).await?;
    ensure!(ours, "a mybackpain serves the site with this database; stop all of them first");
    Ok(Alone { lock })
}

/// One connection, without trying again, or why there is none.
pub(super) async fn connect(server: &PgConnectOptions) -> anyhow::Result<PgConnection> {
    answered(PgConnection::connect_with(server)).await.map_err(|error| unreachable(&error))
}

pub async fn tell_others(pool: &PgPool, words: String) -> sqlx::Result<()> {
    sqlx::query("select pg_notify($1, $2)").bind(OTHERS).bind(words).execute(pool).await.map(|_| ())
}

async fn lead(options: PgConnectOptions, known: Arc<Known>) {
    loop {
        let ended = ask_to_lead(&options, &known).await;
        if known.leads.swap(false, Ordering::Relaxed) {
            tracing::warn!("the database is gone: another program may do the work of the background");
        }
        if let Err(error) = ended {
            tracing::debug!(%error, "nobody can be asked who leads");
        }
        sleep(LOOK_EVERY).await;
    }
}

/// Asks for the lock until it is ours, and then whether the connection lives. Ends with the connection.
async fn ask_to_lead(options: &PgConnectOptions, known: &Known) -> sqlx::Result<()> {
    let mut connection = answered(PgConnection::connect_with(options)).await?;
    loop {
        if known.leads.load(Ordering::Relaxed) {
            answered(connection.ping()).await?;
        } else {
            let ours = sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(LEADER);
            let ours: bool = answered(ours.fetch_one(&mut connection)).await?;
            known.leads.store(ours, Ordering::Relaxed);
            if ours {
                tracing::info!("this program sends the mails and does the other work of the background");
                known.mail.notify_one();
            }
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn answered<T>(asked: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    timeout(ANSWERS_WITHIN, asked).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

async fn listen(options: PgConnectOptions, known: Arc<Known>) {
    loop {
        let Err(error) = hear(options.clone(), &known).await;
        tracing::debug!(%error, "mail of other programs is not heard of, and is found at the next look");
        sleep(LOOK_EVERY).await;
    }
}

async fn hear(options: PgConnectOptions, known: &Known) -> sqlx::Result<std::convert::Infallible> {
    // Of its own: one that hears nothing any more takes no place from who reads.
    let own = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    let mut listener = answered(PgListener::connect_with(&own)).await?;
    answered(listener.listen_all([MAIL, OTHERS])).await?;
    loop {
        let Ok(told) = timeout(SILENCE, listener.recv()).await else {
            answered(sqlx::query("select 1").execute(&mut listener)).await?;
            continue;
        };
        let told = told?;
        if told.channel() == MAIL {
            known.mail.notify_one();
        } else {
            // Nobody may be listening.
            let _ = known.heard.send(told.payload().to_owned());
        }
    }
}
