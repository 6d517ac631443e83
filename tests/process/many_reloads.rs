//! Content that is saved again and again: nothing of an earlier reading stays in memory, and nobody is led back to it.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::get;
use crate::live_content::{LiveSite, PATH, SHEET};

/// In two parts, the first of which fills what is filled once. `MYBACKPAIN_RELOADS=1000` makes so many.
const USUAL: usize = 8;
/// Of the second part, in MB: less than four readings of the library hold.
const MOST_GROWTH: u64 = 40;
/// The sheet, two lists, and search: each shows words of the sheet.
const SHOWN: [&str; 4] = [PATH, "/fact-sheets", "/topics/conditions", "/search?q=robin"];
const WORDS: &str = "saved as number ";
/// 111 and 999 are phone numbers, and shown as such.
const FIRST: usize = 1000;

/// The sheet with a number where lists show it, and where search finds it.
fn numbered(sheet: &str, number: usize) -> String {
    let subtitle = sheet.lines().find(|line| line.starts_with("subtitle = ")).unwrap();
    let sheet = sheet.replacen(subtitle, &format!("subtitle = \"Leg pain, {WORDS}{number}\""), 1);
    format!("{sheet}\nThe robin was {WORDS}{number}.\n")
}

/// Which saving an address shows; what is shipped is number 0.
fn number(site: &LiveSite, path: &str) -> usize {
    let page = get(site.program.address, path).unwrap().body.replace("<mark>", "").replace("</mark>", "");
    let Some((_, number)) = page.split_once(WORDS) else { return 0 };
    number.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

/// Asks for one address after the other until told to stop: nothing older comes after what was seen once.
fn read_on(site: &LiveSite, first: usize, is_over: &AtomicBool) {
    let mut newest = 0;
    for path in SHOWN.iter().cycle().skip(first) {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let shown = number(site, path);
        assert!(shown >= newest, "{path} shows saving {shown} after another page showed {newest}");
        newest = shown;
        thread::sleep(Duration::from_millis(20));
    }
}

/// Saves the sheet with each number while two readers ask, and gives the longest time until one was shown.
fn save_each(site: &LiveSite, sheet: &str, numbers: RangeInclusive<usize>) -> Duration {
    let is_over = &AtomicBool::new(false);
    thread::scope(|scope| {
        let readers = [0, 2].map(|first| scope.spawn(move || read_on(site, first, is_over)));
        let save = |saving| {
            let began = Instant::now();
            site.edit(SHEET, |_| numbered(sheet, saving));
            // A reader that saw something older has panicked, and the end of the scope says so.
            let is_seen =
                || readers.iter().any(|reader| reader.is_finished()) || number(site, PATH) == saving;
            site.wait("a saving is shown", is_seen);
            began.elapsed()
        };
        let longest = numbers.map(save).max().unwrap();
        is_over.store(true, Ordering::Relaxed);
        longest
    })
}

#[test]
fn content_that_is_saved_many_times_takes_no_more_memory_files_or_threads() {
    let reloads = std::env::var("MYBACKPAIN_RELOADS").map_or(USUAL, |reloads| reloads.parse().unwrap());
    let site = LiveSite::start();
    let sheet = std::fs::read_to_string(site.content.join(SHEET)).unwrap();
    let half = reloads / 2;
    let first = save_each(&site, &sheet, FIRST..=FIRST + half);
    let before = site.program.held();
    let second = save_each(&site, &sheet, FIRST + half + 1..=FIRST + reloads);
    let after = site.program.held();
    let said = format!(
        "{before:?} after {half}, {after:?} after {reloads}; a saving was shown within {:?}",
        first.max(second)
    );
    println!("{said}");
    assert!(after.megabytes <= before.megabytes + MOST_GROWTH, "{said}");
    assert!(after.files <= before.files + 2 && after.threads <= before.threads + 2, "{said}");
    site.program.stop();
}
