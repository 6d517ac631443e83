//! The threads that read and write connections, each with a runtime of its own, so that an answer which stands ready
//! leaves on the thread that read its request.

use std::io;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::watch;

/// So many threads answer more than any line to a clinic's machine can carry.
const MOST: usize = 4;
/// So many connections are given to one thread before the next gets any: few visitors are answered soonest by one thread,
/// which no other takes the core from.
const TOGETHER: usize = 32;

/// Cheap to clone; the threads end with the last clone, and what still runs on them with it.
#[derive(Clone)]
pub struct NetworkThreads {
    runtimes: Arc<[Handle]>,
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
        Ok(NetworkThreads { runtimes, _running: Arc::new(running) })
    }

    /// The thread of a connection that comes while so many others are open.
    pub fn beside(&self, others: usize) -> &Handle {
        &self.runtimes[others / TOGETHER % self.runtimes.len()]
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
    async fn few_connections_share_a_thread_many_have_all_of_them_and_all_end_with_the_last_clone() {
        let threads = NetworkThreads::start().unwrap();
        let number = threads.runtimes.len();
        let mut seen = HashSet::new();
        for others in 0..TOGETHER * number {
            seen.insert(threads.beside(others).spawn(async { thread::current().id() }).await.unwrap());
            assert_eq!(seen.len(), others / TOGETHER + 1);
        }
        let clone = threads.clone();
        let waiting = threads.beside(0).spawn(std::future::pending::<()>());
        drop(threads);
        clone.answer().await;
        drop(clone);
        let ended = tokio::time::timeout(Duration::from_secs(5), waiting).await;
        assert!(ended.unwrap().unwrap_err().is_cancelled());
    }

    #[tokio::test]
    async fn a_thread_that_is_stuck_does_not_answer() {
        let threads = NetworkThreads::start().unwrap();
        threads.beside(0).spawn(async { thread::sleep(Duration::from_millis(500)) });
        let answered = tokio::time::timeout(Duration::from_millis(100), threads.answer()).await;
        assert!(answered.is_err());
    }
}
