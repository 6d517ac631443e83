//! Takes connections: bounded in number, size and time, and stopped cleanly.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
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

use crate::web::app::Stopping;
use crate::web::security;

/// Below the usual limit of 1,024 open files, with room for the database.
const MOST_CONNECTIONS: usize = 512;
/// Of one network, where its address is the visitor's: a household, a clinic or a café with a page open on every
/// screen. Behind a proxy all connections are the proxy's, which must then hold slow ones back itself.
pub const MOST_OF_ONE_NETWORK: usize = 48;
const HEADER_DEADLINE: Duration = Duration::from_secs(5);
const CONNECTION_DEADLINE: Duration = Duration::from_secs(120);
const MOST_HEADERS: usize = 64;
const LARGEST_HEAD: usize = 16 * 1024;
/// How long requests that are under way at a stop may take.
const LAST_ORDERS: Duration = Duration::from_secs(10);

/// Serves until told to stop, then lets what is under way finish. `most_of_one` is how many connections one network may
/// hold, when there is a limit.
pub async fn serve(
    listener: TcpListener,
    site: Router,
    most_of_one: Option<usize>,
    mut stop: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let networks = Networks::default();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((place, stream, from)) => {
                // One too many of its network is let go at once, and nobody waits behind it.
                if let Some(share) = networks.share(from.ip(), most_of_one) {
                    let held = (place, share);
                    connections.spawn(converse(held, stream, from, site.clone(), stop.clone()));
                }
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

/// How many connections each network holds.
#[derive(Clone, Default)]
struct Networks(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// A network's hold on one connection, given back when it ends.
struct Share {
    networks: Networks,
    network: IpAddr,
}

impl Networks {
    /// Nothing when this network holds as many as it may.
    fn share(&self, address: IpAddr, most: Option<usize>) -> Option<Share> {
        let network = security::network(address);
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(network).or_default();
        if most.is_some_and(|most| *count >= most) {
            return None;
        }
        *count += 1;
        Some(Share { networks: self.clone(), network })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.networks.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                held.remove(&self.network);
            }
        }
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
    _held: (OwnedSemaphorePermit, Share),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_as_many_as_it_may_and_gives_back_what_has_ended() {
        let networks = Networks::default();
        let share = |address: &str| networks.share(address.parse().unwrap(), Some(2));
        let first = share("2001:db8::1").unwrap();
        let _second = share("2001:db8::2:2").unwrap();
        assert!(share("2001:db8::3").is_none(), "the same household");
        assert!(share("2001:db8:0:1::1").is_some() && share("192.0.2.1").is_some(), "others");
        drop(first);
        assert!(share("2001:db8::3").is_some());
        let mapped = [share("192.0.2.1").unwrap(), share("::ffff:192.0.2.1").unwrap()];
        assert!(share("192.0.2.1").is_none(), "the same address in both notations");
        drop(mapped);
        assert_eq!(networks.0.lock().unwrap().len(), 1, "nothing is remembered of who has gone");
    }

    #[test]
    fn without_a_limit_every_connection_is_taken() {
        let networks = Networks::default();
        let shares: Vec<_> = (0..100).map(|_| networks.share([127, 0, 0, 1].into(), None)).collect();
        assert!(shares.iter().all(Option::is_some));
    }
}
