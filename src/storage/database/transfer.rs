//! Copies every row of every table from one database into another, of whichever engines, and counts both sides.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::{AssertSqlSafe, SqlSafeStr};
use sqlx_core::any::{AnyArgumentBuffer, AnyTypeInfoKind, AnyValueKind};

use crate::storage::database::connection::Connection;
use crate::storage::database::readers::Readers;
use crate::storage::database::writer::Writer;
use crate::storage::long_work::LongWork;

/// What a migration puts into a new database: rows of these are taken away before those of the other come.
const FILLED_BY_MIGRATIONS: [&str; 2] = ["consultations_erased", "saved_replies"];

/// How many rows of a table were copied, and were found on both sides.
#[derive(Clone, Debug, PartialEq)]
pub struct CopiedTable {
    pub name: String,
    pub rows: i64,
}

/// A table as PostgreSQL has it; SQLite has the same.
#[derive(Debug)]
pub(super) struct Table {
    name: String,
    columns: Vec<TableColumn>,
    /// Rows have an order of arrival.
    is_ordered: bool,
}

#[derive(Debug)]
struct TableColumn {
    name: String,
    kind: AnyTypeInfoKind,
}

/// The first table that holds anything but what a migration put there; nothing for a new database.
pub(super) async fn first_with_rows(readers: &Readers) -> sqlx::Result<Option<String>> {
    let mut reader = readers.acquire().await?;
    for table in reader.table_names().await? {
        if !FILLED_BY_MIGRATIONS.contains(&table.as_str()) && count(&mut reader, &table).await? > 0 {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

/// Copies all rows of these tables, whole or not at all. What is written to the source meanwhile is not copied: it is read
/// as it is at the beginning.
///
/// An error names the table whose rows could not be copied, or were not all there at the end.
pub(super) async fn copy_all(
    from: &Readers,
    to: &Writer,
    tables: Vec<Table>,
    work: &LongWork,
) -> sqlx::Result<Vec<CopiedTable>> {
    let mut source = from.acquire().await?;
    source.begin_to_read().await?;
    let work = work.clone();
    to.write(
        move |target| {
            Box::pin(async move {
                let kept_from_acting = target.stop_triggers().await?;
                let mut all = Vec::new();
                let steps = tables.len() as u64;
                for (done, table) in tables.iter().enumerate() {
                    work.at("copying the tables", done as u64, steps);
                    all.push(copy(&mut source, target, table).await?);
                }
                target.start_triggers(kept_from_acting).await?;
                target.go_on_counting().await?;
                work.at("copying the tables", steps, steps);
                source.end_reading().await?;
                Ok(all)
            })
        },
        true,
    )
    .await
}

async fn copy(source: &mut Connection, target: &mut Connection, table: &Table) -> sqlx::Result<CopiedTable> {
    let Table { name, columns, is_ordered } = table;
    let names = columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
    let places = (1..=columns.len()).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ");
    let order = if *is_ordered { " order by rowid" } else { "" };
    let insert = AssertSqlSafe(format!("insert into {name} ({names}) values ({places})")).into_sql_str();
    if FILLED_BY_MIGRATIONS.contains(&name.as_str()) {
        sqlx::query(AssertSqlSafe(format!("delete from {name}"))).execute(&mut *target).await?;
    }
    {
        let all = sqlx::query(AssertSqlSafe(format!("select {names} from {name}{order}")));
        let mut rows = all.fetch(&mut *source);
        while let Some(row) = rows.try_next().await? {
            let values = values(row, table)?;
            let inserted = sqlx::query_with(insert.clone(), values).execute(&mut *target).await;
            inserted.map_err(|error| refused(name, &error))?;
        }
    }
    let (there, here) = (count(source, name).await?, count(target, name).await?);
    if there != here {
        return Err(sqlx::Error::Protocol(format!("{name} had {there} rows, and {here} were copied")));
    }
    Ok(CopiedTable { name: name.clone(), rows: here })
}

/// The values of a row, as the same columns of the other engine take them.
fn values(row: AnyRow, table: &Table) -> sqlx::Result<AnyArguments> {
    let mut values = Vec::new();
    for (value, column) in row.values.into_iter().zip(&table.columns) {
        values.push(match (value.kind, column.kind) {
            // The engine of the source does not know of what kind a value is that is not there.
            (AnyValueKind::Null(_), kind) => AnyValueKind::Null(kind),
            (AnyValueKind::Blob(_), AnyTypeInfoKind::Text) => {
                let words = format!("{} has a row whose {} is damaged", table.name, column.name);
                return Err(sqlx::Error::Protocol(words));
            }
            (AnyValueKind::Text(text), AnyTypeInfoKind::Blob) => {
                AnyValueKind::Blob(Arc::new(text.as_bytes().to_vec()))
            }
            (value, _) => value,
        });
    }
    Ok(AnyArguments { values: AnyArgumentBuffer(values) })
}

/// A constraint or a value of another kind: the row stays where it is, and nothing else is copied.
fn refused(table: &str, error: &sqlx::Error) -> sqlx::Error {
    sqlx::Error::Protocol(format!("a row of {table} does not fit into the other database: {error}"))
}

async fn count(connection: &mut Connection, table: &str) -> sqlx::Result<i64> {
    sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(connection).await
}

/// In the order in which they refer to each other.
pub(super) async fn tables(server: &Readers) -> sqlx::Result<Vec<Table>> {
    let (mut server, mut tables) = (server.acquire().await?, Vec::new());
    for name in server.table_names().await? {
        let all: Vec<(String, String)> = sqlx::query_as(
            "select cast(attname as text), format_type(atttypid, null) from pg_attribute \
             where attrelid = cast($1 as regclass) and attnum > 0 and not attisdropped order by attnum",
        )
        .bind(&name)
        .fetch_all(&mut server)
        .await?;
        let is_ordered = all.iter().any(|(column, _)| column == "rowid");
        let columns = all.into_iter().filter(|(column, _)| column != "rowid");
        let columns = columns.map(|(name, kind)| TableColumn { name, kind: kind_of(&kind) }).collect();
        tables.push(Table { name, columns, is_ordered });
    }
    Ok(tables)
}

fn kind_of(of_the_server: &str) -> AnyTypeInfoKind {
    match of_the_server {
        "bytea" => AnyTypeInfoKind::Blob,
        "text" => AnyTypeInfoKind::Text,
        _ => AnyTypeInfoKind::BigInt,
    }
}
