//! What the fuzz targets have in common: a site to send requests to, and what each target does with an input.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum_client_ip::ClientIpSource;
use mybackpain::desk::state::DeskMemory;
use mybackpain::library::Library;
use mybackpain::router::{rendered_pages, router};
use mybackpain::signs::SignsReader;
use mybackpain::storage::clock::Clock;
use mybackpain::storage::database::Database;
use mybackpain::storage::encryption::Cipher;
use mybackpain::web::app::{App, Parts};
use mybackpain::web::security::Limits;
use mybackpain::web::site::Site;
use tokio::runtime::Runtime;
use tower::ServiceExt;

pub mod targets;

struct World {
    runtime: Runtime,
    router: Router,
    signs: Arc<SignsReader>,
}

const CONTENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../content");

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (router, signs) = runtime.block_on(open());
        World { runtime, router, signs }
    })
}

async fn open() -> (Router, Arc<SignsReader>) {
    let folder = tempfile::tempdir().unwrap().keep();
    let content = Path::new(CONTENT);
    let site = Arc::new(Site::load(content, "http://localhost".to_owned()).unwrap());
    let library = Arc::new(Library::load(content, &site).unwrap());
    let pages = Arc::new(rendered_pages(&site, &library).unwrap());
    let signs = site.signs.clone();
    let app = App::new(Parts {
        site,
        database: Database::open(&folder.join("mybackpain.sqlite")).await.unwrap(),
        cipher: Arc::new(Cipher::open(&folder.join("sealing.key"), true).unwrap()),
        limits: Arc::new(Limits::none()),
        clock: Clock::set_to("2026-05-20T09:00:00Z".parse().unwrap()),
        mail_waiting: Arc::default(),
    });
    (router(app, pages, &DeskMemory::default(), ClientIpSource::ConnectInfo).unwrap(), signs)
}

pub fn signs() -> &'static SignsReader {
    &world().signs
}

/// Sends a request, and panics when the answer is a failure of ours.
pub fn answer(mut request: Request<Body>) {
    request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 50_000))));
    let world = world();
    let status = world.runtime.block_on(world.router.clone().oneshot(request)).unwrap().status();
    assert!(!status.is_server_error(), "{status}");
}
