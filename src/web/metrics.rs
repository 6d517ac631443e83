//! Holds what the program knows of itself, for the banner of the desk and the metrics address: alarms that are raised,
//! answers, rounds of jobs, and when the content was read.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::web::answer_counts::AnswerCounts;

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
    pub answers: AnswerCounts,
    /// When each job that goes on in the background last began a round.
    rounds: RwLock<BTreeMap<&'static str, Instant>>,
    /// When the content that is shown was read, in seconds since 1970; 0 before.
    content_read: AtomicI64,
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

    pub fn round_begins(&self, job: &'static str, at: Instant) {
        self.rounds.write().unwrap_or_else(PoisonError::into_inner).insert(job, at);
    }

    /// How long ago each job last began a round. Not those that never ran: a damaged database has none that write.
    pub fn since_rounds(&self) -> Vec<(&'static str, Duration)> {
        let rounds = self.rounds.read().unwrap_or_else(PoisonError::into_inner);
        rounds.iter().map(|(job, at)| (*job, at.elapsed())).collect()
    }

    pub fn content_is_read(&self, at: i64) {
        self.content_read.store(at, Ordering::Relaxed);
    }

    /// When the content that is shown was read, in seconds since 1970; nothing before.
    pub fn content_read(&self) -> Option<i64> {
        Some(self.content_read.load(Ordering::Relaxed)).filter(|at| *at != 0)
    }
}
