//! When members of staff are away, and who is given what is theirs meanwhile.

use jiff::civil::Date;

use crate::staff::Account;
use crate::staff::audit;
use crate::web::app::App;

pub mod store;

/// The longest absence that is no slip of the year.
pub const MOST_DAYS: i32 = 366;

/// An absence that lies ahead, or has begun.
pub struct Absence {
    pub id: i64,
    pub staff_id: i64,
    pub name: String,
    /// The first day and the last; nothing when they cannot be read.
    pub days: Option<(Date, Date)>,
    /// Who is given what is theirs; nothing for nobody.
    pub cover: Option<String>,
}

/// An absence as it was entered, checked.
pub struct NewAbsence {
    pub staff_id: i64,
    pub from: Date,
    pub until: Date,
    pub cover_id: Option<i64>,
}

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
