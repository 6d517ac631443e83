//! Counts answers and holds the alarms that are raised, for the banner of the desk and the metrics address.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use axum::http::StatusCode;

/// The alarm about a time that is not believed; ended where it is confirmed.
pub const CLOCK_JUMPED: &str = "clock-jumped";

/// A fault that nobody would notice by themselves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Alarm {
    /// A short name for the log and the metrics.
    pub name: &'static str,
    /// What is wrong and what to do, in one sentence.
    pub sentence: String,
    /// Where on the desk to do it.
    pub link: Option<AlarmLink>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AlarmLink {
    pub to: &'static str,
    pub words: &'static str,
}

/// A number to watch, named as Prometheus names them.
#[derive(Clone, Debug)]
pub struct Gauge {
    pub name: &'static str,
    pub help: &'static str,
    /// Such as `state="failed"`, or nothing.
    pub label: String,
    pub value: i64,
}

/// What the last look found.
#[derive(Clone, Default)]
pub struct Checks {
    pub alarms: Vec<Alarm>,
    pub gauges: Vec<Gauge>,
}

/// Shared by everything that looks or shows.
#[derive(Default)]
pub struct Metrics {
    findings: RwLock<Checks>,
    /// Raised by the code that found them, until they end.
    raised: RwLock<Vec<Alarm>>,
    /// By hundreds of the status.
    answers: [AtomicU64; 6],
}

impl Metrics {
    pub fn alarms(&self) -> Vec<Alarm> {
        let mut alarms = self.raised();
        alarms.extend(self.findings.read().unwrap_or_else(PoisonError::into_inner).alarms.clone());
        alarms
    }

    /// Alarms that no check finds, raised by the code that came across them.
    pub fn raised(&self) -> Vec<Alarm> {
        self.raised.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Raises an alarm that no check can find, once. It stands until `end`.
    pub fn raise(&self, alarm: Alarm) {
        let mut raised = self.raised.write().unwrap_or_else(PoisonError::into_inner);
        raised.retain(|known| known.name != alarm.name);
        raised.push(alarm);
    }

    pub fn end(&self, name: &str) {
        self.raised.write().unwrap_or_else(PoisonError::into_inner).retain(|alarm| alarm.name != name);
    }

    pub fn set(&self, found: Checks) {
        *self.findings.write().unwrap_or_else(PoisonError::into_inner) = found;
    }

    pub fn count_answer(&self, status: StatusCode) {
        if let Some(count) = self.answers.get(usize::from(status.as_u16() / 100)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many answers there were, by hundreds of the status.
    pub fn answers(&self) -> impl Iterator<Item = (usize, u64)> {
        self.answers.iter().map(|count| count.load(Ordering::Relaxed)).enumerate().skip(1)
    }
}
