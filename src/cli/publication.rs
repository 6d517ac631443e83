//! What the public sees now: made anew when a file of the content is saved, when a page comes to its day, and when a
//! clinician signs one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use axum::Router;
use axum::http::{HeaderMap, Method, Uri};
use axum::response::Response;
use axum_client_ip::ClientIpSource;
use jiff::civil::Date;
use tokio::sync::watch;

use crate::cli::today::day_of;
use crate::desk::state::DeskMemory;
use crate::library::Library;
use crate::library::fingerprint::fingerprint;
use crate::library::pages::RenderedPages;
use crate::operations::clock_check::FURTHEST_DRIFT;
use crate::router::{rendered_pages, router};
use crate::storage::believed_time;
use crate::web::answer_counts::CONTENT_PAGE;
use crate::web::app::App;
use crate::web::compressed_pages::CompressedPages;
use crate::web::job_round;
use crate::web::metrics::{Alarm, AlarmLink};
use crate::web::security::Headers;
use crate::web::server::Answering;
use crate::web::static_files;

/// How often the files of the content are looked at: two looks that see the same, and what was saved is read.
const LOOK_EVERY: Duration = Duration::from_millis(150);
/// Signatures and days are looked at once in so many looks: every minute.
const LOOKS_IN_A_MINUTE: u32 = 400;
/// So long after pages were made, those that nobody has asked for are compressed: at first there are visitors to answer.
const COMPRESS_AFTER: Duration = Duration::from_secs(20);
/// The names of the alarms of content that cannot be shown, and of signatures that cannot be read.
const REFUSED: &str = "content-refused";
const UNREAD: &str = "signatures-unread";
/// The longest part of what is wrong with the content that the desk is told of, in characters.
const LONGEST_FINDING: usize = 300;

/// The site as it was made of one reading of its content.
pub struct Edition {
    /// The features, with what the content says of the clinic.
    pub app: App,
    pub pages: Arc<RenderedPages>,
    pub router: Router,
    headers: Headers,
}

impl Answering for Edition {
    /// Pages, drawings, styles and scripts: none of the layers but the count and the headers is for them. What has still
    /// to be compressed is left to the router.
    fn at_once(&self, method: &Method, uri: &Uri, asked: &HeaderMap) -> Option<Response> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let (began, site, path) = (Instant::now(), &self.app.site, uri.path());
        let (route, mut answer) = match static_files::at(path) {
            Some(file) => (static_files::ROUTE, file.ready_answer(asked)?),
            None => (CONTENT_PAGE, self.pages.ready_answer(site, path, asked)?),
        };
        self.headers.add_to(&mut answer);
        site.metrics.answers.count(route, method, answer.status(), began.elapsed());
        Some(answer)
    }

    fn router(&self) -> Router {
        self.router.clone()
    }
}

