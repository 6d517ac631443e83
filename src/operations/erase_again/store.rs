//! The SQL of what a restored backup holds again, and nothing else.

use sqlx::AssertSqlSafe;

use crate::desk::data_rights::PersonalRow;
use crate::storage::database::Readers;
use crate::storage::key_rotation::ENCRYPTED_FIELDS;
use crate::storage::readable::Flag;

/// Whether anything personal stands in a row. Nothing does in a table that holds none.
pub async fn holds_something(readers: &Readers, row: &PersonalRow) -> sqlx::Result<bool> {
    // The name of the table was read from a file: only one of ours goes into the statement.
    let Some(known) = ENCRYPTED_FIELDS.iter().find(|known| known.table == row.table) else {
        return Ok(false);
    };
    let any = known.columns.join(" is not null or ");
    let find = format!(
        "select exists (select 1 from {} where {} = $1 and ({any} is not null))",
        known.table, known.reference
    );
    sqlx::query_scalar(AssertSqlSafe(find))
        .bind(&row.key)
        .fetch_one(readers)
        .await
        .map(|flag: Flag| flag.into())
}
