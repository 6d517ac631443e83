//! Serves the preview on this machine alone, and reads the content anew when a file is saved.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

use crate::cli::arguments::PreviewCommand;
use crate::cli::preview::edition::PreviewEdition;
use crate::cli::preview::page;
use crate::cli::start::{asked_to_stop, log_to_standard_error};
use crate::cli::today::today;
use crate::library::fingerprint::fingerprint;
use crate::storage::clock::Clock;
use crate::storage::data_dir::{DataDir, Lost, open_data};
use crate::storage::lock::LockPurpose;
use crate::storage::place::DataPlace;
use crate::web::app::{App, Parts};
use crate::web::network_threads::NetworkThreads;
use crate::web::refusals::Refusals;
use crate::web::security::Limits;
use crate::web::server;
use crate::web::server::Answering;
use crate::web::site::Site;

/// Two looks that see the same, and what was saved is read.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Serves until SIGTERM or Ctrl-C. Its forms go nowhere, and its database is made for it and thrown away.
pub async fn serve(preview: PreviewCommand) -> anyhow::Result<()> {
    ensure!(
        preview.listen.ip().is_loopback(),
        "a preview shows drafts to whoever asks, so it is for this machine alone; listen on 127.0.0.1, not on {}",
        preview.listen
    );
    log_to_standard_error(false);
    let listener = TcpListener::bind(preview.listen).await.with_context(|| {
        format!(
            "cannot listen on {}; stop what uses it, or choose another address with --listen",
            preview.listen
        )
    })?;
    let address = listener.local_addr()?;
    let content = preview.content.folder;
    let site = Site::load(&content, format!("http://{address}"))?;
    let unused = tempfile::tempdir()?;
    let place = DataPlace::from(unused.path().join("data").as_path());
    let DataDir { database, cipher, lock: _lock } =
        open_data(&place, LockPurpose::Serve, Lost::Refuse).await?;
    let app = App::new(Parts {
        site: Arc::new(site),
        database,
        cipher: Arc::new(cipher),
        limits: Arc::new(Limits::none()),
        clock: Clock::default(),
        mail_waiting: Arc::new(Notify::new()),
    });
    let read = fingerprint(&content);
    let first = make(&app, &content, None).await?;
    let editions = watch::Sender::new(Arc::new(first));
    let routes: Arc<dyn Answering> = Arc::new(page::routes(editions.subscribe()));
    let service = server::Service {
        site: Arc::new(move || routes.clone()),
        refusals: Refusals::new(&app.site),
        network: NetworkThreads::start()?,
        workers: Handle::current(),
    };
    let asked_to_stop = asked_to_stop()?;
    println!("The preview of {} is at http://{address} (listening on {address})", content.display());
    println!("What the check finds is on each page, and all of it at http://{address}/preview");
    let (stop, stopping) = watch::channel(false);
    let serving = tokio::spawn(server::serve(listener, service, None, stopping));
    tokio::select! {
        () = asked_to_stop => {}
        () = read_again(&app, content, read, &editions) => {}
    }
    stop.send_replace(true);
    serving.await?;
    app.database.close().await;
    Ok(())
}

/// Never ends.
async fn read_again(
    app: &App,
    content: PathBuf,
    mut read: u64,
    editions: &watch::Sender<Arc<PreviewEdition>>,
) {
    let mut seen = read;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let files = fingerprint(&content);
        let is_saved = files != read && files == seen;
        seen = files;
        if !is_saved {
            continue;
        }
        read = files;
        let before = editions.borrow().clone();
        match make(app, &content, Some(before)).await {
            Ok(edition) => drop(editions.send_replace(Arc::new(edition))),
            Err(error) => tracing::error!("the pages of before are still shown: {error:#}"),
        }
    }
}

async fn make(
    app: &App,
    content: &std::path::Path,
    before: Option<Arc<PreviewEdition>>,
) -> anyhow::Result<PreviewEdition> {
    let (app, content) = (app.clone(), content.to_owned());
    let day = today(&app.clock);
    tokio::task::spawn_blocking(move || PreviewEdition::make(&app, &content, day, before.as_deref())).await?
}