/// Makes the editions, one after the other.
pub struct Publisher {
    folder: PathBuf,
    client_ip: ClientIpSource,
    memory: DeskMemory,
    /// What the files were like when they were last read, whether they could be shown or not.
    read: u64,
    edition: watch::Sender<Arc<Edition>>,
    /// Where compressed pages are kept for the next start.
    compressed: Option<Arc<CompressedPages>>,
    /// When that is done next.
    compress_at: Option<Instant>,
    /// That the program is to stop.
    stop: Arc<AtomicBool>,
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
        let pages = of_believed_day(app, pages).await?;
        let memory = DeskMemory::default();
        let folder = pages.library().folder.clone();
        let read = pages.library().fingerprint;
        let edition = edition(app.clone(), pages, &memory, &client_ip).await?;
        let edition = watch::Sender::new(Arc::new(edition));
        Ok(Publisher {
            folder,
            client_ip,
            memory,
            read,
            edition,
            compressed: None,
            compress_at: None,
            stop: Arc::default(),
        })
    }

    /// Takes what an earlier start compressed, and keeps what is compressed from here on.
    pub fn keep_compressed(&mut self, data: &Path) {
        let kept = Arc::new(CompressedPages::in_folder(data));
        self.edition.borrow().pages.take_compressed(&kept);
        self.compressed = Some(kept);
        self.compress_at = Some(Instant::now() + COMPRESS_AFTER);
    }

    /// Makes the compressed forms that nobody has asked for yet, when it is time.
    fn compress(&mut self) {
        let Some(kept) = self.compressed.clone() else { return };
        if self.compress_at.take_if(|at| *at <= Instant::now()).is_none() {
            return;
        }
        let (pages, stop) = (self.edition.borrow().pages.clone(), self.stop.clone());
        tokio::task::spawn_blocking(move || {
            if let Err(error) = pages.compress(&kept, &stop) {
                tracing::warn!("pages are compressed anew at the next start: {error:#}");
            }
        });
    }

    /// Builds the index of the pages of now, for which the first search would wait.
    fn build_index(&self) {
        let index = self.edition.borrow().pages.library().index.clone();
        tokio::task::spawn_blocking(move || index.build());
    }

    /// The edition of now, at any time.
    pub fn editions(&self) -> watch::Receiver<Arc<Edition>> {
        self.edition.subscribe()
    }

    /// Takes the signatures of now, and reads the content anew where a file of it changed or a page has come to its day.
    /// The edition of before stays when the content cannot be shown; no day comes while nobody knows which day it is.
    pub async fn pass(&mut self) -> anyhow::Result<()> {
        let now = self.edition.borrow().clone();
        let day = believed_day(&now.app).await?;
        let files = self.look().await?;
        if files == self.read && now.pages.library().is_of(day) {
            return self.take_signatures(&now).await;
        }
        self.read = files;
        let made = self.make(&now, day).await;
        say_what_came_of_it(&now.app, made.as_ref().err());
        let edition = made?;
        if self.look().await? != files {
            // Files of two savings must not stand beside each other: the next look reads them all.
            return Ok(());
        }
        tracing::info!(pages = edition.pages.library().sheets.len(), "the content was read anew");
        self.edition.send_replace(Arc::new(edition));
        self.build_index();
        self.compress_at = Some(Instant::now() + COMPRESS_AFTER);
        Ok(())
    }

    async fn look(&self) -> anyhow::Result<u64> {
        let folder = self.folder.clone();
        Ok(tokio::task::spawn_blocking(move || fingerprint(&folder)).await?)
    }

    async fn take_signatures(&self, now: &Edition) -> anyhow::Result<()> {
        let taken = now.pages.refresh(&now.app.site, now.app.database.readers()).await;
        match &taken {
            Ok(()) => now.app.site.metrics.end(UNREAD),
            Err(_) => now.app.site.metrics.raise(Alarm {
                name: UNREAD,
                sentence:
                    "The signatures of pages cannot be read: pages may not say that they were reviewed."
                        .to_owned(),
                link: None,
            }),
        }
        taken.context("the signatures of pages cannot be read")
    }

    /// Reads all of the content. Pages whose words are the same are taken over with their compressed forms.
    async fn make(&self, now: &Edition, day: Date) -> anyhow::Result<Edition> {
        let (folder, before) = (self.folder.clone(), now.app.site.clone());
        let read = move || {
            let site = Arc::new(before.load_again(&folder)?);
            let library = Arc::new(Library::load_on(&folder, &site, day)?);
            let pages = Arc::new(rendered_pages(&site, &library)?);
            anyhow::Ok((site, pages))
        };
        let (site, pages) = tokio::task::spawn_blocking(read).await??;
        let made = edition(now.app.with_site(site), pages, &self.memory, &self.client_ip).await?;
        made.pages.take_over(&now.pages);
        Ok(made)
    }

    /// Runs until told to stop.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let (mut looks, mut seen) = (0, self.read);
        self.build_index();
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return self.stop.store(true, Ordering::Relaxed),
                () = tokio::time::sleep(LOOK_EVERY) => looks += 1,
            }
            self.compress();
            let Ok(files) = self.look().await else { return };
            let is_saved = files != self.read && files == seen;
            seen = files;
            if !is_saved && looks < LOOKS_IN_A_MINUTE {
                continue;
            }
            looks = 0;
            let metrics = self.edition.borrow().app.site.metrics.clone();
            if let Some(Err(error)) = job_round::round(&metrics, "publication", self.pass()).await {
                tracing::error!("the pages of before are still shown: {error:#}");
            }
        }
    }
}

/// The day; while the clock is far from the time that was last believed, the day of that.
async fn believed_day(app: &App) -> anyhow::Result<Date> {
    let (now, believed) = (app.clock.now(), believed_time::find(app.database.readers()).await?);
    let doubted = believed.filter(|then| then.at.duration_until(now).abs() > FURTHEST_DRIFT);
    Ok(day_of(doubted.map_or(now, |then| then.at)))
}

/// The pages without those whose day has come by a clock that is not believed. As they are where the database cannot be
/// read.
async fn of_believed_day(app: &App, pages: Arc<RenderedPages>) -> anyhow::Result<Arc<RenderedPages>> {
    let library = pages.library().clone();
    let Ok(day) = believed_day(app).await else { return Ok(pages) };
    if library.is_of(day) {
        return Ok(pages);
    }
    let library = Arc::new(Library::load_on(&library.folder, &app.site, day)?);
    Ok(Arc::new(rendered_pages(&app.site, &library)?))
}

/// Tells the desk of content that is not shown, until it is.
fn say_what_came_of_it(app: &App, refused: Option<&anyhow::Error>) {
    let Some(error) = refused else { return app.site.metrics.end(REFUSED) };
    let said = format!("{error:#}").replace('\n', " ");
    let said: String = said.chars().take(LONGEST_FINDING).collect();
    app.site.metrics.raise(Alarm {
        name: REFUSED,
        sentence: format!("The content was changed and is not shown; visitors see the pages of before. What is wrong: {said}"),
        link: Some(AlarmLink { to: "/staff/pages", words: "Look at the pages" }),
    });
}

async fn edition(
    app: App,
    pages: Arc<RenderedPages>,
    memory: &DeskMemory,
    client_ip: &ClientIpSource,
) -> anyhow::Result<Edition> {
    if let Err(error) = pages.refresh(&app.site, app.database.readers()).await {
        tracing::error!(%error, "the signatures of pages cannot be read");
    }
    let router = router(app.clone(), pages.clone(), memory, client_ip.clone())?;
    let headers = Headers::new(app.site.is_https());
    Ok(Edition { app, pages, router, headers })
}

/// A page that waits for its review is still better than none: this is for the log, and `check` fails on it.
pub fn warn_of_reviews(library: &Library, today: Date) {
    for sheet in library.sheets.iter().filter(|sheet| sheet.front.next_review < today) {
        tracing::warn!(page = sheet.path(), due = %sheet.front.next_review, "the review of this page is overdue");
    }
}
