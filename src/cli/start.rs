//! Runs each command: puts the parts together, serves, and stops them in order.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, ensure};
use axum_client_ip::ClientIpSource;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{self, Notify};
use tracing::Level;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::arguments::{CheckCommand, Format, RotateKey};
use crate::cli::progress::listener;
use crate::cli::publication::{Edition, Publisher, warn_of_reviews};
use crate::cli::service_manager;
use crate::cli::settings::Serve;
use crate::cli::today::today;
use crate::library;
use crate::library::Library;
use crate::mail;
use crate::mail::{Progress, Sender, Transport};
use crate::operations::clock_check::SharedClockCheck;
use crate::operations::{alarms, demo, erase_again, letters, minute_job, retention_job, shared_limits};
use crate::staff;
use crate::storage::clock::Clock;
use crate::storage::data_dir::{DataDir, Lost, open_data};
use crate::storage::encryption;
use crate::storage::encryption::Cipher;
use crate::storage::key_rotation;
use crate::storage::lock::LockPurpose;
use crate::web::app::{App, Parts};
use crate::web::metrics::Alarm;
use crate::web::network_threads::NetworkThreads;
use crate::web::refusals::Refusals;
use crate::web::security::Limits;
use crate::web::server;
use crate::web::server::Answering;
use crate::web::site::Site;

/// Serves the site until SIGTERM or Ctrl-C.
pub async fn serve(mut config: Serve) -> anyhow::Result<()> {
    log_to_standard_error(config.log_json);
    // First of all: a second start by mistake then never touches the data of the one that runs.
    let listener = listen(&mut config).await?;
    let base_url = config.checked_base_url()?;
    let mut site = Site::load(&config.content.folder, base_url)?;
    site.demo = demo::is_demo(&config.data.at.folder);
    ensure!(
        !(site.demo && site.is_https()),
        "{} is a demonstration, whose passwords were printed and whose people are made up: it is not served with an https --base-url",
        config.data.at.folder.display()
    );
    let day = today(&Clock::default());
    let library = Arc::new(Library::load_on(&config.content.folder, &site, day)?);
    warn_of_reviews(&library, day);
    let transport = match site.demo {
        true => Transport::Demo(Some(config.data.at.folder.join(mail::FOLDER))),
        false => Transport::parse(config.smtp_url()?.as_deref(), config.data.at.folder.join(mail::FOLDER))?,
    };
    let mut sender = Sender::new(&site, config.mail_from.as_deref())?;
    if let Some(address) = &config.mail_bounces_to {
        sender = sender.with_bounces_to(address)?;
    }
    let lost = if config.begin_anew { Lost::BeginAnew } else { Lost::Refuse };
    let DataDir { database, cipher, lock: _lock } =
        open_data(&config.data.place(), LockPurpose::Serve, lost).await?;
    database.condition().keep_free(config.least_free);
    let (limits, counted) = match (config.no_limits, database.is_shared()) {
        (true, _) => (Limits::none(), None),
        (false, false) => (Limits::default(), None),
        (false, true) => {
            let (limits, counted) = shared_limits::limits(&cipher);
            (limits, Some(counted))
        }
    };
    let app = App::new(Parts {
        site: Arc::new(site),
        database,
        cipher: Arc::new(cipher),
        limits: Arc::new(limits),
        clock: Clock::default(),
        mail_waiting: Arc::new(Notify::new()),
    });
    app.database.take_part();
    // Before anybody sees it, or a mail goes out.
    if !app.database.condition().is_damaged()
        && let Err(error) = erase_again(&app).await
    {
        tracing::error!(%error, "what was erased before a restore may be there again");
    }
    let mut publisher = Publisher::open(&app, &library, config.client_ip.clone()).await?;
    publisher.keep_compressed(&config.data.at.folder);
    let editions = publisher.editions();
    let edition = move || editions.borrow().clone();
    let [mailed, shown, read] = [(); 3].map(|()| edition.clone());
    let renderer = letters::renderer(move || {
        let Edition { app, pages, .. } = &*mailed();
        (app.clone(), pages.library().clone(), pages.signatures().clone())
    });
    let current = move || shown().app.clone();
    let network = NetworkThreads::start()?;
    let service = |site: Arc<dyn Fn() -> Arc<dyn Answering> + Send + Sync>| server::Service {
        site,
        refusals: Refusals::new(&app.site),
        network: network.clone(),
        workers: Handle::current(),
    };
    let site = service(Arc::new(move || edition()));
    let asked_to_stop = asked_to_stop()?;
    announce(&app, &config, &transport).await?;
    warn_of_holidays(&app);
    warn_of_proxy(&app, &config);

    let (stop, stopping) = sync::watch::channel(false);
    let health = match config.health_address {
        Some(address) => Some(listen_for_health(address).await?),
        None => None,
    };
    let worker = Arc::new(mail::Worker {
        app: app.clone(),
        sender,
        transport,
        renderer,
        progress: Progress::default(),
    });
    let mut parts = vec![
        tokio::spawn(server::serve(listener, site, most_of_one(&config), stopping.clone())),
        tokio::spawn(alarms::run(current.clone(), stopping.clone())),
        tokio::spawn(publisher.run(stopping.clone())),
    ];
    if let Some(counted) = counted {
        parts.push(tokio::spawn(shared_limits::run(app.clone(), counted, stopping.clone())));
    }
    if let Some(listener) = health {
        let health: Arc<dyn Answering> = Arc::new(alarms::health::routes(app.clone()));
        parts.push(tokio::spawn(server::serve(
            listener,
            service(Arc::new(move || health.clone())),
            None,
            stopping.clone(),
        )));
    }
    // Nothing is written to a damaged database, so there is nothing to send and nothing to forget.
    if !app.database.condition().is_damaged() {
        parts.push(tokio::spawn(worker.run(stopping.clone())));
        let clock = SharedClockCheck::default();
        parts.push(tokio::spawn(minute_job::run(
            current.clone(),
            move || read().pages.library().clone(),
            clock.clone(),
            stopping.clone(),
        )));
        parts.push(tokio::spawn(retention_job::run(current, clock, stopping)));
    }
    service_manager::ready();
    tokio::spawn(service_manager::keep_alive(network.clone()));
    let disk_failed = tokio::select! {
        () = asked_to_stop => false,
        () = app.database.condition().failed_again() => true,
    };
    tracing::info!("stopping: finishing what is under way");
    service_manager::stopping();
    stop.send_replace(true);
    for part in parts {
        part.await?;
    }
    app.database.close().await;
    ensure!(!disk_failed, "the disk failed twice within 10 minutes; the program stopped for a clean start");
    Ok(())
}

