//! Counts answers by route and status, and how long they took, for the metrics address.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use axum::http::{Method, StatusCode};

/// Counted for all pages of the content together: which of them somebody reads is counted elsewhere, and not for who asks
/// not to be counted.
pub const CONTENT_PAGE: &str = "/{page}";
/// Counted for every address that no route knows.
pub const NO_ROUTE: &str = "none";

/// Upper bounds of the histogram in microseconds, and in seconds as Prometheus reads them.
const BOUNDS: [(u128, &str); 12] = [
    (1_000, "0.001"),
    (2_500, "0.0025"),
    (5_000, "0.005"),
    (10_000, "0.01"),
    (25_000, "0.025"),
    (50_000, "0.05"),
    (100_000, "0.1"),
    (250_000, "0.25"),
    (500_000, "0.5"),
    (1_000_000, "1"),
    (2_500_000, "2.5"),
    (10_000_000, "10"),
];

/// By part of the site. A number is counted by adding to it; a lock for writing is taken once for each route, method and
/// status.
#[derive(Default)]
pub struct AnswerCounts {
    routes: RwLock<HashMap<String, Vec<RouteCount>>>,
    took: [Histogram; 3],
}

struct RouteCount {
    method: &'static str,
    status: u16,
    count: AtomicU64,
}

#[derive(Default)]
struct Histogram {
    /// How many took no longer than each bound and longer than the one before; the last for all that took longer.
    counts: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
}

const PARTS: [&str; 3] = ["pages", "forms", "desk"];

impl AnswerCounts {
    /// `route` is a pattern of the router, never an address.
    pub fn count(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let part = match route {
            CONTENT_PAGE => 0,
            desk if desk.starts_with("/staff") => 2,
            _ => 1,
        };
        self.took[part].add(took);
        let (method, status) = (label_of(method), status.as_u16());
        let is_it = |known: &&RouteCount| known.method == method && known.status == status;
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = routes.get(route).and_then(|counts| counts.iter().find(is_it)) {
            known.count.fetch_add(1, Ordering::Relaxed);
            return;
        }
        drop(routes);
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let counts = routes.entry(route.to_owned()).or_default();
        match counts.iter().find(is_it) {
            Some(known) => drop(known.count.fetch_add(1, Ordering::Relaxed)),
            None => counts.push(RouteCount { method, status, count: AtomicU64::new(1) }),
        }
    }

    /// The counts in the text format of Prometheus.
    pub fn write(&self, text: &mut String) {
        text.push_str(
            "# HELP mybackpain_answers_total Answers since the start, by the pattern of their address\n",
        );
        text.push_str("# TYPE mybackpain_answers_total counter\n");
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        let mut lines: Vec<String> =
            routes.iter().flat_map(|(route, counts)| lines_of(route, counts)).collect();
        lines.sort();
        text.extend(lines);
        text.push_str(
            "# HELP mybackpain_answer_seconds Time until an answer begins, in seconds, by part of the site\n",
        );
        text.push_str("# TYPE mybackpain_answer_seconds histogram\n");
        for (part, took) in PARTS.iter().zip(&self.took) {
            took.write(text, part);
        }
    }
}

fn lines_of(route: &str, counts: &[RouteCount]) -> Vec<String> {
    let line = |RouteCount { method, status, count }: &RouteCount| {
        let count = count.load(Ordering::Relaxed);
        format!(
            "mybackpain_answers_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {count}\n"
        )
    };
    counts.iter().map(line).collect()
}

/// Anyone may invent a method.
fn label_of(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

impl Histogram {
    fn add(&self, took: Duration) {
        let took = took.as_micros();
        let bucket = BOUNDS.iter().position(|(bound, _)| took <= *bound).unwrap_or(BOUNDS.len());
        self.counts[bucket].fetch_add(1, Ordering::Relaxed);
        self.microseconds.fetch_add(u64::try_from(took).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn write(&self, text: &mut String, part: &str) {
        let bounds = BOUNDS.iter().map(|(_, seconds)| *seconds).chain(["+Inf"]);
        let mut so_far = 0;
        for (bound, count) in bounds.zip(&self.counts) {
            so_far += count.load(Ordering::Relaxed);
            let _ =
                writeln!(text, "mybackpain_answer_seconds_bucket{{part=\"{part}\",le=\"{bound}\"}} {so_far}");
        }
        let micros = self.microseconds.load(Ordering::Relaxed);
        let (whole, rest) = (micros / 1_000_000, micros % 1_000_000);
        let _ = writeln!(text, "mybackpain_answer_seconds_sum{{part=\"{part}\"}} {whole}.{rest:06}");
        let _ = writeln!(text, "mybackpain_answer_seconds_count{{part=\"{part}\"}} {so_far}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_is_counted_once_by_route_and_status_and_in_the_bucket_of_its_time() {
        let counts = AnswerCounts::default();
        for (route, millis) in [("/staff/mail/{id}", 3), ("/staff/mail/{id}", 11_000), (CONTENT_PAGE, 1)] {
            counts.count(route, &Method::GET, StatusCode::OK, Duration::from_millis(millis));
        }
        counts.count("/complaints", &"BREW".parse().unwrap(), StatusCode::METHOD_NOT_ALLOWED, Duration::ZERO);
        let mut text = String::new();
        counts.write(&mut text);
        for line in [
            "mybackpain_answers_total{route=\"/staff/mail/{id}\",method=\"GET\",status=\"200\"} 2",
            "mybackpain_answers_total{route=\"/complaints\",method=\"other\",status=\"405\"} 1",
            "mybackpain_answer_seconds_bucket{part=\"desk\",le=\"0.0025\"} 0",
            "mybackpain_answer_seconds_bucket{part=\"desk\",le=\"0.005\"} 1",
            "mybackpain_answer_seconds_bucket{part=\"desk\",le=\"10\"} 1",
            "mybackpain_answer_seconds_bucket{part=\"desk\",le=\"+Inf\"} 2",
            "mybackpain_answer_seconds_sum{part=\"desk\"} 11.003000",
            "mybackpain_answer_seconds_bucket{part=\"pages\",le=\"0.001\"} 1",
            "mybackpain_answer_seconds_count{part=\"forms\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }

    #[test]
    fn many_threads_lose_no_count() {
        let counts = AnswerCounts::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        counts.count("/", &Method::GET, StatusCode::OK, Duration::ZERO);
                    }
                });
            }
        });
        let mut text = String::new();
        counts.write(&mut text);
        assert!(text.contains("{route=\"/\",method=\"GET\",status=\"200\"} 4000"), "{text}");
    }
}
