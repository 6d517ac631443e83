//! What there is in a database of either engine beside its rows: tables, triggers, and numbers that are counted on.

use sqlx::AssertSqlSafe;

use crate::storage::database::connection::{Connection, Native};

/// Tables that are not ours: of the migrations, and SQLite's own.
const OTHERS: &str = "name not like '\\_%' escape '\\' and name not like 'sqlite\\_%' escape '\\'";

impl Connection {
    fn is_server(&mut self) -> bool {
        matches!(self.native(), Native::Postgres(_))
    }

    /// The tables that have a column of this name, in the order that they were made.
    pub async fn tables_with(&mut self, column: &str) -> sqlx::Result<Vec<String>> {
        let of_the_engine = if self.is_server() {
            "select cast(relname as text) from pg_class join pg_attribute on attrelid = pg_class.oid \
             where relkind = 'r' and relnamespace = cast(current_schema() as regnamespace) and attname = $1 \
             order by pg_class.oid"
        } else {
            "select m.name from sqlite_master m join pragma_table_info(m.name) c \
             where m.type = 'table' and c.name = $1 order by m.rowid"
        };
        sqlx::query_scalar(of_the_engine).bind(column).fetch_all(self).await
    }

    /// All tables with rows of the site, in the order that they were made: on a server each comes after those that it
    /// refers to.
    pub(super) async fn table_names(&mut self) -> sqlx::Result<Vec<String>> {
        let of_the_engine = if self.is_server() {
            "select name from (select cast(relname as text) as name, oid as made from pg_class \
             where relkind = 'r' and relnamespace = cast(current_schema() as regnamespace)) tables"
        } else {
            "select name from (select name, rowid as made from sqlite_master where type = 'table') tables"
        };
        let all = AssertSqlSafe(format!("{of_the_engine} where {OTHERS} order by made"));
        sqlx::query_scalar(all).fetch_all(self).await
    }

    /// Reads from here on see the tables as they are now, whatever is written.
    pub(super) async fn begin_to_read(&mut self) -> sqlx::Result<()> {
        let begin =
            if self.is_server() { "begin isolation level repeatable read read only" } else { "begin" };
        self.run(begin).await
    }

    pub(super) async fn end_reading(&mut self) -> sqlx::Result<()> {
        self.run("rollback").await
    }

    /// Until the end of the transaction rows are stored as they are given, and may refer to what comes later. Gives what
    /// `start_triggers` needs.
    pub(super) async fn stop_triggers(&mut self) -> sqlx::Result<Vec<String>> {
        let mut to_start = Vec::new();
        if self.is_server() {
            self.run("set constraints all deferred").await?;
            for table in self.table_names().await? {
                self.run(&format!("alter table {table} disable trigger user")).await?;
                to_start.push(format!("alter table {table} enable trigger user"));
            }
        } else {
            self.run("pragma defer_foreign_keys = on").await?;
            let triggers: Vec<(String, String)> =
                sqlx::query_as("select name, sql from sqlite_master where type = 'trigger' order by rowid")
                    .fetch_all(&mut *self)
                    .await?;
            for (name, sql) in triggers {
                self.run(&format!("drop trigger {name}")).await?;
                to_start.push(sql);
            }
        }
        Ok(to_start)
    }

    pub(super) async fn start_triggers(&mut self, to_start: Vec<String>) -> sqlx::Result<()> {
        if self.is_server() {
            self.run("set constraints all immediate").await?;
        }
        for sql in to_start {
            self.run(&sql).await?;
        }
        Ok(())
    }

    /// The next row gets a number above those that are there. SQLite sees to that by itself.
    pub(super) async fn go_on_counting(&mut self) -> sqlx::Result<()> {
        if !self.is_server() {
            return Ok(());
        }
        let counted: Vec<(String, String)> = sqlx::query_as(
            "select cast(attrelid as regclass)::text, attname::text from pg_attribute join pg_class on attrelid = pg_class.oid \
             where relkind = 'r' and relnamespace = cast(current_schema() as regnamespace) and attidentity <> ''",
        )
        .fetch_all(&mut *self)
        .await?;
        for (table, column) in counted {
            self.run(&format!(
                "select setval(pg_get_serial_sequence('{table}', '{column}'), (select max({column}) from {table}))"
            ))
            .await?;
        }
        Ok(())
    }

    async fn run(&mut self, sql: &str) -> sqlx::Result<()> {
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(self).await.map(|_| ())
    }
}
