//! Takes connections: bounded in number, size and time, and stopped cleanly.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

use crate::app::Stopping;

/// Below the usual limit of 1,024 open files, with room for the database.
const MOST_CONNECTIONS: usize = 512;
const HEADER_DEADLINE: Duration = Duration::from_secs(5);
const CONNECTION_DEADLINE: Duration = Duration::from_secs(120);
const MOST_HEADERS: usize = 64;
const LARGEST_HEAD: usize = 16 * 1024;
/// How long requests that are under way at a stop may take.
const LAST_ORDERS: Duration = Duration::from_secs(10);

/// Serves until told to stop, then lets what is under way finish.
pub async fn serve(listener: TcpListener, site: Router, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((place, stream, from)) => {
                connections.spawn(converse(place, stream, from, site.clone(), stop.clone()));
            }
            Err(error) => {
                // Out of files, or a connection that was gone at once: the site goes on.
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_ORDERS, ended).await.is_err() {
        tracing::warn!("some connections were cut at the stop");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(OwnedSemaphorePermit, TcpStream, SocketAddr)> {
    let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
    let (stream, from) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((place, stream, from))
}

async fn converse(
    _place: OwnedSemaphorePermit,
    stream: TcpStream,
    from: SocketAddr,
    site: Router,
    mut stop: watch::Receiver<bool>,
) {
    let told = Stopping::when(stop.clone());
    let service = site.map_request(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(from));
        request.extensions_mut().insert(told.clone());
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .max_headers(MOST_HEADERS)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    let mut connection = std::pin::pin!(connection);
    let deadline = tokio::time::sleep(CONNECTION_DEADLINE);
    let mut deadline = std::pin::pin!(deadline);
    let mut stopping = false;
    loop {
        tokio::select! {
            // How a conversation ends is the visitor's affair: cut lines and strange requests are not our news.
            _ = connection.as_mut() => return,
            () = deadline.as_mut() => return,
            _ = stop.wait_for(|stop| *stop), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}
