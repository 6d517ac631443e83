//! What the public sees: the pages with the signatures that are stored, looked at every minute.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::library::Library;
use crate::library::pages::RenderedPages;
use crate::router::rendered_pages;
use crate::web::app::App;

const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Renders every page. Where the database cannot be read, no page says that it was reviewed.
pub async fn pages(app: &App, library: &Arc<Library>) -> anyhow::Result<Arc<RenderedPages>> {
    let pages = rendered_pages(&app.site, library)?;
    refresh(app, &pages).await;
    Ok(Arc::new(pages))
}

/// Takes signatures that came by another program, such as `signatures import`, until told to stop.
pub async fn run(app: App, pages: Arc<RenderedPages>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        refresh(&app, &pages).await;
    }
}

async fn refresh(app: &App, pages: &RenderedPages) {
    if let Err(error) = pages.refresh(&app.site, app.database.readers()).await {
        tracing::error!(%error, "the signatures of pages cannot be read");
    }
}
