//! A site in a folder of its own, visitors to it, and the forms they fill in.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use axum_client_ip::ClientIpSource;
use jiff::{SignedDuration, Timestamp};
use mybackpain::desk::state::DeskMemory;
use mybackpain::library::Library;
use mybackpain::library::pages::RenderedPages;
use mybackpain::mail::{Progress, Sender, Transport, Worker};
use mybackpain::router::{rendered_pages, router};
use mybackpain::storage::clock::Clock;
use mybackpain::storage::database::Database;
use mybackpain::storage::encryption::Cipher;
use mybackpain::storage::place::DataPlace;
use mybackpain::web::app::{App, Parts};
use mybackpain::web::security::Limits;
use mybackpain::web::site::Site as Around;
use tempfile::TempDir;
use tokio::sync::Notify;
use tower::ServiceExt;

mod answer;
pub mod content;
pub mod desk;
pub mod engine;
mod forms;
pub mod passkey;
pub mod smtp;
pub mod staff;

pub use answer::{Answer, one_line};
pub use forms::{consultation, report, with};
pub use staff::PASSWORD;

/// Wednesday 20 May 2026, 10.00 in London: the clinic is open.
pub const WEDNESDAY_AT_10: &str = "2026-05-20T09:00:00Z";
/// Long enough to have read a check page.
pub const READING: SignedDuration = SignedDuration::from_secs(3);

pub struct Site {
    pub folder: TempDir,
    pub app: App,
    rendered_pages: Arc<RenderedPages>,
    pub library: Arc<Library>,
    pub clock: Clock,
    pub phones: staff::Phones,
    /// Of its own, where a test changed it.
    content: Option<TempDir>,
    router: Router,
    /// Nothing where the data is a file in the folder.
    own: Option<engine::TestDatabase>,
}

/// Someone with a browser: keeps cookies, says where posts come from.
pub struct Visitor<'s> {
    site: &'s Site,
    cookie: Option<String>,
    pub network: [u8; 4],
}

/// The pages are the same for every test: they are rendered and compressed once for each base URL.
fn loaded(site: &Around, base_url: &str) -> Arc<RenderedPages> {
    static LOADED: LazyLock<Mutex<HashMap<String, Arc<RenderedPages>>>> = LazyLock::new(Mutex::default);
    let mut all = LOADED.lock().unwrap();
    let load = || {
        let library = Arc::new(Library::load(std::path::Path::new("content"), site).unwrap());
        Arc::new(rendered_pages(site, &library).unwrap())
    };
    all.entry(base_url.to_owned()).or_insert_with(load).clone()
}

impl Site {
    pub async fn open() -> Site {
        Site::with(Limits::none(), "http://localhost").await
    }

    pub async fn with(limits: Limits, base_url: &str) -> Site {
        let around = content::around_pages(std::path::Path::new("content"), base_url);
        Site::around(around, limits, WEDNESDAY_AT_10).await
    }

