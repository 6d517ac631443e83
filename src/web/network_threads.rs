//! The threads that read and write connections, each with a runtime of its own, so that an answer which stands ready
//! leaves on the thread that read its request.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;

/// So many threads answer more than any line to a clinic's machine can carry.
const MOST: usize = 4;

/// Cheap to clone; the threads end with the last clone, and what still runs on them with it.
#[derive(Clone)]
pub struct NetworkThreads {
    runtimes: Arc<[Handle]>,
    next: Arc<AtomicUsize>,
    /// Dropped, it ends them.
    _running: Arc<watch::Sender<()>>,
}

impl NetworkThreads {
    /// As many as there are cores, up to four.
    pub fn start() -> io::Result<NetworkThreads> {
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let running = watch::Sender::new(());
        let start = |_| {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            let (handle, mut running) = (runtime.handle().clone(), running.subscribe());
            let run = move || runtime.block_on(async { while running.changed().await.is_ok() {} });
            thread::Builder::new().name("network".to_owned()).spawn(run)?;
            Ok(handle)
        };
        let runtimes = (0..cores.min(MOST)).map(start).collect::<io::Result<_>>()?;
        Ok(NetworkThreads { runtimes, next: Arc::default(), _running: Arc::new(running) })
    }

    /// The thread that the next connection is given to.
    pub fn next(&self) -> &Handle {
        &self.runtimes[self.next.fetch_add(1, Ordering::Relaxed) % self.runtimes.len()]
    }

    /// Returns once each thread has done something; never when one of them is stuck.
    pub async fn answer(&self) {
        for runtime in &*self.runtimes {
            let _ = runtime.spawn(async {}).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn each_thread_gets_its_turn_and_all_end_with_the_last_clone() {
        let threads = NetworkThreads::start().unwrap();
        let mut seen = HashSet::new();
        for _ in 0..threads.runtimes.len() {
            seen.insert(threads.next().spawn(async { thread::current().id() }).await.unwrap());
        }
        assert_eq!(seen.len(), threads.runtimes.len());
        let clone = threads.clone();
        let waiting = threads.next().spawn(std::future::pending::<()>());
        drop(threads);
        clone.answer().await;
        drop(clone);
        let ended = tokio::time::timeout(Duration::from_secs(5), waiting).await;
        assert!(ended.unwrap().unwrap_err().is_cancelled());
    }

    #[tokio::test]
    async fn a_thread_that_is_stuck_does_not_answer() {
        let threads = NetworkThreads::start().unwrap();
        threads.next().spawn(async { thread::sleep(Duration::from_millis(500)) });
        let answered = tokio::time::timeout(Duration::from_millis(100), threads.answer()).await;
        assert!(answered.is_err());
    }
}
