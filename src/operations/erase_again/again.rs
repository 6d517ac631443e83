//! Erases again, at a start, what people had asked to be erased: a backup that was restored may hold it still.

use crate::consultations;
use crate::consultations::{RequestState, merges, withdrawal};
use crate::desk::data_rights;
use crate::desk::data_rights::PersonalRow;
use crate::operations::erase_again::store;
use crate::staff::audit;
use crate::storage::erasure_log;
use crate::storage::erasure_log::ErasedThing;
use crate::web::app::App;

const WHAT: &str = "erased again what a restored backup held";

/// Gives how many things were there again. Without a restore there are none.
pub async fn erase_again(app: &App) -> anyhow::Result<usize> {
    let folder = app.database.condition().folder().to_owned();
    let all = erasure_log::read(&folder)?;
    let mut again = 0;
    for (_, thing) in all {
        let is_there = match thing {
            ErasedThing::Withdrawn { reference } => withdraw(app, reference).await?,
            ErasedThing::Row { table, key, reference } => erase(app, table, key, reference).await?,
        };
        again += usize::from(is_there);
    }
    if again > 0 {
        tracing::warn!(again, "what had been erased before a backup was restored was erased again");
        app.database.truncate_log().await?;
    }
    erasure_log::forget(&folder, app.clock.now())?;
    Ok(again)
}

async fn withdraw(app: &App, reference: String) -> sqlx::Result<bool> {
    let found = consultations::store::find(app.database.readers(), &app.cipher, &reference).await;
    match found {
        Ok(request) if request.state != RequestState::Withdrawn => {
            withdrawal::withdraw(app, reference.clone()).await?;
            note(app, reference).await?;
            Ok(true)
        }
        Ok(_) | Err(sqlx::Error::RowNotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn erase(app: &App, table: String, key: String, reference: String) -> sqlx::Result<bool> {
    let row = PersonalRow { table, key, reference: reference.clone(), own: true, fields: Vec::new() };
    if !store::holds_something(app.database.readers(), &row).await? {
        return Ok(false);
    }
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move {
                if row.table == "consultations" {
                    merges::part_erased(connection, &row.key, now).await?;
                }
                data_rights::store::erase(connection, &row).await
            })
        })
        .await?;
    note(app, reference).await?;
    Ok(true)
}

async fn note(app: &App, reference: String) -> sqlx::Result<()> {
    let now = app.clock.now();
    app.database
        .write(move |c| Box::pin(async move { audit::store::insert(c, None, now, WHAT, &reference).await }))
        .await
}
