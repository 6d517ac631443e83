//! `mybackpain doctor`: each thing that a first evening gets wrong is found, with the sentence that mends it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

use crate::mail_server::{MailServer, PASSWORD};
use crate::program::{Ended, Program, command, data_folder, run};
use crate::records::wait_for;

struct Evening {
    folder: TempDir,
    data: PathBuf,
    server: MailServer,
}

impl Evening {
    /// A site that has run once and was backed up, and its mail server.
    fn start() -> Evening {
        let (folder, data) = data_folder();
        let program = Program::start(&data);
        let into = folder.path().join("copies");
        let made = run(command(&["backup", into.to_str().unwrap(), "--data", data.to_str().unwrap()]), "");
        assert_eq!(made.code, Some(0), "{}", made.errors);
        program.stop();
        let evening = Evening { folder, data, server: MailServer::start() };
        evening.password(PASSWORD);
        evening
    }

    fn password(&self, password: &str) {
        let file = self.folder.path().join("password");
        let _ = fs::remove_file(&file);
        fs::write(&file, password).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    }

    fn ask(&self, arguments: &[&str]) -> Ended {
        let password = self.folder.path().join("password");
        let url = self.server.url();
        let mut words = vec!["doctor"];
        if !arguments.contains(&"--data") {
            words.extend(["--data", self.data.to_str().unwrap()]);
        }
        if !arguments.contains(&"--smtp") {
            words.extend(["--smtp", &url, "--smtp-password-file", password.to_str().unwrap()]);
        }
        let ended = run(command(&[&words, arguments].concat()), "");
        assert!(!ended.output.contains(PASSWORD) && !ended.errors.contains(PASSWORD), "{}", ended.output);
        ended
    }

    /// What must be mended: each thing with how.
    fn to_mend(&self, arguments: &[&str]) -> Vec<String> {
        let ended = self.ask(arguments);
        let found: Vec<String> = ended
            .output
            .split("\nMEND")
            .skip(1)
            .map(|part| {
                let end = part.find("\nok ").or(part.find("\nlook")).unwrap_or(part.len());
                part[..end].trim().to_owned()
            })
            .collect();
        assert_eq!(ended.code, Some(i32::from(!found.is_empty())), "{}{}", ended.output, ended.errors);
        found
    }

    /// Exactly one thing is to be mended, and these words are said of it.
    fn finds(&self, arguments: &[&str], words: &[&str]) {
        let found = self.to_mend(arguments);
        assert_eq!(found.len(), 1, "{words:?}: {found:#?}");
        for word in words {
            assert!(found[0].contains(word), "{word}: {}", found[0]);
        }
        assert!(found[0].contains("\n      "), "it says how to mend it: {}", found[0]);
    }