    async fn around(around: Around, limits: Limits, now: &str) -> Site {
        let rendered_pages = loaded(&around, &around.base_url);
        let clock = Clock::set_to(now.parse().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let opened = engine::open(folder.path()).await;
        Site::of_database(opened, folder, around, rendered_pages, limits, clock)
    }

    fn of_database(
        (database, own): (Database, Option<engine::TestDatabase>),
        folder: TempDir,
        around: Around,
        rendered_pages: Arc<RenderedPages>,
        limits: Limits,
        clock: Clock,
    ) -> Site {
        let app = App::new(Parts {
            database,
            cipher: Arc::new(Cipher::open(&folder.path().join("sealing.key"), true).unwrap()),
            site: Arc::new(around),
            limits: Arc::new(limits),
            clock: clock.clone(),
            mail_waiting: Arc::new(Notify::new()),
        });
        let memory = DeskMemory::default();
        let router =
            router(app.clone(), rendered_pages.clone(), &memory, ClientIpSource::ConnectInfo).unwrap();
        let phones = staff::Phones::default();
        let library = rendered_pages.library().clone();
        Site { folder, app, rendered_pages, library, clock, phones, content: None, router, own }
    }

    /// The same data in a folder of its own, as it is now: who is signed in is there too.
    pub async fn copied(&self) -> Site {
        let folder = tempfile::tempdir().unwrap();
        let copy = |file: &str| {
            std::fs::copy(self.folder.path().join(file), folder.path().join(file)).unwrap();
        };
        copy("sealing.key");
        let opened = match &self.own {
            Some(own) => engine::open_again(folder.path(), Some(engine::copy(own).await)).await,
            None => {
                self.app.database.truncate_log().await.unwrap();
                copy("mybackpain.sqlite");
                engine::open(folder.path()).await
            }
        };
        let around = content::around_pages(std::path::Path::new("content"), "http://localhost");
        // Its own pages, where it has any: what is signed on a copy is signed on no page of other tests.
        let (pages, clock) = (self.rendered_pages.clone(), Clock::set_to(self.now()));
        Site::of_database(opened, folder, around, pages, Limits::none(), clock)
    }

    /// The site of a folder that holds a file with data already.
    pub async fn in_folder(folder: TempDir) -> Site {
        let around = content::around_pages(std::path::Path::new("content"), "http://localhost");
        let pages = loaded(&around, &around.base_url);
        let database = Database::open(&folder.path().join("mybackpain.sqlite")).await.unwrap();
        let clock = Clock::set_to(WEDNESDAY_AT_10.parse().unwrap());
        Site::of_database((database, None), folder, around, pages, Limits::none(), clock)
    }

    pub fn place(&self) -> DataPlace {
        let server = self.own.as_ref().map(engine::TestDatabase::address);
        DataPlace::from(self.folder.path()).with_server(server)
    }

    pub fn visitor(&self) -> Visitor<'_> {
        self.visitor_from([192, 0, 2, 7])
    }

    /// Someone on a network of their own: limits on sending go by it.
    pub fn visitor_from(&self, network: [u8; 4]) -> Visitor<'_> {
        Visitor { site: self, cookie: None, network }
    }

    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        let here = ConnectInfo(std::net::SocketAddr::from(([192, 0, 2, 7], 50_000)));
        request.extensions_mut().get_or_insert_with(|| here);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// A worker that writes mail to files in the site's folder.
    pub fn worker(&self) -> Arc<Worker> {
        self.worker_with(Transport::Files(self.folder.path().join("mail")))
    }

    pub fn worker_with(&self, transport: Transport) -> Arc<Worker> {
        self.worker_of(transport, self.sender(None))
    }

    /// The same for mail from an address of its own.
    pub fn worker_from(&self, from: &str) -> Arc<Worker> {
        self.worker_of(Transport::Files(self.folder.path().join("mail")), self.sender(Some(from)))
    }

    /// The same for mail that is sent to a server, and reported on to an address of its own.
    pub fn worker_to(&self, server: &smtp::SmtpServer, bounces_to: &str) -> Arc<Worker> {
        let transport = Transport::parse(Some(&server.url()), "unused".into()).unwrap();
        self.worker_of(transport, self.sender(None).with_bounces_to(bounces_to).unwrap())
    }

    fn sender(&self, from: Option<&str>) -> Sender {
        Sender::new(&self.app.site, from).unwrap()
    }

    fn worker_of(&self, transport: Transport, sender: Sender) -> Arc<Worker> {
        Arc::new(Worker {
            app: self.app.clone(),
            sender,
            transport,
            renderer: self.renderer(),
            progress: Progress::default(),
        })
    }

    /// Sends what is due and gives every mail so far, each whole.
    pub async fn mails(&self) -> Vec<String> {
        let worker = self.worker();
        while worker.step().await.unwrap() > 0 {}
        let mut files: Vec<_> = std::fs::read_dir(self.folder.path().join("mail"))
            .map(|folder| folder.map(|file| file.unwrap().path()).collect())
            .unwrap_or_default();
        files.sort();
        files.into_iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
    }

    pub async fn count(&self, table: &str) -> i64 {
        let count = sqlx::AssertSqlSafe(format!("select count(*) from {table}"));
        sqlx::query_scalar(count).fetch_one(self.app.database.readers()).await.unwrap()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

impl<'s> Visitor<'s> {
    /// Another tab of the same browser.
    pub fn on_the_same_device(&self) -> Visitor<'s> {
        Visitor { site: self.site, cookie: self.cookie.clone(), network: self.network }
    }

    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    pub fn set_cookie(&mut self, cookie: &str) {
        self.cookie = Some(cookie.to_owned());
    }
}

