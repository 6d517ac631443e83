//! Erases what has been kept long enough: run every hour, and once at the start.

use std::time::Duration;

use tokio::sync::watch;

use crate::app::App;
use crate::clock::seconds;
use crate::{
    complaints, consultations, drafts, mail, mistakes, reports, retention, rights, staff, summaries,
};

const EVERY: Duration = Duration::from_secs(60 * 60);

/// Runs until told to stop.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = forget(&app).await {
            tracing::error!(%error, "old data was not erased; it is tried again in an hour");
        }
        app.limits.prune();
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// One pass, in one transaction; then the write-ahead log is emptied, so that erased data leaves the files.
pub async fn forget(app: &App) -> sqlx::Result<()> {
    let now = app.clock.now();
    app.database
        .write(move |connection| {
            Box::pin(async move {
                let at = seconds(now);
                let requests = consultations::store::forget(connection, at - retention::CONSULTATION).await?;
                let addresses = reports::store::forget(connection, at - retention::ADDRESS).await?;
                complaints::store::forget(connection, at - retention::COMPLAINT).await?;
                mail::asked::forget(connection, now).await?;
                mail::forget_recipients(connection, at - retention::ADDRESS).await?;
                sqlx::query("delete from submissions where created_at < $1")
                    .bind(at - retention::SUBMISSION)
                    .execute(&mut *connection)
                    .await?;
                mistakes::store::forget(connection, at - retention::MISTAKE).await?;
                staff::forget(connection, now).await?;
                rights::store::forget(connection, at - retention::AUDIT).await?;
                drafts::store::forget(connection, at - retention::DRAFT).await?;
                summaries::store::forget(connection, at).await?;
                if requests + addresses > 0 {
                    tracing::info!(requests, addresses, "old personal data was erased");
                }
                Ok(())
            })
        })
        .await?;
    app.database.truncate_log().await
}
