//! Content that is saved while the program serves: shown without a restart, and never half of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::get;
use crate::program::{Program, data_folder};

pub const SHEET: &str = "fact-sheets/sciatica.md";
pub const PATH: &str = "/fact-sheets/sciatica";
/// A debug build on a busy machine reads all of the content anew.
const SHOWN: Duration = Duration::from_secs(40);

pub struct LiveSite {
    pub program: Program,
    pub content: PathBuf,
    _folder: tempfile::TempDir,
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            drop(fs::copy(entry.path(), target))
        }
    }
}

impl LiveSite {
    pub fn start() -> LiveSite {
        let (folder, data) = data_folder();
        let content = folder.path().join("content");
        copy(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/content")), &content);
        let program = Program::start_with(&data, &["--content", content.to_str().unwrap()]);
        LiveSite { program, content, _folder: folder }
    }

    pub fn edit(&self, file: &str, edit: impl Fn(&str) -> String) {
        let file = self.content.join(file);
        let text = fs::read_to_string(&file).unwrap();
        let edited = edit(&text);
        assert_ne!(edited, text);
        fs::write(file, edited).unwrap();
    }

    pub fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < SHOWN, "{what}\n{}", self.program.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn page(&self, path: &str) -> String {
        let answer = get(self.program.address, path).unwrap();
        assert_eq!(answer.status, 200, "{path}");
        answer.body
    }
}

fn titled(text: &str, title: &str) -> String {
    let line = text.lines().find(|line| line.starts_with("title = ")).unwrap();
    text.replacen(line, &format!("title = \"{title}\""), 1)
}

#[test]
fn a_saved_file_is_shown_without_a_restart_and_one_that_fails_the_check_keeps_the_pages_of_before() {
    let site = LiveSite::start();
    site.edit(SHEET, |text| titled(text, "Sciatica, saved once"));
    site.wait("it is shown", || site.page(PATH).contains("Sciatica, saved once"));
    assert!(site.page("/fact-sheets").contains("Sciatica, saved once"), "lists are of the same reading");

    let page = site.page(PATH);
    site.edit(SHEET, |text| format!("{}\n<b>raw</b>\n", titled(text, "Sciatica, broken")));
    site.wait("the log says what is wrong", || site.program.log().contains("raw-html"));
    assert!(site.program.log().contains("sciatica.md"), "{}", site.program.log());
    assert_eq!(site.page(PATH), page, "the page of before stays");
    fs::remove_file(site.content.join("clinic.toml")).unwrap();
    site.wait("it says that the file is missing", || site.program.log().contains("clinic.toml"));
    assert_eq!(site.page(PATH), page);

    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/content/clinic.toml");
    let clinic = fs::read_to_string(shipped).unwrap();
    fs::write(site.content.join("clinic.toml"), clinic.replace("020 7946 0123", "020 7946 0999")).unwrap();
    site.edit(SHEET, |text| titled(text, "Sciatica, mended").replace("\n<b>raw</b>\n", ""));
    site.wait("it recovers", || site.page(PATH).contains("Sciatica, mended"));
    assert!(
        site.page("/contact").contains("020 7946 0999"),
        "what the clinic says of itself is live as well"
    );
    site.program.stop();
}

#[test]
fn nobody_sees_half_of_what_is_saved_together() {
    let site = LiveSite::start();
    let saved = ["Saved as robin", "Saved as wren", "Saved as finch"];
    for title in saved {
        for file in [SHEET, "fact-sheets/fibromyalgia.md", "guides/sleep-and-pain.md"] {
            site.edit(file, |text| titled(text, title));
            thread::sleep(Duration::from_millis(60));
        }
        site.wait("all three are shown", || {
            let list = site.page("/fact-sheets");
            let seen = saved.iter().filter(|title| list.contains(*title)).count();
            assert!(seen <= 1, "a list shows pages of two savings");
            list.contains(title)
        });
    }
    site.program.stop();
}