impl Visitor<'_> {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(Method::GET, path, Body::empty()).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.ask(Method::POST, path, Body::from(body)).await
    }

    /// An empty form that a browser says it sends from there, as "cross-site"; nothing is said where it is empty.
    pub async fn post_from(&mut self, sent_from: &str, path: &str) -> Answer {
        self.send(Method::POST, path, Body::empty(), sent_from).await
    }

    async fn ask(&mut self, method: Method, path: &str, body: Body) -> Answer {
        self.send(method, path, body, "same-origin").await
    }

    async fn send(&mut self, method: Method, path: &str, body: Body, sent_from: &str) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path);
        if method == Method::POST {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            if !sent_from.is_empty() {
                request = request.header("sec-fetch-site", sent_from);
            }
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let request = request.extension(ConnectInfo(std::net::SocketAddr::from((self.network, 50_000))));
        let answer = self.site.send(request.body(body).unwrap()).await;
        if let Some(cookie) = answer.headers.get(header::SET_COOKIE) {
            self.cookie = cookie.to_str().unwrap().split(';').next().map(str::to_owned);
        }
        answer
    }

    /// An answer whose body goes on.
    pub async fn open(&mut self, path: &str) -> axum::response::Response {
        let mut request = Request::get(path);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.site.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// How long each of many askings takes, `at_once` at a time, sorted. Something typed makes it a search.
    pub async fn measure(
        &mut self,
        path: &str,
        typed: &str,
        at_once: usize,
        times: usize,
    ) -> Vec<std::time::Duration> {
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish();
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..at_once {
            let (router, cookie) = (self.site.router.clone(), self.cookie.clone().unwrap());
            let (path, typed, body) = (path.to_owned(), typed.to_owned(), body.clone());
            clients.spawn(async move {
                let mut took = Vec::new();
                for _ in 0..times {
                    let request = Request::builder()
                        .method(if typed.is_empty() { Method::GET } else { Method::POST })
                        .uri(&path)
                        .header(header::COOKIE, &cookie)
                        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                        .header("sec-fetch-site", "same-origin")
                        .body(Body::from(body.clone()))
                        .unwrap();
                    let start = std::time::Instant::now();
                    let answer = router.clone().oneshot(request).await.unwrap();
                    assert_eq!(answer.status(), StatusCode::OK);
                    axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
                    took.push(start.elapsed());
                }
                took
            });
        }
        let mut all: Vec<_> = clients.join_all().await.into_iter().flatten().collect();
        all.sort();
        all
    }

    /// Fills a form in, reads the check page, and confirms. Gives the answer to the confirming post.
    pub async fn submit(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let check = self.post(path, form).await;
        assert_eq!(check.status, StatusCode::OK, "{}", check.body);
        self.site.clock.advance(READING);
        self.confirm(path, &check).await
    }

    /// Presses "Confirm and send" on a check page.
    pub async fn confirm(&mut self, path: &str, check: &Answer) -> Answer {
        let mut fields = check.hidden_fields();
        fields.push(("step".into(), "send".into()));
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(path, &fields).await
    }
}
