//! What the engines give and take, as values of `sqlx::Any`: text, bytes and whole numbers alone, flags as 0 and 1.

use std::sync::Arc;

use sqlx::any::{AnyArguments, AnyQueryResult, AnyRow, AnyTypeInfo, AnyValue};
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArguments, PgQueryResult, PgRow};
use sqlx::sqlite::{SqliteArguments, SqliteQueryResult, SqliteRow};
use sqlx::{Arguments, Column, Database, Decode, Postgres, Row, Sqlite, ValueRef};
use sqlx_core::any::{AnyColumn, AnyTypeInfoKind, AnyValueKind};

/// An engine that can stand behind `sqlx::Any`.
pub trait Engine: Database {
    fn arguments(given: AnyArguments) -> sqlx::Result<<Self as Database>::Arguments>;

    fn row(row: &<Self as Database>::Row) -> sqlx::Result<AnyRow>;

    fn result(done: &<Self as Database>::QueryResult) -> AnyQueryResult;
}

impl Engine for Sqlite {
    fn arguments(given: AnyArguments) -> sqlx::Result<SqliteArguments> {
        let mut arguments = SqliteArguments::default();
        for value in given.values.0 {
            add_to_sqlite(&mut arguments, value).map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }

    fn row(row: &SqliteRow) -> sqlx::Result<AnyRow> {
        AnyRow::try_from(row).or_else(|_| damaged_row(row))
    }

    fn result(done: &SqliteQueryResult) -> AnyQueryResult {
        AnyQueryResult { rows_affected: done.rows_affected(), last_insert_id: None }
    }
}

impl Engine for Postgres {
    fn arguments(mut given: AnyArguments) -> sqlx::Result<PgArguments> {
        given.values.0.iter_mut().for_each(|value| {
            flag_as_number(value);
            without_nul(value);
        });
        given.convert_into().map_err(sqlx::Error::Encode)
    }

    fn row(row: &PgRow) -> sqlx::Result<AnyRow> {
        let mut row = AnyRow::try_from(row)?;
        row.values.iter_mut().for_each(|value| flag_as_number(&mut value.kind));
        Ok(row)
    }

    fn result(done: &PgQueryResult) -> AnyQueryResult {
        AnyQueryResult { rows_affected: done.rows_affected(), last_insert_id: None }
    }
}

/// The text and the bytes move; nothing is copied.
fn add_to_sqlite(arguments: &mut SqliteArguments, value: AnyValueKind) -> Result<(), BoxDynError> {
    match value {
        AnyValueKind::Null(_) => arguments.add(None::<i64>),
        AnyValueKind::Bool(flag) => arguments.add(i64::from(flag)),
        AnyValueKind::SmallInt(number) => arguments.add(i64::from(number)),
        AnyValueKind::Integer(number) => arguments.add(i64::from(number)),
        AnyValueKind::BigInt(number) => arguments.add(number),
        AnyValueKind::Real(number) => arguments.add(f64::from(number)),
        AnyValueKind::Double(number) => arguments.add(number),
        AnyValueKind::Text(text) => arguments.add(Arc::unwrap_or_clone(text)),
        AnyValueKind::TextSlice(text) => arguments.add(text.to_string()),
        AnyValueKind::Blob(bytes) => arguments.add(Arc::unwrap_or_clone(bytes)),
        other => Err(format!("no column holds {other:?}").into()),
    }
}

/// Columns hold 0 and 1, in both engines; PostgreSQL calls the answer of a comparison a boolean.
fn flag_as_number(value: &mut AnyValueKind) {
    match value {
        AnyValueKind::Bool(flag) => *value = AnyValueKind::BigInt(i64::from(*flag)),
        AnyValueKind::Null(kind @ AnyTypeInfoKind::Bool) => *kind = AnyTypeInfoKind::BigInt,
        _ => {}
    }
}

/// PostgreSQL takes no text with a NUL in it: what stands in its place is in no row that it is looked for in.
fn without_nul(value: &mut AnyValueKind) {
    let text: &str = match value {
        AnyValueKind::Text(text) => text,
        AnyValueKind::TextSlice(text) => text,
        _ => return,
    };
    if text.contains('\0') {
        *value = AnyValueKind::Text(Arc::new(text.replace('\0', "\u{fffd}")));
    }
}

/// A row in which a text is damaged: its bytes stand in its place, and `StoredText` says that they are no text.
fn damaged_row(row: &SqliteRow) -> sqlx::Result<AnyRow> {
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for column in row.columns() {
        columns.push(AnyColumn::try_from(column)?);
        let value = row.try_get_raw(column.ordinal())?;
        let kind = AnyTypeInfo::try_from(&*value.type_info())?.kind();
        let kind = match kind {
            kind if value.is_null() => AnyValueKind::Null(kind),
            AnyTypeInfoKind::Text => match String::from_utf8(decode::<Vec<u8>>(value)?) {
                Ok(text) => AnyValueKind::Text(Arc::new(text)),
                Err(damaged) => AnyValueKind::Blob(Arc::new(damaged.into_bytes())),
            },
            AnyTypeInfoKind::Blob => AnyValueKind::Blob(Arc::new(decode(value)?)),
            AnyTypeInfoKind::Double | AnyTypeInfoKind::Real => AnyValueKind::Double(decode(value)?),
            _ => AnyValueKind::BigInt(decode(value)?),
        };
        values.push(AnyValue { kind });
    }
    let names = columns.iter().map(|column| (column.name.clone(), column.ordinal)).collect();
    Ok(AnyRow { column_names: Arc::new(names), columns, values })
}

fn decode<'r, T: Decode<'r, Sqlite>>(value: <Sqlite as Database>::ValueRef<'r>) -> sqlx::Result<T> {
    T::decode(value).map_err(sqlx::Error::Decode)
}