/// Behind a proxy every connection is the proxy's.
fn most_of_one(config: &Serve) -> Option<usize> {
    let is_visitors = matches!(config.client_ip, ClientIpSource::ConnectInfo);
    (is_visitors && !config.no_limits).then_some(server::MOST_OF_ONE_NETWORK)
}

/// Health has an address of its own, printed at the start like the site's.
async fn listen_for_health(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another address with --health-address")
    })?;
    println!("Health is at http://{}/health/ready", listener.local_addr()?);
    Ok(listener)
}

/// Prints everything that the content check found; errors make the command fail.
pub fn check(check: &CheckCommand) -> anyhow::Result<()> {
    let work = listener(check.quiet.quiet);
    let report = library::check::run_and_tell(&check.content.folder, today(&Clock::default()), &work);
    match check.format {
        Format::Text => println!("{report}"),
        Format::Json => println!("{:#}", report.json()),
    }
    let errors = report.errors();
    ensure!(errors == 0, "the content has {} to mend", library::count(errors, "error"));
    Ok(())
}

/// Adds an encryption key, and encrypts everything with it.
pub async fn rotate_key(rotate: RotateKey) -> anyhow::Result<()> {
    let place = rotate.data.place();
    let file = place.key_file();
    ensure!(file.exists(), "there is no key at {}; start the site once first", file.display());
    let DataDir { database, lock: _lock, .. } =
        open_data(&place, LockPurpose::Change("rotate-key"), Lost::Refuse).await?;
    ensure!(!database.condition().is_damaged(), "the database is damaged; restore the last good backup");
    let _alone = database.take_alone().await?;
    encryption::add_key(&file).context(
        "nothing was changed: give the key file itself with --key-file, not a copy of it, to someone who may write it",
    )?;
    let cipher = Arc::new(Cipher::open(&file, false)?);
    let done = key_rotation::rotate_key(&database, &cipher, &listener(rotate.quiet.quiet)).await?;
    database.truncate_log().await?;
    database.close().await;
    println!(
        "{} encrypted with the new key. Back up {} again, and take no line out of it.",
        library::count(done.fields, "field"),
        file.display()
    );
    if place.server().is_some() {
        println!("Copy it to every other machine that serves this site before you start the site there.");
    }
    if done.unreadable > 0 {
        println!(
            "{} cannot be opened with any key in it, and stay as they were.",
            library::count(done.unreadable, "field")
        );
    }
    Ok(())
}

