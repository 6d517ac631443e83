//! Two programs on one data folder: what does not go together is refused in a sentence that says who holds it.

use std::path::Path;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::client::{READING, check, get, send, value};
use crate::program::{Ended, Program, command, data_folder, run};
use crate::records::{check_whole, wait_for};

fn ask(words: &[&str], data: &Path) -> Ended {
    run(command(&[words, &["--data", data.to_str().unwrap()]].concat()), "")
}

#[test]
fn beside_a_running_site_a_backup_is_made_and_nothing_changes_the_folder_as_a_whole() {
    let (folder, data) = data_folder();
    let program = Program::start(&data);
    let key = std::fs::read(data.join("sealing.key")).unwrap();
    let copies = folder.path().join("copies");
    for (words, what) in [
        (&["serve", "--listen", "127.0.0.1:0"][..], "a second server"),
        (&["rotate-key"], "a new key"),
        (&["demo"], "a demonstration"),
        (&["restore", "copy.sqlite"], "a restore"),
    ] {
        let refused = ask(words, &data);
        assert_eq!(refused.code, Some(1), "{what}: {}", refused.errors);
        let of_the_lock = refused.errors.contains("is in use by mybackpain serve (process ");
        // These two look at the folder or the file before they touch it.
        let of_its_own = ["not empty", "no backup at"].iter().any(|words| refused.errors.contains(words));
        assert!(of_the_lock || of_its_own, "{what}: {}", refused.errors);
        assert_eq!(refused.errors.trim_end().lines().count(), 1, "{what}: {}", refused.errors);
    }
    assert_eq!(std::fs::read(data.join("sealing.key")).unwrap(), key, "the key is as it was");
    for words in [
        &["backup", copies.to_str().unwrap()][..],
        &["person", "export", "ada@example.org"],
        &["clock", "confirm"],
    ] {
        let done = ask(words, &data);
        assert_eq!(done.code, Some(0), "{words:?}: {}", done.errors);
    }
    program.kill();
    // Nothing is left of who was killed.
    assert_eq!(ask(&["rotate-key"], &data).code, Some(0));
    Program::start(&data).stop();
}

#[test]
fn a_person_is_erased_beside_a_running_site_and_nothing_else_is_disturbed() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let address = program.address;
    let other = |number: usize| {
        let mut form = check(address, &format!("form {number}")).unwrap();
        for (name, changed) in
            [("email", format!("grace{number}@example.org")), ("phone", "020 7946 0958".into())]
        {
            form.iter_mut().find(|(key, _)| key == name).unwrap().1 = changed;
        }
        form
    };
    let theirs = check(address, "a xylophone fell on me").unwrap();
    let others: Vec<_> = (0..24).map(other).collect();
    std::thread::sleep(READING);
    let key = send(address, &theirs).unwrap().confirmed_key().unwrap().to_owned();
    let confirmation = format!("/consultations/confirmation/{key}");
    assert_eq!(get(address, &confirmation).unwrap().status, 200);
    let erased = std::thread::scope(|scope| {
        for forms in others.chunks(6) {
            scope.spawn(move || {
                for form in forms {
                    let sent = send(address, form).unwrap();
                    assert_eq!(sent.confirmed_key(), Some(value(form, "key")), "{}", sent.head);
                }
            });
        }
        ask(&["person", "erase", "ada@example.org"], &data)
    });
    assert_eq!(erased.code, Some(0), "{}", erased.errors);
    assert!(erased.output.contains("The proof is ER-"), "{}", erased.output);
    assert_eq!(get(address, &confirmation).unwrap().status, 404, "the running site sees it at once");
    let held = ask(&["person", "export", "ada@example.org"], &data);
    assert!(held.output.contains("\"held\": []"), "{}", held.output);
    let keys = others.iter().map(|form| value(form, "key"));
    assert_eq!(check_whole(&program.database(), keys), others.len());
    program.stop();
}

#[test]
fn a_lock_file_that_is_deleted_lets_no_second_program_in() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    for name in ["server.lock", "data.lock"] {
        std::fs::remove_file(data.join(name)).unwrap();
    }
    for words in [&["serve", "--listen", "127.0.0.1:0"][..], &["rotate-key"]] {
        let refused = ask(words, &data);
        assert_eq!(refused.code, Some(1), "{words:?}: {}", refused.errors);
        assert!(refused.errors.contains("is in use by another mybackpain"), "{}", refused.errors);
    }
    program.stop();
}

#[test]
fn a_command_of_a_newer_version_leaves_the_tables_to_the_site_that_runs() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let on_file = |sql: &'static str| {
        let options = SqliteConnectOptions::new().filename(data.join("mybackpain.sqlite"));
        wait_for(async {
            let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
            let found: Option<i64> = sqlx::query_scalar(sql).fetch_optional(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            found
        })
    };
    let newest = "select max(version) from _sqlx_migrations";
    let made = on_file(newest).unwrap();
    // As if the site that runs had never heard of the newest.
    on_file("delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)");
    let refused = ask(&["person", "export", "ada@example.org"], &data);
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("start this version in its place first"), "{}", refused.errors);
    assert!(on_file(newest).unwrap() < made, "nothing was brought up to date");
    program.stop();
}
