//! A patient cannot make the time that is booked: it is free again, and the desk looks for another.

use crate::consultations::another_time::store as wishes;
use crate::consultations::bookings;
use crate::consultations::bookings::scheduling;
use crate::consultations::handling;
use crate::consultations::handling::Attention;
use crate::consultations::history;
use crate::consultations::notifications;
use crate::consultations::request_state::RequestState;
use crate::consultations::store;
use crate::web::app::App;

/// The longest words about what would suit, in characters.
pub const LONGEST_WISH: usize = 300;

/// Frees the booking of a request, and notifies the patient and the clinic. `wish` is what would suit. False when nothing
/// is booked that is still to come: it was freed before, or has begun.
pub async fn ask_for_another_time(app: &App, reference: String, wish: String) -> sqlx::Result<bool> {
    let now = app.clock.now();
    let finding = app.site.signs.read(&wish);
    let (sign, help) = (finding.kind(), finding.help());
    let parts = app.clone();
    let freed = app
        .database
        .write(move |connection| {
            Box::pin(async move {
                let request = store::find_on(connection, &parts.cipher, &reference).await?;
                let booking = bookings::store::find(connection, &parts.cipher, &reference).await?;
                let ahead = booking.filter(|booking| booking.is_ahead(request.state, now));
                let Some(booking) = ahead else {
                    return Ok(false);
                };
                scheduling::free(connection, &parts, &request, help, now).await?;
                store::set_state(connection, &reference, RequestState::Contacted, now).await?;
                wishes::set_wish(connection, &parts.cipher, &reference, Some(&wish)).await?;
                handling::store::set_attention(connection, &reference, Attention::AnotherTime).await?;
                handling::store::set_next_try(connection, &reference, None).await?;
                if sign > request.sign {
                    store::set_sign(connection, &reference, sign).await?;
                }
                let what = "cannot make the time that was booked, and asks for another";
                history::store::add_event(connection, &reference, now, "patient", what).await?;
                let read_first = sign.is_some();
                notifications::another_time_wanted(
                    connection,
                    &parts,
                    &reference,
                    booking.starts_at,
                    read_first,
                    now,
                )
                .await?;
                Ok(true)
            })
        })
        .await?;
    app.mail_waiting.notify_one();
    Ok(freed)
}
