//! The connections that read, of whichever engine. Cheap to clone.

use std::fmt;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use sqlx::any::{Any, AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo};
use sqlx::{Describe, Either, Execute, Executor, PgPool, SqlStr, SqlitePool};

use crate::storage::database::connection::{Connection, Held, Native, Statement};

#[derive(Clone)]
pub struct Readers(pub(super) Pool);

#[derive(Clone)]
pub(super) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Readers {
    /// A connection for several reads, one after the other.
    pub async fn acquire(&self) -> sqlx::Result<Connection> {
        self.0.acquire().await
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }
}

impl Pool {
    pub(super) async fn acquire(&self) -> sqlx::Result<Connection> {
        Ok(Connection(match self {
            Pool::Sqlite(pool) => Held::Sqlite(pool.acquire().await?),
            Pool::Postgres(pool) => Held::Postgres(pool.acquire().await?),
        }))
    }

    pub(super) async fn close(&self) {
        match self {
            Pool::Sqlite(pool) => pool.close().await,
            Pool::Postgres(pool) => pool.close().await,
        }
    }
}

impl fmt::Debug for Readers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readers")
    }
}

/// The two ways in which statements reach an engine: by a connection in hand, or by whichever of the readers is free.
macro_rules! run_statements {
    ($lifetime:lifetime, $executor:ty, $self:ident, $native:expr, $variants:ident) => {
        impl<$lifetime> Executor<$lifetime> for $executor {
            type Database = Any;

            fn fetch_many<'e, 'q: 'e, E>(
                $self,
                query: E,
            ) -> BoxStream<'e, sqlx::Result<Either<AnyQueryResult, AnyRow>>>
            where
                $lifetime: 'e,
                E: 'q + Execute<'q, Any>,
            {
                let statement = Statement::of(query);
                match $native {
                    $variants::Sqlite(native) => statement.fetch_many(native),
                    $variants::Postgres(native) => statement.fetch_many(native),
                }
            }

            fn fetch_optional<'e, 'q: 'e, E>(
                $self,
                query: E,
            ) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
            where
                $lifetime: 'e,
                E: 'q + Execute<'q, Any>,
            {
                let statement = Statement::of(query);
                match $native {
                    $variants::Sqlite(native) => statement.fetch_optional(native),
                    $variants::Postgres(native) => statement.fetch_optional(native),
                }
            }

            /// Prepares it for later; what it takes and gives is not described.
            fn prepare_with<'e>(
                $self,
                sql: SqlStr,
                _: &'e [AnyTypeInfo],
            ) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
            where
                $lifetime: 'e,
            {
                async move {
                    match $native {
                        $variants::Sqlite(native) => drop(native.prepare(sql.clone()).await?),
                        $variants::Postgres(native) => drop(native.prepare(sql.clone()).await?),
                    }
                    Ok(AnyStatement { sql, parameters: None, column_names: Default::default(), columns: Vec::new() })
                }
                .boxed()
            }

            /// For the macros that look at statements while they are compiled, which are not used here.
            fn describe<'e>($self, _: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Any>>>
            where
                $lifetime: 'e,
            {
                async { Err(sqlx::Error::Configuration("statements are not described".into())) }.boxed()
            }
        }
    };
}

run_statements!('c, &'c mut Connection, self, self.native(), Native);
run_statements!('c, &'c Readers, self, &self.0, Pool);
