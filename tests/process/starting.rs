//! The start: what it says when it works, and one clear sentence when it does not.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::client::get;
use crate::program::{Ended, Program, command, data_folder, run};

/// A start that cannot work ends by itself; how quickly depends on how busy the machine is.
const REFUSAL: Duration = Duration::from_secs(30);

fn add_staff(data: &Path, password: &str) -> Ended {
    let data = data.to_str().unwrap();
    let add =
        ["staff", "add", "Sam@example.org", "--name", "Sam Reed", "--role", "administrator", "--data", data];
    run(command(&add), format!("{password}\n"))
}

#[test]
fn it_starts_on_nothing_and_asks_for_a_first_administrator_until_there_is_one() {
    let (_folder, data) = data_folder();
    let first = Program::start(&data);
    let address = format!("http://{}", first.address);
    assert!(
        first.printed.starts_with(&format!("My Back Pain is at {address} (listening on ")),
        "{}",
        first.printed
    );
    let where_mail_goes = format!("mail is written to files in {}", data.join("mail").display());
    assert!(first.printed.contains(&where_mail_goes), "{}", first.printed);
    let old_link = first.first_link().expect("a link for the first account").to_owned();
    assert!(first.printed.contains(&format!("{address}{old_link}")), "{}", first.printed);
    assert_eq!(get(first.address, "/").unwrap().status, 200);
    assert_eq!(get(first.address, &old_link).unwrap().status, 200);
    first.stop();

    let second = Program::start(&data);
    let new_link = second.first_link().expect("there is still no account").to_owned();
    assert_eq!(get(second.address, &new_link).unwrap().status, 200);
    assert_eq!(get(second.address, &old_link).unwrap().status, 404, "one link at a time");
    second.stop();

    let refused = add_staff(&data, "short");
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("12 characters or more"), "{}", refused.errors);
    let made = add_staff(&data, "three odd words here");
    assert_eq!(made.code, Some(0), "{}", made.errors);
    assert!(made.output.contains("/staff/sign-in") && !made.errors.contains("three odd"), "{}", made.output);
    assert!(add_staff(&data, "three odd words here").errors.contains("already"));

    let third = Program::start(&data);
    assert_eq!(third.first_link(), None, "{}", third.printed);
    assert_eq!(get(third.address, &new_link).unwrap().status, 404);
    third.stop();
}

#[test]
fn data_rights_and_a_lost_phone_are_answered_on_the_command_line_for_data_that_is_there() {
    let (_folder, data) = data_folder();
    let folder = data.to_str().unwrap().to_owned();
    let ask = |words: &[&str]| run(command(&[words, &["--data", &folder]].concat()), "");
    for words in [["person", "erase", "ada@example.org"], ["staff", "reset", "sam@example.org"]] {
        let refused = ask(&words);
        assert_eq!(refused.code, Some(1));
        assert!(refused.errors.contains("there is no data in"), "{}", refused.errors);
    }
    assert!(!data.exists(), "a folder named by mistake is not made");

    assert_eq!(add_staff(&data, "three odd words here").code, Some(0));
    let reset = ask(&["staff", "reset", "SAM@example.org", "--base-url", "https://desk.example/"]);
    assert!(reset.output.contains("  https://desk.example/staff/reset/"), "{}{}", reset.output, reset.errors);
    assert!(ask(&["staff", "reset", "nobody@example.org"]).errors.contains("no account with this address"));
    let nothing = ask(&["person", "export", "07700 900123"]);
    assert!(nothing.output.contains("\"held\": []"), "{}{}", nothing.output, nothing.errors);
    let erased = ask(&["person", "erase", "ada@example.org"]);
    assert!(erased.output.contains("The proof is ER-"), "{}", erased.errors);
    assert!(ask(&["person", "erase", "ada"]).errors.contains("8 to 15 digits"));
}

/// A start that is refused: its arguments, and words of the sentence that says why and what to do.
struct Refused {
    why: &'static str,
    arguments: Vec<String>,
    words: Vec<String>,
}

impl Refused {
    fn new(why: &'static str, arguments: &[&str], words: &[&str]) -> Refused {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Refused { why, arguments: owned(arguments), words: owned(words) }
    }

