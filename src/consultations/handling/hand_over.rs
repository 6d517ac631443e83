//! Gives away the requests of members of staff on the first day that they are away.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::consultations::handling::store;
use crate::consultations::history;
use crate::staff::absences::store as absences;
use crate::staff::absences::store::DueAbsence;
use crate::staff::audit;
use crate::storage::database::{Connection, is_unavailable};
use crate::storage::readable::UNREADABLE;
use crate::web::app::App;
use crate::web::metrics::Alarm;

/// Gives what is theirs to who covers for them, or to nobody, for every absence that has begun. Says how many requests
/// were given. One absence that cannot be read stops no other.
pub async fn hand_over_due(app: &App) -> sqlx::Result<usize> {
    let now = app.clock.now();
    let today = app.site.clinic.calendar().local(now).date();
    let (mut given, mut left) = (0, 0);
    for absence in absences::due(app.database.readers(), today).await? {
        let handed = app
            .database
            .write(move |connection| Box::pin(async move { begin(connection, &absence, today, now).await }));
        match handed.await {
            Ok(requests) => given += requests,
            Err(error) if is_unavailable(&error) => return Err(error),
            Err(error) => {
                tracing::error!(%error, "the requests of someone who is away could not be given away");
                left += 1;
            }
        }
    }
    warn_of_left(app, left);
    Ok(given)
}

async fn begin(
    connection: &mut Connection,
    absence: &DueAbsence,
    today: Date,
    now: Timestamp,
) -> sqlx::Result<usize> {
    if !absences::set_handed_over(connection, absence.id, now).await? {
        return Ok(0);
    }
    let cover = match absence.cover_id {
        Some(id) => absences::able_cover(connection, id, today).await?.map(|name| (id, name)),
        None => None,
    };
    hand_over(connection, absence, cover, now).await
}

async fn hand_over(
    connection: &mut Connection,
    absence: &DueAbsence,
    cover: Option<(i64, String)>,
    now: Timestamp,
) -> sqlx::Result<usize> {
    let to = cover.as_ref().map(|(id, _)| *id);
    let given = store::give_open_of(connection, absence.staff_id, to).await?;
    let what = match &cover {
        Some((_, name)) => format!("gave it to {name}, because {} is away", absence.name),
        None => format!("gave it back, because {} is away: it is nobody’s", absence.name),
    };
    // A request whose reference cannot be read has no history to be found by.
    for reference in given.iter().filter(|reference| *reference != UNREADABLE) {
        history::store::add_event(connection, reference, now, "system", &what).await?;
        store::touch(connection, reference, now).await?;
    }
    let about = format!("staff:{}", absence.staff_id);
    audit::store::insert(connection, None, now, "gave away the requests of someone who is away", &about)
        .await?;
    Ok(given.len())
}

fn warn_of_left(app: &App, number: usize) {
    const NAME: &str = "requests-not-given-away";
    if number == 0 {
        return app.site.metrics.end(NAME);
    }
    let sentence = "The requests of someone who is away could not be given to a colleague, because something about them cannot be read: share them out by hand, and tell whoever looks after the site.".to_owned();
    app.site.metrics.raise(Alarm { name: NAME, sentence, link: None });
}
