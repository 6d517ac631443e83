//! Takes connections: bounded in number, size and time, and stopped cleanly.
//!
//! Connections are read and written on threads of their own, where what stands ready is answered at once, without one
//! hand-over between threads. All else is given to the other threads of the program.
//!
//! hyper-util's `GracefulShutdown` ends all connections together and owns each one it watches. Here one connection is
//! also ended alone, when its place is needed for someone else, so each task ends its own.

use std::convert::Infallible;
use std::io;
use std::net;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioTimer;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;
use tower::ServiceExt;

use crate::web::app::Stopping;
use crate::web::arriving_body::ArrivingBody;
use crate::web::connections;
use crate::web::connections::{ConnectionPlace, Connections, HttpConnection};
use crate::web::network_threads::NetworkThreads;
use crate::web::refusals::Refusals;

/// Of one network, where its address is the visitor's: a household, a clinic or a café with a page open on every
/// screen. Behind a proxy all connections are the proxy's, which must then hold slow ones back itself.
pub const MOST_OF_ONE_NETWORK: usize = 48;
const HEADER_DEADLINE: Duration = Duration::from_secs(5);
const CONNECTION_DEADLINE: Duration = Duration::from_secs(120);
/// How long a connection whose place is needed may take to end: what is not read by then is not read at all.
const TIME_TO_GO: Duration = Duration::from_secs(1);
const MOST_HEADERS: usize = 64;
const LARGEST_HEAD: usize = 16 * 1024;
/// How long requests that are under way at a stop may take.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// What answers requests.
pub trait Answering: Send + Sync {
    /// The answer that stands ready, where there is one: the router's own, without the way through its layers. A body is
    /// not read. Other connections of the same thread wait for it.
    fn at_once(&self, _method: &Method, _uri: &Uri, _asked: &HeaderMap) -> Option<Response> {
        None
    }

    fn router(&self) -> Router;
}

impl Answering for Router {
    fn router(&self) -> Router {
        self.clone()
    }
}

/// What every connection is given. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    /// The site as it is now: it is asked for each request.
    pub site: Arc<dyn Fn() -> Arc<dyn Answering> + Send + Sync>,
    pub refusals: Refusals,
    /// Where connections are read and written.
    pub network: NetworkThreads,
    /// Where the router's answers are made.
    pub workers: Handle,
}

/// Serves until told to stop, then lets what is under way finish. `most_of_one` is how many connections one network may
/// hold, when there is a limit.
pub async fn serve(
    listener: TcpListener,
    service: Service,
    most_of_one: Option<usize>,
    mut stop: watch::Receiver<bool>,
) {
    let connections = Connections::new(connections::most(), most_of_one);
    let mut tasks = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &connections) => accepted,
        };
        match accepted {
            Ok((stream, from)) => {
                // A connection beyond its network's share is closed at once.
                if let Some(place) = connections.place(from.ip()) {
                    let network = service.network.beside(place.others);
                    tasks.spawn_on(converse(place, stream, from, service.clone(), stop.clone()), network);
                }
            }
            Err(error) => {
                // Out of files, or a connection that was gone at once: the site goes on.
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while tasks.try_join_next().is_some() {}
    }
    drop(listener);
    let ended = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(SHUTDOWN_GRACE, ended).await.is_err() {
        tracing::warn!("some connections were cut at the stop");
    }
}

/// The connection is not bound to this thread yet.
async fn accept(
    listener: &TcpListener,
    connections: &Connections,
) -> io::Result<(net::TcpStream, SocketAddr)> {
    connections.room().await;
    let (stream, from) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream.into_std()?, from))
}

async fn converse(
    place: ConnectionPlace,
    stream: net::TcpStream,
    from: SocketAddr,
    service: Service,
    mut stop: watch::Receiver<bool>,
) {
    let Ok(stream) = TcpStream::from_std(stream) else { return };
    let known = &place.connection;
    let stopping = Stopping::when(stop.clone());
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .max_headers(MOST_HEADERS)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(
            service.refusals.on(stream),
            service_fn(|request| answer(&service, known, from, stopping.clone(), request)),
        );
    let mut connection = std::pin::pin!(connection);
    let last = Instant::now() + CONNECTION_DEADLINE;
    let mut deadline = std::pin::pin!(tokio::time::sleep_until(last));
    let mut ending = false;
    loop {
        tokio::select! {
            // Errors of a connection are the visitor's: cut lines and strange requests are not logged.
            _ = connection.as_mut() => return,
            () = deadline.as_mut() => {
                if !known.is_busy() || Instant::now() >= last {
                    return;
                }
                // The answer to what came just then is not cut for someone else's sake.
                deadline.as_mut().reset(last.min(Instant::now() + TIME_TO_GO));
                continue;
            }
            _ = stop.wait_for(|stop| *stop), if !ending => {}
            () = known.close_requested(), if !ending => {
                // hyper would wait for the first request.
                if !known.has_asked() {
                    return;
                }
                // It would wait as long for who sends or reads slowly.
                deadline.as_mut().reset(last.min(Instant::now() + TIME_TO_GO));
            }
        }
        ending = true;
        connection.as_mut().graceful_shutdown();
    }
}

async fn answer(
    service: &Service,
    connection: &Arc<HttpConnection>,
    from: SocketAddr,
    stopping: Stopping,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    if let Some(refusal) = service.refusals.of_host(&request) {
        return Ok(refusal);
    }
    let site = (service.site)();
    if let Some(ready) = site.at_once(request.method(), request.uri(), request.headers()) {
        connection.begin_answer();
        connection.end_answer();
        return Ok(ready);
    }
    request.extensions_mut().insert(ConnectInfo(from));
    request.extensions_mut().insert(stopping);
    let request = request.map(|body| Body::new(ArrivingBody::new(body, connection.clone())));
    let making = service.workers.spawn(site.router().oneshot(request));
    let _gone = AbortOnDrop(making.abort_handle());
    // Panics are caught in the router.
    let answer = making.await.unwrap_or_else(|_| Ok(StatusCode::INTERNAL_SERVER_ERROR.into_response()));
    connection.end_answer();
    answer
}

/// Ends the making of an answer for which nobody waits any more.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
