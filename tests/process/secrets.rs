//! Secrets that stand in files of their own: the password of the mail server, and the encryption key.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;

use crate::client::{READING, check, send};
use crate::mail_server::{MailServer, PASSWORD};
use crate::program::{Ended, Program, command, data_folder, run};

fn write(file: &Path, words: &str, mode: u32) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, words).unwrap();
    fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A start that is refused, and why.
fn refused(data: &Path, arguments: &[&str]) -> String {
    let words = ["serve", "--data", text(data), "--listen", "127.0.0.1:0"];
    let ended = run(command(&[&words, arguments].concat()), "");
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    assert!(!ended.errors.contains(PASSWORD) && !ended.output.contains(PASSWORD), "{}", ended.errors);
    ended.errors
}

fn key_of_32_bytes() -> String {
    format!("{}=\n", "A".repeat(43))
}

#[test]
fn the_password_of_the_mail_server_may_stand_in_a_file_and_in_a_credential_of_systemd() {
    let (folder, data) = data_folder();
    let server = MailServer::start();
    let file = folder.path().join("credentials/smtp-password");
    write(&file, &format!("{PASSWORD}\n"), 0o400);
    let program = Program::start_with(&data, &["--smtp", &server.url(), "--smtp-password-file", text(&file)]);
    let form = check(program.address, "a concern").unwrap();
    thread::sleep(READING);
    send(program.address, &form).unwrap();
    server.wait_for("DATA");
    assert!(!program.printed.contains(PASSWORD) && !program.log().contains(PASSWORD));
    program.stop();

    let by_itself = MailServer::start();
    let mut words = command(&["serve", "--data", text(&data), "--listen", "127.0.0.1:0", "--no-limits"]);
    words.env("CREDENTIALS_DIRECTORY", file.parent().unwrap()).env("MYBACKPAIN_SMTP", by_itself.url());
    let program = Program::of(words, &data);
    let form = check(program.address, "another concern").unwrap();
    thread::sleep(READING);
    send(program.address, &form).unwrap();
    by_itself.wait_for("DATA");
    program.stop();
}

#[test]
fn a_password_file_that_others_may_read_or_nobody_can_or_that_says_it_twice_is_refused() {
    let (folder, data) = data_folder();
    let file = folder.path().join("password");
    let smtp = ["--smtp", "smtps://ada@127.0.0.1", "--smtp-password-file", text(&file)];
    let said = refused(&data, &smtp);
    assert!(said.contains("cannot read") && said.contains("--smtp-password-file"), "{said}");
    write(&file, PASSWORD, 0o644);
    let said = refused(&data, &smtp);
    assert!(said.contains("every user of this machine") && said.contains("chmod 600"), "{said}");
    write(&file, "\n", 0o600);
    let said = refused(&data, &smtp);
    assert!(said.contains("is empty"), "{said}");
    write(&file, PASSWORD, 0o600);
    let said =
        refused(&data, &["--smtp", "smtps://ada:other@127.0.0.1", "--smtp-password-file", text(&file)]);
    assert!(said.contains("twice") && !said.contains("other@"), "{said}");
    let said = refused(&data, &["--smtp", "smtps://127.0.0.1", "--smtp-password-file", text(&file)]);
    assert!(said.contains("smtps://user@host"), "{said}");
    assert!(!data.exists(), "refused before anything is made");
}

#[test]
fn the_encryption_key_may_stand_outside_the_data_folder() {
    let (folder, data) = data_folder();
    let key = folder.path().join("keys/sealing.key");
    write(&key, &key_of_32_bytes(), 0o600);
    let with_key = ["--key-file", text(&key)];
    let program = Program::start_with(&data, &with_key);
    assert!(!data.join("sealing.key").exists(), "no second key is made");
    let form = check(program.address, "a concern").unwrap();
    thread::sleep(READING);
    send(program.address, &form).unwrap();
    program.stop();
    let ask = |words: &[&str]| run(command(&[words, &["--data", text(&data)]].concat()), "");

    // Without the file named, nothing is opened with another key.
    let said = ask(&["person", "export", "ada@example.org"]);
    assert!(said.errors.contains("--key-file"), "{}", said.errors);
    let held = ask(&[&["person", "export", "ada@example.org"], &with_key[..]].concat());
    assert!(held.output.contains("a concern"), "{}{}", held.output, held.errors);
    let copies = folder.path().join("copies");
    let made: Ended = ask(&[&["backup", text(&copies)], &with_key[..]].concat());
    assert_eq!(made.code, Some(0), "{}", made.errors);
    assert!(made.output.contains(text(&key)), "{}", made.output);

    // A new key goes into the same file, which keeps its rights.
    write(&key, &key_of_32_bytes(), 0o640);
    let turned = ask(&[&["rotate-key"], &with_key[..]].concat());
    assert_eq!(turned.code, Some(0), "{}", turned.errors);
    let keys = fs::read_to_string(&key).unwrap();
    assert!(keys.lines().count() == 2 && keys.ends_with(&key_of_32_bytes()), "two keys, the old one last");
    assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o640);

    // A credential of systemd is found by itself.
    let mut words = command(&["person", "export", "ada@example.org", "--data", text(&data)]);
    words.env("CREDENTIALS_DIRECTORY", key.parent().unwrap());
    assert!(run(words, "").output.contains("a concern"));

    write(&key, &keys, 0o644);
    let said = refused(&data, &with_key);
    assert!(said.contains("every user of this machine") && said.contains("chmod 600"), "{said}");
}

#[test]
fn a_first_start_makes_the_key_where_it_was_told_to_and_a_second_refuses_without_it() {
    let (folder, data) = data_folder();
    let key = folder.path().join("elsewhere.key");
    Program::start_with(&data, &["--key-file", text(&key)]).stop();
    assert!(key.exists() && !data.join("sealing.key").exists());
    fs::remove_file(&key).unwrap();
    let said = refused(&data, &["--key-file", text(&key)]);
    assert!(said.contains("elsewhere.key is missing"), "{said}");
}
