//! A connection to the database, of whichever engine, that runs the statements of the stores.
//!
//! Stores write for `sqlx::Any`: numbered placeholders, text, bytes and whole numbers. sqlx's own `AnyConnection` is not
//! used: it takes no options but an address, and one damaged text would cost the whole row.

use std::fmt;
use std::sync::LazyLock;

use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, stream};
use sqlx::any::{Any, AnyArguments, AnyQueryResult, AnyRow};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgTransactionManager};
use sqlx::sqlite::{SqliteConnection, SqliteTransactionManager};
use sqlx::{AssertSqlSafe, Database, Either, Execute, Executor, Postgres, SqlSafeStr, SqlStr, Sqlite};
use sqlx_core::transaction::TransactionManager;
use tokio::time::timeout;

use crate::storage::database::engine::Engine;
use crate::storage::database::errors::BUSY_TIMEOUT;
use crate::storage::database::migrations::newest;

/// Begins the transaction that writes to a file, before another program does.
const BEGIN: SqlStr = SqlStr::from_static("begin immediate");
/// The same in PostgreSQL. Every program waits here until no other is in one, as with a file: what one of them reads in it
/// stays true until it has written. A program that is older than the tables is refused.
static SERVER_BEGIN: LazyLock<SqlStr> = LazyLock::new(|| {
    let begin = format!("begin; set local lock_timeout = '5s'; select begin_to_write({})", newest());
    AssertSqlSafe(begin).into_sql_str()
});

type Step = sqlx::Result<Either<AnyQueryResult, AnyRow>>;

/// One connection, to write or to read with.
pub struct Connection(pub(super) Held);

pub(super) enum Held {
    /// To a file that is not opened otherwise.
    File(SqliteConnection),
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
    /// To a server, out of the pool, for whoever writes.
    Writing(Box<PgConnection>),
}

/// The connection of the engine itself.
pub(super) enum Native<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl Connection {
    pub(super) fn native(&mut self) -> Native<'_> {
        match &mut self.0 {
            Held::File(connection) => Native::Sqlite(connection),
            Held::Sqlite(connection) => Native::Sqlite(connection),
            Held::Postgres(connection) => Native::Postgres(connection),
            Held::Writing(connection) => Native::Postgres(connection),
        }
    }

    fn is_to_server(&self) -> bool {
        matches!(self.0, Held::Postgres(_) | Held::Writing(_))
    }

    /// Takes a connection to a server out of its pool for good: a pool asks each that comes back to it whether it lives, and
    /// waits for ever where the server's machine is gone. One to a file goes back.
    pub(super) fn kept(self) -> Option<Connection> {
        match self.0 {
            Held::File(_) | Held::Sqlite(_) => None,
            Held::Postgres(connection) => Some(Connection(Held::Writing(Box::new(connection.detach())))),
            Held::Writing(_) => Some(self),
        }
    }

    /// Begins the one transaction that may write. It is to be committed or taken back.
    pub(super) async fn begin_to_write(&mut self) -> sqlx::Result<()> {
        match self.native() {
            Native::Sqlite(connection) => begin::<Sqlite>(connection, Some(BEGIN)).await,
            Native::Postgres(connection) => begin::<Postgres>(connection, Some(SERVER_BEGIN.clone())).await,
        }
    }

    /// Begins a part of it that can be rolled back alone.
    pub(super) async fn begin_savepoint(&mut self) -> sqlx::Result<()> {
        match self.native() {
            Native::Sqlite(connection) => begin::<Sqlite>(connection, None).await,
            Native::Postgres(connection) => begin::<Postgres>(connection, None).await,
        }
    }

    /// Of the savepoint that was begun last, or else of the transaction.
    pub(super) async fn commit(&mut self) -> sqlx::Result<()> {
        match self.native() {
            Native::Sqlite(connection) => SqliteTransactionManager::commit(connection).await,
            Native::Postgres(connection) => PgTransactionManager::commit(connection).await,
        }
    }

    /// The same.
    pub(super) async fn rollback(&mut self) -> sqlx::Result<()> {
        match self.native() {
            Native::Sqlite(connection) => SqliteTransactionManager::rollback(connection).await,
            Native::Postgres(connection) => PgTransactionManager::rollback(connection).await,
        }
    }

    /// Ends whatever was begun. A connection that cannot say is closed: one to PostgreSQL that still waits for its turn.
    pub(super) async fn take_back(mut self) {
        if self.depth() == 0 && self.is_to_server() {
            let _ = self.close_hard().await;
            return;
        }
        while self.depth() > 0 {
            let rolled_back = if self.is_to_server() {
                timeout(BUSY_TIMEOUT, self.rollback()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
            } else {
                self.rollback().await
            };
            if rolled_back.is_err() {
                let _ = self.close_hard().await;
                return;
            }
        }
    }

    fn depth(&mut self) -> usize {
        match self.native() {
            Native::Sqlite(connection) => SqliteTransactionManager::get_transaction_depth(connection),
            Native::Postgres(connection) => PgTransactionManager::get_transaction_depth(connection),
        }
    }

    pub async fn close(self) -> sqlx::Result<()> {
        match self.0 {
            Held::File(connection) => sqlx::Connection::close(connection).await,
            // These go back to where they are kept.
            Held::Sqlite(_) | Held::Postgres(_) | Held::Writing(_) => Ok(()),
        }
    }

    /// Ends a connection that must not be used again.
    pub(super) async fn close_hard(self) -> sqlx::Result<()> {
        match self.0 {
            Held::File(connection) => sqlx::Connection::close_hard(connection).await,
            Held::Sqlite(connection) => sqlx::Connection::close_hard(connection.detach()).await,
            // A farewell over TLS waits for an answer, and there may be nobody to give one.
            Held::Postgres(connection) => {
                drop(connection.detach());
                Ok(())
            }
            Held::Writing(_) => Ok(()),
        }
    }
}

async fn begin<E: Engine>(
    connection: &mut <E as Database>::Connection,
    statement: Option<SqlStr>,
) -> sqlx::Result<()> {
    E::TransactionManager::begin(connection, statement).await
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connection")
    }
}

/// A statement of `sqlx::Any` and what is bound to it.
pub(super) struct Statement {
    sql: SqlStr,
    arguments: sqlx::Result<Option<AnyArguments>>,
}

impl Statement {
    pub(super) fn of<'q>(mut query: impl Execute<'q, Any>) -> Statement {
        let arguments = query.take_arguments().map_err(sqlx::Error::Encode);
        Statement { sql: query.sql(), arguments }
    }

    pub(super) fn fetch_many<'e, E: Engine>(
        self,
        executor: impl Executor<'e, Database = E> + 'e,
    ) -> BoxStream<'e, Step> {
        let arguments = match self.arguments.and_then(|given| given.map(E::arguments).transpose()) {
            Ok(arguments) => arguments,
            Err(error) => return stream::once(async { Err(error) }).boxed(),
        };
        executor
            .fetch_many((self.sql, arguments))
            .map(|step| match step? {
                Either::Left(done) => Ok(Either::Left(E::result(&done))),
                Either::Right(row) => Ok(Either::Right(E::row(&row)?)),
            })
            .boxed()
    }

    pub(super) fn fetch_optional<'e, E: Engine>(
        self,
        executor: impl Executor<'e, Database = E> + 'e,
    ) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>> {
        async move {
            let arguments = self.arguments?.map(E::arguments).transpose()?;
            let row = executor.fetch_optional((self.sql, arguments)).await?;
            row.map(|row| E::row(&row)).transpose()
        }
        .boxed()
    }
}
