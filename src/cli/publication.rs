//! What the public sees now: looked at every minute for signatures that came, and for pages that came to their day.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_client_ip::ClientIpSource;
use jiff::civil::Date;
use tokio::sync::watch;

use crate::cli::today::today;
use crate::desk::state::DeskMemory;
use crate::library::Library;
use crate::library::pages::RenderedPages;
use crate::router::{rendered_pages, router};
use crate::web::app::App;
use crate::web::metrics::Alarm;

const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The name of the alarm of pages that cannot be published.
const ALARM: &str = "publication";

/// The site as it was made of one reading of its content.
pub struct Edition {
    pub pages: Arc<RenderedPages>,
    pub router: Router,
}

/// Makes the editions, one after the other.
pub struct Publisher {
    app: App,
    client_ip: ClientIpSource,
    memory: DeskMemory,
    edition: watch::Sender<Arc<Edition>>,
}

impl Publisher {
    /// Renders every page. Where the database cannot be read, no page says that it was reviewed.
    pub async fn open(
        app: &App,
        library: &Arc<Library>,
        client_ip: ClientIpSource,
    ) -> anyhow::Result<Publisher> {
        Publisher::of(app, Arc::new(rendered_pages(&app.site, library)?), client_ip).await
    }

    /// The same for pages that are rendered already.
    pub async fn of(
        app: &App,
        pages: Arc<RenderedPages>,
        client_ip: ClientIpSource,
    ) -> anyhow::Result<Publisher> {
        let memory = DeskMemory::default();
        let edition = edition(app, pages, &memory, &client_ip).await?;
        Ok(Publisher { app: app.clone(), client_ip, memory, edition: watch::Sender::new(Arc::new(edition)) })
    }

    /// The edition of now, at any time.
    pub fn editions(&self) -> watch::Receiver<Arc<Edition>> {
        self.edition.subscribe()
    }

    /// Looks at the signatures; where a page has come to its day, reads the content anew and shows it. The edition of
    /// before stays when the content is no longer good.
    pub async fn pass(&self) -> anyhow::Result<()> {
        let pages = self.edition.borrow().pages.clone();
        let day = today(&self.app.clock);
        if !pages.library().has_come_to_its_day(day) {
            return pages.refresh(&self.app.site, self.app.database.readers()).await;
        }
        let (folder, site) = (pages.library().folder.clone(), self.app.site.clone());
        let read = move || {
            let library = Arc::new(Library::load_on(&folder, &site, day)?);
            anyhow::Ok(Arc::new(rendered_pages(&site, &library)?))
        };
        let pages = tokio::task::spawn_blocking(read).await??;
        let edition = edition(&self.app, pages, &self.memory, &self.client_ip).await?;
        self.edition.send_replace(Arc::new(edition));
        tracing::info!("a page came to its day, and the content was read anew");
        Ok(())
    }

    /// Runs until told to stop.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let metrics = &self.app.site.metrics;
            match self.pass().await {
                Ok(()) => metrics.end(ALARM),
                Err(error) => {
                    tracing::error!(%error, "pages cannot be published or their signatures cannot be read");
                    metrics.raise(Alarm {
                        name: ALARM,
                        sentence: "A page that should be shown from today is not, or signatures of pages cannot be read: run mybackpain check, and look at the log.".to_owned(),
                        link: None,
                    });
                }
            }
        }
    }
}

async fn edition(
    app: &App,
    pages: Arc<RenderedPages>,
    memory: &DeskMemory,
    client_ip: &ClientIpSource,
) -> anyhow::Result<Edition> {
    if let Err(error) = pages.refresh(&app.site, app.database.readers()).await {
        tracing::error!(%error, "the signatures of pages cannot be read");
    }
    let router = router(app.clone(), pages.clone(), memory, client_ip.clone())?;
    Ok(Edition { pages, router })
}

/// A page that waits for its review is still better than none: this is for the log, and `check` fails on it.
pub fn warn_of_reviews(library: &Library, today: Date) {
    for sheet in library.sheets.iter().filter(|sheet| sheet.front.next_review < today) {
        tracing::warn!(page = sheet.path(), due = %sheet.front.next_review, "the review of this page is overdue");
    }
}
