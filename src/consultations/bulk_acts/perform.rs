//! Does one thing to several requests in one transaction: what cannot be done to one of them leaves that one alone.

use jiff::Timestamp;

use crate::consultations::bulk_acts::bulk_act::{BulkAct, BulkOutcome, ChosenRequest};
use crate::consultations::bulk_acts::store;
use crate::consultations::handling::store as handling;
use crate::consultations::request::Request;
use crate::consultations::transitions::act_on;
use crate::staff::Account;
use crate::storage::database::Connection;
use crate::web::app::App;

/// Does it to each that is as it was when it was chosen. Gives the number of the act.
pub async fn perform(
    app: &App,
    me: &Account,
    bulk: BulkAct,
    chosen: Vec<ChosenRequest>,
) -> sqlx::Result<i64> {
    let now = app.clock.now();
    let mut found: Vec<(Request, i64)> = Vec::new();
    for ChosenRequest { reference, seen_at } in chosen {
        match handling::find(app.database.readers(), &app.cipher, &reference, me.role).await {
            Ok((request, _)) => found.push((request, seen_at)),
            // It was erased meanwhile: nothing of it is left to be named.
            Err(sqlx::Error::RowNotFound) => {}
            Err(error) => return Err(error),
        }
    }
    let (parts, me) = (app.clone(), me.clone());
    let done = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let id = store::insert(connection, me.id, &bulk.describe(), now).await?;
                for (request, seen_at) in &found {
                    let row = store::before(connection, &request.reference).await?;
                    let outcome =
                        perform_one(connection, &parts, &me, &bulk, (request, *seen_at), now).await?;
                    store::insert_row(connection, id, &request.reference, &row, outcome).await?;
                }
                Ok(id)
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(done)
}

async fn perform_one(
    connection: &mut Connection,
    app: &App,
    me: &Account,
    bulk: &BulkAct,
    (request, seen_at): (&Request, i64),
    now: Timestamp,
) -> sqlx::Result<BulkOutcome> {
    // Whoever closes such a request has read it: nobody in danger goes with a tick.
    if matches!(bulk, BulkAct::Close(_)) && request.sign.is_some() {
        return Ok(BulkOutcome::Sign);
    }
    Ok(act_on(connection, app, me, request, seen_at, bulk.of_one(me), now).await?.into())
}
