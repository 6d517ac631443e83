//! One round of a job that goes on in the background: a fault of ours ends the round and not the job, and the desk is told.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;

use crate::web::metrics::{Alarm, Metrics};

/// Nothing after a panic, which is logged by the panic's own message. The alarm ends with the next round that ends well.
pub async fn round<T>(metrics: &Metrics, job: &'static str, work: impl Future<Output = T>) -> Option<T> {
    metrics.round_begins(job, Instant::now());
    let done = AssertUnwindSafe(work).catch_unwind().await.ok();
    match done {
        Some(_) => metrics.end(job),
        None => metrics.raise(Alarm {
            name: job,
            sentence: "Something that goes on in the background failed by a fault in the program: mail, reminders or the erasing of old data may stand still. Tell whoever looks after the site.".to_owned(),
            link: None,
        }),
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fault_is_an_alarm_until_a_round_ends_well() {
        let metrics = Metrics::default();
        assert_eq!(round(&metrics, "job", async { 1 }).await, Some(1));
        assert!(metrics.raised().is_empty());
        let fault = async {
            if metrics.raised().is_empty() {
                panic!("on purpose")
            }
        };
        assert_eq!(round(&metrics, "job", fault).await, None);
        assert_eq!(metrics.raised()[0].name, "job");
        assert_eq!(round(&metrics, "job", async { 2 }).await, Some(2));
        assert!(metrics.raised().is_empty());
    }
}