    fn believe(&self, seconds_ago: i64) {
        wait_for(async {
            let options = SqliteConnectOptions::new().filename(self.data.join("mybackpain.sqlite"));
            let mut database = SqliteConnection::connect_with(&options).await.unwrap();
            let then = jiff::Timestamp::now().as_second() - seconds_ago;
            sqlx::query("insert into believed_time (id, at, drift, highest) values (1, $1, 0, $1) on conflict (id) do update set at = $1")
                .bind(then)
                .execute(&mut database)
                .await
                .unwrap();
            database.close().await.unwrap();
        });
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_good_site_has_nothing_to_mend_and_no_mail_is_sent_unless_asked_for() {
    let evening = Evening::start();
    let good = evening.ask(&[]);
    assert_eq!(good.code, Some(0), "{}{}", good.output, good.errors);
    assert!(good.output.ends_with("Nothing has to be mended.\n"), "{}", good.output);
    for words in ["v=spf1", "_domainkey", "_dmarc", "dig +short TXT"] {
        assert!(good.output.contains(words), "{words}: {}", good.output);
    }
    assert!(evening.server.heard("AUTH") && evening.server.heard("MAIL"), "{:?}", evening.server.said());
    assert!(!evening.server.heard("RCPT") && !evening.server.heard("DATA"), "{:?}", evening.server.said());

    let sent = evening.ask(&["--mail-to", "sam@clinic.example"]);
    assert_eq!(sent.code, Some(0), "{}{}", sent.output, sent.errors);
    assert!(evening.server.heard("RCPT TO:<sam@clinic.example>") && evening.server.heard("DATA"));
    assert!(sent.output.contains("sam@clinic.example"), "{}", sent.output);
}

#[test]
fn a_folder_that_others_may_read_or_that_is_no_folder_is_found() {
    let evening = Evening::start();
    mode(&evening.data, 0o755);
    evening.finds(&[], &["other people of this machine", "chmod 700"]);
    mode(&evening.data, 0o700);
    mode(&evening.data.join("mybackpain.sqlite"), 0o644);
    evening.finds(&[], &["mybackpain.sqlite", "chmod 600"]);
    mode(&evening.data.join("mybackpain.sqlite"), 0o600);
    let file = evening.folder.path().join("file");
    fs::write(&file, "").unwrap();
    evening.finds(&["--data", file.to_str().unwrap()], &["is no folder", "--data"]);
    let missing = evening.folder.path().join("missing");
    let found = evening.ask(&["--data", missing.to_str().unwrap()]);
    assert!(found.output.contains("the first start makes it"), "{}", found.output);
    assert!(!missing.exists(), "it makes nothing");
}

#[test]
fn content_that_would_stop_a_start_is_found() {
    let evening = Evening::start();
    let missing = evening.folder.path().join("missing");
    evening.finds(&["--content", missing.to_str().unwrap()], &["content", "--content"]);
    let broken = evening.folder.path().join("content");
    let copied = std::process::Command::new("cp").args(["-r", "content"]).arg(&broken).status();
    assert!(copied.unwrap().success());
    fs::write(broken.join("pages/bad.md"), "no front matter\n").unwrap();
    evening.finds(&["--content", broken.to_str().unwrap()], &["mybackpain check"]);
}

#[test]
fn a_key_that_is_gone_open_or_of_another_site_is_found() {
    let evening = Evening::start();
    let key = evening.data.join("sealing.key");
    let before = fs::read_to_string(&key).unwrap();
    mode(&key, 0o644);
    evening.finds(&[], &["every user of this machine", "chmod 600"]);
    mode(&key, 0o600);
    fs::write(&key, format!("{}=\n", "A".repeat(43))).unwrap();
    evening.finds(&[], &["do not belong together", "its own backup"]);
    fs::write(&key, "no key\n").unwrap();
    evening.finds(&[], &["32 bytes in base64", "its own backup"]);
    fs::remove_file(&key).unwrap();
    evening.finds(&[], &["is missing", "its own backup"]);
    fs::write(&key, before).unwrap();
    mode(&key, 0o600);
    assert_eq!(evening.to_mend(&[]), [""; 0]);
}

#[test]
fn a_clock_that_jumped_is_found() {
    let evening = Evening::start();
    evening.believe(30 * 86_400);
    evening.finds(&[], &["30 days", "clock confirm"]);
    evening.believe(-40 * 86_400);
    evening.finds(&[], &["40 days", "clock confirm"]);
    evening.believe(60);
    assert_eq!(evening.to_mend(&[]), [""; 0]);
}

#[test]
fn a_mail_server_that_does_not_take_our_mail_is_found() {
    let evening = Evening::start();
    evening.password("another one");
    evening.finds(&[], &["535", "password"]);
    evening.password("");
    evening.finds(&[], &["is empty", "--smtp-password-file"]);
    evening.finds(&["--smtp", "smtp://127.0.0.1:1?tls=none"], &["connecting", "port"]);
    evening.finds(&["--smtp", "smtps:wrong"], &["not understood", "--smtp"]);
    evening.password(PASSWORD);
    evening.finds(&["--mail-from", "nobody"], &["nobody", "--mail-from"]);
    evening.finds(&["--mail-to", "nobody"], &["nobody", "--mail-to"]);
    let to_files = run(command(&["doctor", "--data", evening.data.to_str().unwrap()]), "");
    assert!(to_files.output.contains("no mail server"), "{}", to_files.output);
}

#[test]
fn a_database_server_that_is_not_there_is_found_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    for words in [["doctor"], ["serve"]] {
        let nowhere = ["--data", data, "--database", "postgres://nobody@127.0.0.1:1/none"];
        let said = run(command(&[&words[..], &nowhere].concat()), "");
        let said = said.output + &said.errors;
        let reasons: Vec<&str> = said.lines().filter(|line| line.contains("--database says")).collect();
        assert!(!reasons.is_empty(), "{said}");
        for reason in reasons {
            assert_eq!(reason.matches("Connection refused").count(), 1, "{reason}");
        }
    }
}

#[test]
fn an_address_that_patients_cannot_use_is_found() {
    let evening = Evening::start();
    evening.finds(&["--base-url", "ftp://clinic.example"], &["--base-url"]);
    evening.finds(&["--base-url", "http://192.0.2.1"], &["in the clear", "https://"]);
    let proxied = ["--client-ip", "RightmostXForwardedFor"];
    evening.finds(
        &[&["--base-url", "https://nobody.invalid"], &proxied[..]].concat(),
        &["nobody.invalid", "DNS"],
    );
    evening.finds(&["--base-url", "https://127.0.0.1"], &["--client-ip", "RightmostXForwardedFor"]);
    let open = ["--base-url", "https://127.0.0.1", "--listen", "0.0.0.0:8080"];
    let said = evening.ask(&[&open, &proxied[..]].concat());
    assert!(said.output.contains("can say of themselves what address they have"), "{}", said.output);
    let none = run(
        command(&["doctor", "--base-url", "https://127.0.0.1", "--data", evening.data.to_str().unwrap()]),
        "",
    );
    assert_eq!(none.code, Some(1));
    assert!(none.output.contains("patients would get no mail"), "{}", none.output);
}

#[test]
fn a_full_disk_and_a_backup_that_is_old_or_missing_are_found() {
    let evening = Evening::start();
    evening.finds(&["--least-free", "18446744073709551615"], &["MB are free", "make room"]);
    let record = evening.data.join("last-backup");
    let now = jiff::Timestamp::now().as_second();
    fs::write(&record, format!("{}\n", now - 3 * 86_400)).unwrap();
    evening.finds(&[], &["3 days", "mybackpain backup"]);
    fs::write(&record, format!("{}\n", now + 3 * 86_400)).unwrap();
    evening.finds(&[], &["still to come", "mybackpain backup"]);
    fs::remove_file(&record).unwrap();
    evening.finds(&[], &["no backup", "mybackpain backup"]);
}
