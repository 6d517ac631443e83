//! How far long work is, told to whoever asked for it.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What is done now, and how much of how much.
#[derive(Clone, Copy, Debug)]
pub struct WorkStep {
    pub what: &'static str,
    pub done: u64,
    pub all: u64,
}

type Told = dyn Fn(WorkStep) + Send + Sync;

/// Costs nothing where nobody listens. Cheap to clone.
#[derive(Clone, Default)]
pub struct LongWork(Option<Arc<Told>>);

impl LongWork {
    pub fn told_to(told: impl Fn(WorkStep) + Send + Sync + 'static) -> LongWork {
        LongWork(Some(Arc::new(told)))
    }

    pub fn at(&self, what: &'static str, done: u64, all: u64) {
        if let Some(told) = &self.0 {
            told(WorkStep { what, done, all });
        }
    }

    /// A part of which nobody can say how far it is.
    pub async fn part<T>(&self, what: &'static str, work: impl Future<Output = T>) -> T {
        self.at(what, 0, 1);
        let done = work.await;
        self.at(what, 1, 1);
        done
    }

    /// A part that makes a file grow to about `all` bytes.
    pub async fn growing<T>(
        &self,
        what: &'static str,
        file: &Path,
        all: u64,
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            let length = std::fs::metadata(file).map_or(0, |found| found.len());
            self.at(what, length.min(all.saturating_sub(1)), all);
            tokio::select! {
                done = &mut work => {
                    self.at(what, all, all);
                    return done;
                }
                () = tokio::time::sleep(Duration::from_millis(200)) => {}
            }
        }
    }

    /// Reads a file of `all` bytes.
    pub fn reading<R: Read>(&self, what: &'static str, all: u64, from: R) -> impl Read {
        ToldReader { work: self.clone(), what, done: 0, all, from }
    }
}

struct ToldReader<R> {
    work: LongWork,
    what: &'static str,
    done: u64,
    all: u64,
    from: R,
}

impl<R: Read> Read for ToldReader<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(into)?;
        self.done += read as u64;
        self.work.at(self.what, self.done, self.all);
        Ok(read)
    }
}
