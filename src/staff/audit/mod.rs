//! The audit log: who did what, to which request or account, and when. Never content.

use crate::web::app::App;
use crate::web::error::Result;

pub mod store;

/// That the time of the machine is right after it jumped: of an administrator, or of the command line.
pub const CONFIRMED_CLOCK: &str = "confirmed the time";

/// Notes that a member of staff did something to a request, without a word of its content.
pub async fn note(app: &App, staff: i64, what: &'static str, reference: String) -> Result<()> {
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move { store::insert(connection, Some(staff), now, what, &reference).await })
        })
        .await?;
    Ok(())
}