    fn check(&self) {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let ended = run(command(&arguments), "");
        let (why, said) = (self.why, &ended.errors);
        assert!(ended.code.is_some_and(|code| code != 0), "{why}: {:?} {said}", ended.code);
        assert!(ended.took < REFUSAL, "{why}: after {:?}", ended.took);
        for word in &self.words {
            assert!(said.contains(word), "{why}: no {word:?} in {said}");
        }
        assert!(said.starts_with("mybackpain: ") && said.trim_end().lines().count() <= 3, "{why}: {said}");
        for noise in ["panicked", "backtrace", "src/", "Os {", "secret", "Stack"] {
            assert!(!said.contains(noise), "{why}: {said}");
        }
    }
}

/// A copy of the content that a test may break.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn a_start_that_cannot_work_says_why_in_one_sentence() {
    let (folder, data) = data_folder();
    let inside = |name: &str| folder.path().join(name);
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("content");
    let broken = inside("broken");
    copy(&content, &broken);
    let sheet = broken.join("fact-sheets/sleep-and-back-pain.md");
    let text = fs::read_to_string(&sheet).unwrap().replacen("subtitle =", "subtitel =", 1);
    fs::write(&sheet, text).unwrap();
    let incomplete = inside("incomplete");
    copy(&content, &incomplete);
    fs::remove_file(incomplete.join("references.toml")).unwrap();
    fs::write(inside("file"), "").unwrap();

    // Data that was used once, and whose key is gone, or is no key.
    let (keyless, cut) = (inside("keyless"), inside("cut"));
    Program::start(&keyless).stop();
    fs::create_dir(&cut).unwrap();
    fs::copy(keyless.join("mybackpain.sqlite"), cut.join("mybackpain.sqlite")).unwrap();
    fs::remove_file(keyless.join("sealing.key")).unwrap();
    fs::write(cut.join("sealing.key"), "a2V5\n").unwrap();

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().map(|address| (taken, address.to_string())).unwrap();
    let below_a_file = inside("file").join("data");
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let (data, below, file) = (text(&data), text(&below_a_file), text(&inside("file")));
    let (broken, incomplete, nothing) = (text(&broken), text(&incomplete), text(&inside("nothing")));
    let (keyless, cut) = (text(&keyless), text(&cut));

    let free = "127.0.0.1:0";
    let cases = [
        Refused::new(
            "a taken port",
            &["--data", &data, "--listen", &taken.1],
            &["cannot listen on", &taken.1, "--listen"],
        ),
        Refused::new(
            "no folder can be made",
            &["--data", &below, "--listen", free],
            &["data folder", &below, "--data"],
        ),
        Refused::new(
            "a file for a folder",
            &["--data", &file, "--listen", free],
            &["data folder", &file, "--data"],
        ),
        Refused::new(
            "a wrong line",
            &["--content", &broken, "--data", &data, "--listen", free],
            &["sleep-and-back-pain.md:3", "`subtitel`", "expected"],
        ),
        Refused::new(
            "a missing file",
            &["--content", &incomplete, "--data", &data, "--listen", free],
            &["references.toml", "cannot read"],
        ),
        Refused::new(
            "no content",
            &["--content", &nothing, "--data", &data, "--listen", free],
            &[&nothing, "cannot read"],
        ),
        Refused::new(
            "https without mail",
            &["--base-url", "https://example.org", "--data", &data, "--listen", free],
            &["--base-url", "--smtp", "--mail-to-files"],
        ),
        Refused::new(
            "a strange base URL",
            &["--base-url", "example.org", "--data", &data, "--listen", free],
            &["--base-url", "http://"],
        ),
        Refused::new(
            "a bad mail server",
            &["--smtp", "smtp://user:secret@", "--data", &data, "--listen", free],
            &["--smtp", "smtps://user:password@host"],
        ),
        Refused::new(
            "a missing key",
            &["--data", &keyless, "--listen", free],
            &["sealing.key is missing", "backup"],
        ),
        Refused::new("a cut key", &["--data", &cut, "--listen", free], &["sealing.key", "encryption keys"]),
    ];
    thread::scope(|scope| {
        for pair in cases.chunks(cases.len().div_ceil(2)) {
            scope.spawn(|| pair.iter().for_each(Refused::check));
        }
    });
    assert!(!Path::new(&keyless).join("sealing.key").exists(), "no new key in place of a lost one");
}
