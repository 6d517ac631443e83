//! `mybackpain preview`: drafts as readers will see them, what the check says of each page, and pages that load anew.

use std::fs;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{get, post, request_form};
use crate::program::{Program, command, data_folder, run};

const SHOWN: Duration = Duration::from_secs(60);
const SHEET: &str = "fact-sheets/sciatica.md";
const PATH: &str = "/fact-sheets/sciatica";

struct Preview {
    program: Program,
    content: PathBuf,
    _folder: tempfile::TempDir,
}

impl Preview {
    fn start() -> Preview {
        let (folder, _) = data_folder();
        let content = folder.path().join("content");
        let copied = std::process::Command::new("cp").args(["-r", "content"]).arg(&content).status();
        assert!(copied.unwrap().success());
        let mut words =
            command(&["preview", "--content", content.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
        words.env("MYBACKPAIN_DATA", folder.path().join("data"));
        let program = Program::of(words, folder.path());
        Preview { program, content, _folder: folder }
    }

    fn edit(&self, edit: impl Fn(&str) -> String) {
        let file = self.content.join(SHEET);
        let text = fs::read_to_string(&file).unwrap();
        let edited = edit(&text);
        assert_ne!(edited, text);
        fs::write(file, edited).unwrap();
    }

    fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < SHOWN, "{what}\n{}", self.program.log());
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn page(&self, path: &str) -> String {
        let answer = get(self.program.address, path).unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer.body
    }
}

/// The bar, without what is around it.
fn bar(page: &str) -> &str {
    let (_, rest) = page.split_once("<aside class=\"preview\"").expect("a bar");
    rest.split_once("</aside>").unwrap().0
}

#[test]
fn drafts_are_shown_with_what_the_check_says_and_a_saved_file_is_shown_by_itself() {
    let preview = Preview::start();
    let page = preview.page(PATH);
    assert!(bar(&page).contains("The check finds nothing"), "{}", bar(&page));
    assert!(page.contains("<script src=\"/preview/reload.js\""));
    let answer = get(preview.program.address, PATH).unwrap();
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; script-src 'self'") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));

    let now = preview.page("/preview/changes?since=0");
    preview.edit(|text| text.replacen("+++\n", "+++\ndraft = true\n", 1));
    let later = preview.page(&format!("/preview/changes?since={}", now.trim()));
    assert_ne!(now, later, "whoever waits is told of a change");
    preview.wait("a draft is shown", || bar(&preview.page(PATH)).contains("A draft, for staff alone"));
    assert!(preview.page("/fact-sheets").contains("href=\"/fact-sheets/sciatica\""), "lists have it too");

    preview.edit(|text| format!("{text}\n<b>raw</b>\n"));
    preview.wait("an error is shown on its page", || bar(&preview.page(PATH)).contains("raw-html"));
    let all = preview.page("/preview");
    assert!(all.contains("sciatica.md") && all.contains("raw-html"), "{all}");
    assert!(!bar(&preview.page("/fact-sheets/fibromyalgia")).contains("raw-html"), "and on no other");
    preview
        .edit(|text| text.replace("\n<b>raw</b>\n", "\nSciatica, mended. [Nowhere](/fact-sheets/nowhere)\n"));
    preview.wait("what is wrong is shown with the page", || {
        let page = preview.page(PATH);
        page.contains("Sciatica, mended.") && bar(&page).contains("nowhere")
    });

    fs::write(preview.content.join("clinic.toml"), "broken").unwrap();
    preview.wait("the pages of before stay, and the bar says why", || {
        let page = preview.page(PATH);
        page.contains("Sciatica, mended.") && bar(&page).contains("clinic.toml")
    });
    preview.program.stop();
}

#[test]
fn nothing_is_sent_and_nothing_of_a_patient_is_touched_or_kept() {
    let preview = Preview::start();
    let answer = post(preview.program.address, "/consultations/new", &request_form("a concern")).unwrap();
    assert_eq!(answer.status, 403);
    assert!(answer.body.contains("preview"), "{}", answer.body);
    assert_eq!(get(preview.program.address, "/staff").unwrap().status, 404);
    let data = preview.content.parent().unwrap().join("data");
    assert!(!data.exists(), "the data folder of the site is not opened");
    preview.program.stop();
}

#[test]
fn it_listens_on_this_machine_alone() {
    for address in ["0.0.0.0:0", "192.0.2.1:8080", "[::]:0"] {
        let ended = run(command(&["preview", "--listen", address]), "");
        assert_eq!(ended.code, Some(1), "{}", ended.output);
        assert!(ended.errors.contains("this machine"), "{}", ended.errors);
    }
}
