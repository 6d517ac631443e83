//! Mails to the clinic about what came in: one by one, and in a flood one about several.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;

use crate::mail::letter::{Letter, NewMail};
use crate::mail::outbox::{amend_waiting, count_since, enqueue};
use crate::storage::database::Connection;
use crate::web::app::App;

/// How long a mail about several gathers them before it goes.
const GATHERS_FOR: SignedDuration = SignedDuration::from_mins(10);

/// What the clinic is told of something that came in.
pub struct ClinicNotice<'a, L> {
    /// Of what came in.
    pub reference: &'a str,
    /// What is said of it alone.
    pub one: L,
    /// What is said when it is the first of several.
    pub several: L,
    /// What a mail about several stands under, in place of one reference.
    pub several_reference: &'static str,
    /// So many mails of this purpose in an hour go one by one; the next ones are about several.
    pub most_an_hour: i64,
}

/// Tells the clinic. `add` adds one more to a mail about several that waits.
pub async fn notify_clinic<L: Letter + DeserializeOwned>(
    connection: &mut Connection,
    app: &App,
    notice: ClinicNotice<'_, L>,
    add: impl FnOnce(&mut L),
    now: Timestamp,
) -> sqlx::Result<()> {
    let to = &app.site.clinic.notices_to;
    let hour = now - SignedDuration::from_hours(1);
    let most = notice.most_an_hour;
    let is_flood =
        app.limits.bounds_mail() && count_since(connection, L::PURPOSE, hour, now, most).await? >= most;
    if !is_flood {
        let mail = NewMail::new(&notice.one, notice.reference, to);
        enqueue(connection, app, mail, now, now).await?;
    } else if !amend_waiting(connection, app, notice.several_reference, add).await? {
        let mail = NewMail::new(&notice.several, notice.several_reference, to);
        enqueue(connection, app, mail, now, now + GATHERS_FOR).await?;
    }
    Ok(())
}
