//! Every Monday morning, a mail to whom the clinic names: how the last week went.

use jiff::Timestamp;
use jiff::civil::Weekday;

use crate::desk::insights::figures::Figures;
use crate::desk::insights::letter::{REFERENCE, WeeklyLetter};
use crate::library::Library;
use crate::mail;
use crate::mail::NewMail;
use crate::web::app::App;
use crate::web::counts;
use crate::web::counts::Counted;

/// The local hour from which it is made. One that was missed, because the program stood still, is made up until midnight.
const FROM_HOUR: i8 = 7;

/// Makes the mail when it is due and was not made yet; true when it was.
pub async fn make_due(app: &App, library: &Library, now: Timestamp) -> sqlx::Result<bool> {
    let local = app.site.clinic.calendar().local(now);
    let is_time = local.weekday() == Weekday::Monday && local.hour() >= FROM_HOUR;
    if app.site.clinic.insights_to.is_empty() || !is_time {
        return Ok(false);
    }
    let mut connection = app.database.readers().acquire().await?;
    if counts::store::times_on(&mut connection, Counted::WeeklyMail, local.date()).await? > 0 {
        return Ok(false);
    }
    drop(connection);
    let letter = WeeklyLetter::of(&Figures::read(app, library, now).await?);
    let (given, day) = (app.clone(), local.date());
    let write = app.database.write(move |connection| {
        Box::pin(async move {
            for to in &given.site.clinic.insights_to {
                mail::enqueue(connection, &given, NewMail::new(&letter, REFERENCE, to), now, now).await?;
            }
            counts::store::add(connection, day, &[(Counted::WeeklyMail, String::new(), 1)]).await
        })
    });
    write.await?;
    app.mail_waiting.notify_one();
    Ok(true)
}
