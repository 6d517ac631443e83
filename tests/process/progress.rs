//! What long work says of how far it is: a bar on a terminal, plain lines elsewhere, nothing when told to be quiet.

use std::process::Command;

use crate::program::{Program, command, data_folder, run};

/// The commands that may take long, in the order in which they can run, and a word of what they say.
fn long_work(folder: &str) -> Vec<(Vec<String>, &'static str)> {
    let words = |line: &str| line.replace('~', folder).split(' ').map(str::to_owned).collect::<Vec<_>>();
    vec![
        (words("demo --data ~/demo --requests 3"), "day"),
        (words("backup ~/copies --data ~/data"), "reading the copy for damage"),
        (words("rotate-key --data ~/data"), "encrypting"),
        (words("restore ~/copies/one.sqlite --data ~/restored"), "copying"),
        (words("check"), "pages"),
    ]
}

fn prepare() -> (tempfile::TempDir, String) {
    let (folder, data) = data_folder();
    Program::start(&data).stop();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

fn name_the_copy(folder: &str) {
    let Ok(mut copies) = std::fs::read_dir(format!("{folder}/copies")) else { return };
    let copy = copies.next().unwrap().unwrap().path();
    std::fs::rename(copy, format!("{folder}/copies/one.sqlite")).unwrap();
}

#[test]
fn long_work_says_in_plain_lines_how_far_it_is_and_nothing_when_quiet() {
    for quiet in [false, true] {
        let (_folder, path) = prepare();
        for (mut words, said) in long_work(&path) {
            if quiet {
                words.push("--quiet".to_owned());
            }
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let ended = run(command(&words), "");
            assert_eq!(ended.code, Some(0), "{}", ended.errors);
            assert!(!ended.output.is_empty(), "what came of it is said: {words:?}");
            if quiet {
                assert_eq!(ended.errors, "", "{words:?}");
            } else {
                assert!(ended.errors.contains(said), "{words:?}: {}", ended.errors);
                assert!(!ended.errors.contains(['\r', '\u{1b}']), "{words:?}: {}", ended.errors);
                assert!(ended.errors.lines().count() < 40, "few lines: {}", ended.errors);
            }
            name_the_copy(&path);
        }
    }
}

#[test]
fn on_a_terminal_long_work_has_a_bar() {
    let (_folder, path) = prepare();
    for (words, said) in long_work(&path) {
        let line = format!("{} {}", env!("CARGO_BIN_EXE_mybackpain"), words.join(" "));
        let shown = Command::new("script")
            .args(["--quiet", "--return", "--command", &line, "/dev/null"])
            .env("TERM", "xterm")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("script is in bsdutils, which every Debian has");
        let text = String::from_utf8_lossy(&shown.stdout);
        assert!(shown.status.success(), "{line}: {text}");
        assert!(text.contains(said) && text.contains("\u{1b}["), "{line}: {text:?}");
        name_the_copy(&path);
    }
}
