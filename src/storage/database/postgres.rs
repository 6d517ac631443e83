//! The engine of several programs at once: a PostgreSQL server that others keep.

use std::env;
use std::str::FromStr;

use anyhow::{Context, ensure};
use sqlx::Error::PoolTimedOut;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};

use crate::storage::database::connection::{Connection, Held};
use crate::storage::database::errors::{BUSY_TIMEOUT, unreachable};
use crate::storage::database::migrations::{SERVER_MIGRATOR, TablesAge};
use crate::storage::database::together;

/// The oldest server whose SQL the migrations are written for.
const OLDEST: i32 = 150_000;
/// Statements that a connection keeps prepared: all that there are.
const STATEMENTS: usize = 512;
const READERS: u32 = 8;
/// Whoever hangs in the middle of a write stops all programs, and whoever leads and is gone sends no mail: the server lets
/// go of both within half a minute, also of a machine that went without a word.
const OF_A_SESSION: [(&str, &str); 6] = [
    ("idle_in_transaction_session_timeout", "30s"),
    ("client_connection_check_interval", "5s"),
    ("tcp_keepalives_idle", "5"),
    ("tcp_keepalives_interval", "2"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "12s"),
];

/// Connects to a database that somebody has made, such as `postgres://user:password@host/mybackpain`, and brings its
/// tables up to date. Gives the connection that writes and those that read.
pub(super) async fn open(address: &str) -> anyhow::Result<(PgPool, PgPool)> {
    let options = options(address)?
        .application_name("mybackpain")
        .statement_cache_capacity(STATEMENTS)
        .options(OF_A_SESSION);
    let writer = reach(&options).await?;
    ensure_fit(&writer).await?;
    SERVER_MIGRATOR.run(&writer).await.context(
        "the database was made by another version of mybackpain; start that version, or restore a backup",
    )?;
    let readers = pool(READERS).connect_with(options).await?;
    Ok((writer, readers))
}

/// What goes to another machine is encrypted, and goes to the one that is meant, unless the address says otherwise.
fn options(address: &str) -> anyhow::Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(address)
        .context("the address of the database is not one such as postgres://user:password@host/mybackpain")?;
    let is_here = options.get_socket().is_some()
        || options.get_host().starts_with('/')
        || ["localhost", "127.0.0.1", "::1"].contains(&options.get_host());
    let is_said =
        address.contains("sslmode=") || address.contains("ssl-mode=") || env::var_os("PGSSLMODE").is_some();
    Ok(if is_here || is_said { options } else { options.ssl_mode(PgSslMode::VerifyFull) })
}

/// What `doctor` looks at, without changing anything.
pub struct ServerFound {
    /// Such as 15.18.
    pub version: String,
    pub may_lose_what_it_confirmed: bool,
    pub tables: TablesAge,
}

/// Before the tables are brought up to date for what changes the data as a whole: no program is to lose them.
pub async fn ensure_nobody_serves(address: &str) -> anyhow::Result<()> {
    Ok(together::take_alone(&options(address)?).await?.release().await?)
}

/// Opens a connection that reads what is on a server, and changes nothing: tables may be of any version, or not there.
pub async fn read_server(address: &str) -> anyhow::Result<Connection> {
    let server = reach_at_once(address).await?;
    Ok(Connection(Held::Postgres(server.acquire().await?)))
}

pub async fn look_at_server(address: &str) -> anyhow::Result<ServerFound> {
    let server = reach_at_once(address).await?;
    ensure_fit(&server).await?;
    let (version, may_lose): (String, bool) = sqlx::query_as(
        "select split_part(current_setting('server_version'), ' ', 1), \
         current_setting('synchronous_commit') = 'off' or current_setting('fsync') = 'off'",
    )
    .fetch_one(&server)
    .await?;
    let tables = TablesAge::read(&mut Connection(Held::Postgres(server.acquire().await?))).await;
    server.close().await;
    Ok(ServerFound { version, may_lose_what_it_confirmed: may_lose, tables })
}

async fn ensure_fit(server: &PgPool) -> anyhow::Result<()> {
    let (version, encoding): (i32, String) = sqlx::query_as(
        "select current_setting('server_version_num')::int, current_setting('server_encoding')",
    )
    .fetch_one(server)
    .await?;
    ensure!(version >= OLDEST, "the PostgreSQL server is older than version 15; take a newer one");
    ensure!(encoding == "UTF8", "the database has the encoding {encoding}; make one with the encoding UTF8");
    Ok(())
}

/// One connection, that is there.
async fn reach(options: &PgConnectOptions) -> anyhow::Result<PgPool> {
    match pool(1).connect_with(options.clone()).await {
        // The pool tried again and again, and does not say why.
        Err(PoolTimedOut) => {
            together::connect(options).await?;
            Err(unreachable(&PoolTimedOut))
        }
        reached => reached.map_err(|error| unreachable(&error)),
    }
}

/// The same for a look: a server that is not there is not waited for.
async fn reach_at_once(address: &str) -> anyhow::Result<PgPool> {
    let options = options(address)?;
    together::connect(&options).await?;
    reach(&options).await
}

fn pool(connections: u32) -> PgPoolOptions {
    PgPoolOptions::new().max_connections(connections).acquire_timeout(BUSY_TIMEOUT)
}