/// Binds the address; port 0 takes any free port, and the one taken is printed.
async fn listen(config: &mut Serve) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!(
            "cannot listen on {}; stop what uses it, or choose another address with --listen",
            config.listen
        )
    })?;
    config.listen = listener.local_addr()?;
    Ok(listener)
}

async fn announce(app: &App, config: &Serve, transport: &Transport) -> anyhow::Result<()> {
    println!("{} is at {} (listening on {})", app.site.clinic.site, app.site.base_url, config.listen);
    println!("Data is in {}; {}", config.data.at.folder.display(), transport.describe());
    if app.database.condition().is_damaged() {
        println!(
            "The database is damaged: pages are served, forms are refused. Stop the program and restore a backup."
        );
        return Ok(());
    }
    let invitation = staff::first_invitation(app).await.map_err(|error| anyhow::anyhow!("{error:?}"))?;
    if let Some(token) = invitation {
        let link = app.site.url(&format!("/staff/welcome/{token}"));
        println!(
            "Nobody has an account for the desk yet. Make the first administrator with this link, once, within 2 days:\n  {link}"
        );
    }
    Ok(())
}

fn warn_of_proxy(app: &App, config: &Serve) {
    if let Some(alarm) = proxy_alarm(&app.site, &config.client_ip) {
        tracing::warn!("{}", alarm.sentence);
        app.site.metrics.raise(alarm);
    }
}

/// How an https site learns the addresses of its visitors.
pub const CLIENT_ADDRESS: &str = "start the site with --client-ip, such as RightmostXForwardedFor";

/// TLS belongs to a proxy: an https site that takes the proxy's address for the visitor's takes all visitors for one.
pub fn proxy_alarm(site: &Site, client_ip: &ClientIpSource) -> Option<Alarm> {
    let mistaken = site.is_https() && matches!(client_ip, ClientIpSource::ConnectInfo);
    mistaken.then(|| Alarm {
        name: "client-address",
        sentence: format!(
            "All visitors look like one to the limits on forms, because the address of the proxy is taken for theirs: {CLIENT_ADDRESS}."
        ),
        link: None,
    })
}

fn warn_of_holidays(app: &App) {
    if let Some(days) = app.site.clinic.calendar().bank_holidays_run_out_in(app.clock.now()) {
        tracing::warn!(
            days,
            "content/bank-holidays.toml runs out: add the next years, or promises may fall on a holiday"
        );
    }
}

/// From this call on, and not only from the first wait, a signal is a request to stop in order.
pub(super) fn asked_to_stop() -> io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

pub(super) fn log_to_standard_error(json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // Below `info`, other crates log addresses of pages, and with them the tokens of private ones.
    let filter = filter.and(filter_fn(|event| {
        event.target().starts_with(env!("CARGO_PKG_NAME")) || *event.level() <= Level::INFO
    }));
    let log = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let log = if json { log.json().boxed() } else { log.boxed() };
    tracing_subscriber::registry().with(log.with_filter(filter)).init();
}
