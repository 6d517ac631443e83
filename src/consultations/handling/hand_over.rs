//! Gives away the requests of members of staff on the first day that they are away.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;

use crate::consultations::handling::store;
use crate::consultations::history;
use crate::staff::absences::store as absences;
use crate::staff::absences::store::DueAbsence;
use crate::staff::audit;
use crate::web::app::App;

/// Gives what is theirs to who covers for them, or to nobody, for every absence that has begun. Says how many requests
/// were given.
pub async fn hand_over_due(app: &App) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let today = app.site.clinic.calendar().local(now).date();
    let due = absences::due(app.database.readers(), today).await?;
    if due.is_empty() {
        return Ok(0);
    }
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let mut given = 0;
                for absence in &due {
                    if absences::set_handed_over(connection, absence.id, now).await? {
                        let cover = match absence.cover_id {
                            Some(id) => {
                                absences::able_cover(connection, id, today).await?.map(|name| (id, name))
                            }
                            None => None,
                        };
                        given += hand_over(connection, absence, cover, now).await?;
                    }
                }
                Ok(given)
            })
        })
        .await
}

async fn hand_over(
    connection: &mut SqliteConnection,
    absence: &DueAbsence,
    cover: Option<(i64, String)>,
    now: Timestamp,
) -> sqlx::Result<usize> {
    let open = store::open_of(connection, absence.staff_id).await?;
    let what = match &cover {
        Some((_, name)) => format!("gave it to {name}, because {} is away", absence.name),
        None => format!("gave it back, because {} is away: it is nobody’s", absence.name),
    };
    for reference in &open {
        store::set_owner(connection, reference, cover.as_ref().map(|(id, _)| *id)).await?;
        history::store::add_event(connection, reference, now, "system", &what).await?;
        store::touch(connection, reference, now).await?;
    }
    let about = format!("staff:{}", absence.staff_id);
    audit::store::insert(connection, None, now, "gave away the requests of someone who is away", &about)
        .await?;
    Ok(open.len())
}
