//! Shows how far long work is: a bar on a terminal, plain lines elsewhere, nothing when told to be quiet.

use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::storage::long_work::{LongWork, WorkStep};

/// Elsewhere than on a terminal, a line at each of so many parts of the way.
const LINES: u64 = 4;

pub fn listener(quiet: bool) -> LongWork {
    if quiet {
        return LongWork::default();
    }
    if stderr().is_terminal() { bars() } else { lines() }
}

fn bars() -> LongWork {
    let shown: Mutex<Option<(&'static str, ProgressBar)>> = Mutex::default();
    LongWork::told_to(move |step| {
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.as_ref().is_none_or(|(what, _)| *what != step.what) {
            *shown = Some((step.what, bar(step)));
        }
        let Some((_, bar)) = &*shown else { return };
        bar.set_position(step.done);
        if step.done >= step.all {
            bar.finish();
        }
    })
}

fn bar(step: WorkStep) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<34} [{bar:30}] {percent:>3} %")
        .map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> "));
    let bar = ProgressBar::new(step.all).with_style(style).with_message(step.what);
    // Shown at once: what is soon done would be gone before the first tick.
    bar.tick();
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn lines() -> LongWork {
    let said: Mutex<Option<(&'static str, u64)>> = Mutex::default();
    LongWork::told_to(move |step| {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        let part = step.done * LINES / step.all.max(1);
        if said.is_some_and(|(what, before)| what == step.what && part <= before) {
            return;
        }
        *said = Some((step.what, part));
        match part {
            0 => eprintln!("{}", step.what),
            _ => eprintln!("{}: {} %", step.what, part * 100 / LINES),
        }
    })
}
