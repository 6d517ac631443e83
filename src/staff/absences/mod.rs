//! When members of staff are away, and who is given what is theirs meanwhile.

use crate::staff::Account;
use crate::staff::audit;
use crate::web::app::App;

mod absence;
pub mod store;

pub use absence::{Absence, MOST_DAYS, NewAbsence};

/// What came of entering an absence.
#[derive(Debug, PartialEq)]
pub enum AbsenceEntered {
    Yes,
    /// They are away on some of these days already.
    Overlaps,
    CoverIsAway,
}

/// Enters an absence. What is theirs is given away on its first day.
pub async fn enter(app: &App, me: &Account, new: NewAbsence) -> sqlx::Result<AbsenceEntered> {
    let (by, now) = (me.id, app.clock.now());
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let days = (new.from, new.until);
                if store::overlaps(connection, new.staff_id, days).await? {
                    return Ok(AbsenceEntered::Overlaps);
                }
                if let Some(cover) = new.cover_id
                    && store::overlaps(connection, cover, days).await?
                {
                    return Ok(AbsenceEntered::CoverIsAway);
                }
                store::insert(connection, &new, now).await?;
                let about = format!("staff:{}", new.staff_id);
                audit::store::insert(connection, Some(by), now, "entered an absence", &about).await?;
                Ok(AbsenceEntered::Yes)
            })
        })
        .await
}

/// Takes an absence back: they are here. What was given away stays where it is.
pub async fn remove(app: &App, me: &Account, absence: &Absence) -> sqlx::Result<()> {
    let (by, now, id, about) = (me.id, app.clock.now(), absence.id, format!("staff:{}", absence.staff_id));
    app.database
        .write(move |connection| {
            Box::pin(async move {
                store::delete(connection, id).await?;
                audit::store::insert(connection, Some(by), now, "removed an absence", &about).await
            })
        })
        .await
}
