//! Undoes what was done to several requests, for each that nobody changed since.

use crate::consultations::bulk_acts::bulk_act::BulkOutcome;
use crate::consultations::bulk_acts::store;
use crate::consultations::history;
use crate::staff::Account;
use crate::web::app::App;

#[derive(Debug, PartialEq)]
pub enum UndoOutcome {
    /// Also when it was undone before.
    Done,
    /// A colleague did it.
    NotTheirs,
}

pub async fn undo(app: &App, me: &Account, id: i64) -> sqlx::Result<UndoOutcome> {
    let (now, me) = (app.clock.now(), me.id);
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let act = store::find_on(connection, id).await?;
                if act.staff_id != me {
                    return Ok(UndoOutcome::NotTheirs);
                }
                if act.undone_at.is_some() {
                    return Ok(UndoOutcome::Done);
                }
                store::set_undone(connection, id, now).await?;
                let what = format!("undid “{}”", act.what);
                for reference in store::done_on(connection, id).await? {
                    let outcome = match store::restore(connection, id, &reference, now).await? {
                        true => BulkOutcome::Undone,
                        false => BulkOutcome::Changed,
                    };
                    store::set_outcome(connection, id, &reference, outcome).await?;
                    if outcome == BulkOutcome::Undone {
                        history::by_staff::note(connection, me, &reference, &what, now).await?;
                    }
                }
                Ok(UndoOutcome::Done)
            })
        })
        .await
}
