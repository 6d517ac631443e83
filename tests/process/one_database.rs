//! Several programs on one PostgreSQL database: they share everything, one of them does the work of the background, and
//! another takes it over; and a site moves there and back.

use std::io::Write;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::client::{Answer, Form, READING, check, connect, get, post_head, read_answer, send};
use crate::dying_line;
use crate::program::{Program, command, data_folder, run};
use crate::server::{Machine, TestDatabase, database};

const SECOND: Duration = Duration::from_secs(1);

/// Sends a request, and gives the key of its confirmation.
fn ask(program: &Program, concern: &str) -> String {
    let form = check(program.address, concern).unwrap();
    sleep(READING);
    let answer = send(program.address, &form).unwrap();
    answer.confirmed_key().unwrap_or_else(|| panic!("{}", answer.head)).to_owned()
}

fn is_confirmed(program: &Program, key: &str) -> bool {
    get(program.address, &format!("/consultations/confirmation/{key}")).unwrap().status == 200
}

/// As a browser does it on a page of ours.
fn post_on_desk(program: &Program, path: &str, form: &Form) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let head = post_head(program.address, path, body.len());
    let head = head.replace("connection: close", "connection: close\r\nsec-fetch-site: same-origin");
    let mut stream = connect(program.address).unwrap();
    stream.write_all((head + &body).as_bytes()).unwrap();
    read_answer(stream).unwrap()
}

fn soon(holds: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while began.elapsed() < 15 * SECOND {
        if holds() {
            return true;
        }
        sleep(SECOND / 20);
    }
    false
}

fn two<'d>(database: &'d TestDatabase, folder: &Path) -> (Machine<'d>, Machine<'d>) {
    let key = folder.join("sealing.key");
    let (first, second) = (Machine::new(database, &key), Machine::new(database, &key));
    (first, second)
}

#[test]
fn what_one_program_takes_another_sends_and_a_third_takes_over_when_it_is_gone() {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = two(&database, folder.path());
    let (leads, follows) = (first.start(), second.start());
    let key = ask(&follows, "Lower back, at the second");
    assert!(is_confirmed(&leads, &key), "the other knows of it at once");
    let sent = || database.count("outbox where state = 'sent'");
    assert!(soon(|| first.mails() == 2 && sent() == 2), "the first sends what the second took");
    leads.kill();
    ask(&follows, "Lower back, when the first is gone");
    assert!(soon(|| second.mails() == 2 && sent() == 4), "the second sends now");
    assert_eq!(first.mails(), 2);
    let again = first.start();
    assert!(is_confirmed(&again, &key));
    ask(&again, "Lower back, at the first again");
    assert!(soon(|| second.mails() == 4 && sent() == 6), "and goes on sending");
    assert_eq!(first.mails() + second.mails(), 6, "each once");
    again.stop();
    follows.stop();
}

#[test]
fn programs_that_start_together_make_the_tables_once_and_one_with_another_key_does_not_start() {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    // A first start elsewhere makes the key.
    let (_elsewhere, data) = data_folder();
    Program::start(&data).stop();
    std::fs::rename(data.join("sealing.key"), folder.path().join("sealing.key")).unwrap();
    let (first, second) = two(&database, folder.path());
    std::thread::scope(|scope| {
        let started = [scope.spawn(|| first.start()), scope.spawn(|| second.start())];
        for program in started {
            program.join().unwrap().stop();
        }
    });
    assert_eq!(database.count("_sqlx_migrations"), database.count("_sqlx_migrations where success"));
    let stranger = Machine::new(&database, &folder.path().join("another.key"));
    let refused = stranger.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("copy the key file of the first"), "{}", refused.errors);
    assert!(!folder.path().join("another.key").exists(), "no key is made beside a site that has one");
}

#[test]
fn a_program_that_is_older_than_the_tables_writes_nothing_and_says_so() {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (machine, _) = two(&database, folder.path());
    let program = machine.start();
    let form = check(program.address, "Lower back, before the update").unwrap();
    database.change(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         values (9999, 'newer', true, '\\x00', 0)",
    );
    sleep(READING);
    let answer = send(program.address, &form).unwrap();
    assert_eq!(answer.status, 503);
    assert!(answer.body.contains("before the update"), "what was typed is kept");
    assert_eq!(get(program.address, "/fact-sheets/sleep-and-back-pain").unwrap().status, 200);
    assert_eq!(database.count("consultations"), 0);
    assert!(program.log().contains("made by a newer version"), "{}", program.log());
    program.stop();
    let refused = machine.run(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(refused.errors.contains("another version of mybackpain"), "{}", refused.errors);
}

#[test]
fn what_is_done_beside_the_site_leaves_older_tables_to_the_program_that_runs() {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (machine, _) = two(&database, folder.path());
    let program = machine.start();
    assert!(soon(|| program.log().contains("this program sends the mails")), "{}", program.log());
    // As a program of the version before has made them.
    let before = "update _sqlx_migrations set version = 35 where version = (select max(version) from _sqlx_migrations)";
    database.change(before);
    let copies = folder.path().join("copies");
    for words in [&["backup", copies.to_str().unwrap()][..], &["person", "export", "ada@example.org"]] {
        let refused = machine.run(words);
        assert_ne!(refused.code, Some(0), "{words:?}");
        assert!(refused.errors.contains("start this version in its place first"), "{}", refused.errors);
    }
    assert_eq!(database.count("_sqlx_migrations where version > 35"), 0);
    program.stop();
}

#[test]
fn a_server_that_falls_silent_in_the_middle_of_a_write_is_given_up_and_the_form_is_taken_later() {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let line = dying_line::open(database.listens_at(), "insert into consultations (");
    let machine = Machine::new(&database, &folder.path().join("sealing.key")).over(line);
    let program = machine.start();
    let form = check(program.address, "Lower back, on a dead line").unwrap();
    sleep(READING);
    let began = Instant::now();
    let answer = send(program.address, &form).unwrap();
    assert_eq!(answer.status, 503, "{}", answer.head);
    assert!(began.elapsed() > 5 * SECOND, "it was the line that kept it");
    assert!(answer.body.contains("on a dead line"), "what was typed is kept");
    let taken = || send(program.address, &form).unwrap().confirmed_key().is_some();
    let in_time = (0..40).any(|_| {
        taken() || {
            sleep(SECOND);
            false
        }
    });
    assert!(in_time, "the server has let go of what was begun");
    assert_eq!(database.count("consultations"), 1);
    program.stop();
}

#[test]
fn who_has_guessed_enough_at_one_program_has_guessed_enough_at_the_other() {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = two(&database, folder.path());
    let (first, second) = (first.start_limited(), second.start_limited());
    // Until it is too many for this network, or so many that there is no limit.
    let guesses = |program: &Program, name: &str| {
        let guess = |number: &usize| {
            let form = [("email", format!("{name}{number}@example.org")), ("password", "wrong".to_owned())];
            let form = form.map(|(field, value)| (field.to_owned(), value)).into();
            post_on_desk(program, "/staff/sign-in", &form).status == 422
        };
        (0..60).take_while(guess).count()
    };
    let at_first = guesses(&first, "a");
    assert!((30..40).contains(&at_first), "{at_first}");
    sleep(SECOND);
    // One more is let in every ten seconds.
    let at_second = guesses(&second, "b");
    assert!(at_second <= 2, "{at_second}");
    first.stop();
    second.stop();
}

#[test]
fn what_changes_the_data_as_a_whole_waits_until_no_program_serves_it() {
    let Some(database) = database() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (serves, other) = two(&database, folder.path());
    let program = serves.start();
    assert!(soon(|| program.log().contains("this program sends the mails")), "{}", program.log());
    let elsewhere = folder.path().join("elsewhere");
    for words in [&["rotate-key"][..], &["move", "--to", elsewhere.to_str().unwrap()]] {
        let refused = other.run(words);
        assert_eq!(refused.code, Some(1), "{words:?}");
        assert!(refused.errors.contains("serves the site with this database"), "{}", refused.errors);
    }
    assert_eq!(other.run(&["person", "export", "ada@example.org"]).code, Some(0), "this may run beside it");
    program.stop();
    assert_eq!(other.run(&["rotate-key"]).code, Some(0));
}

#[test]
fn a_site_moves_to_a_server_and_back_and_from_a_backup_of_it_with_every_row() {
    let Some(database) = database() else { return };
    let (folder, data) = data_folder();
    let program = Program::start(&data);
    let key = ask(&program, "Lower back, in the file");
    program.stop();
    let at = data.to_str().unwrap();
    let to_server = || run(command(&["move", "--data", at, "--to", &database.address()]), "");
    let moved = to_server();
    assert_eq!(moved.code, Some(0), "{}", moved.errors);
    let counted = |table: &str| {
        let line = moved.output.lines().find(|line| line.starts_with(table)).unwrap();
        line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(counted("outbox "), ["2", "2"], "{}", moved.output);
    let refused = run(command(&["serve", "--data", at, "--listen", "127.0.0.1:0"]), "");
    assert!(refused.errors.contains("was moved to a PostgreSQL server"), "{}", refused.errors);

    let arguments = ["--database", &database.address()];
    let program = Program::start_with(&data, &arguments);
    assert!(is_confirmed(&program, &key));
    let later = ask(&program, "Lower back, on the server");
    program.stop();
    let copies = folder.path().join("copies");
    let backup = [&["backup", copies.to_str().unwrap(), "--data", at][..], &arguments].concat();
    let backed_up = run(command(&backup), "");
    assert_eq!(backed_up.code, Some(0), "{}", backed_up.errors);

    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::copy(data.join("sealing.key"), elsewhere.join("sealing.key")).unwrap();
    std::fs::copy(data.join("sealing.key"), folder.path().join("sealing.key")).unwrap();
    let again = run(
        command(&[
            "move",
            "--data",
            elsewhere.to_str().unwrap(),
            "--to",
            at,
            "--database",
            &database.address(),
        ]),
        "",
    );
    assert_eq!(again.code, Some(0), "{}", again.errors);
    let program = Program::start(&data);
    assert!(is_confirmed(&program, &key) && is_confirmed(&program, &later));
    program.stop();
    let overwriting = to_server();
    assert!(overwriting.errors.contains("a move overwrites nothing"), "{}", overwriting.errors);

    let mut copy = std::fs::read_dir(&copies).unwrap().map(|file| file.unwrap().path());
    let copy = copy.find(|path| path.extension().is_some_and(|end| end == "sqlite")).unwrap();
    let restored = folder.path().join("restored");
    let done = run(command(&["restore", copy.to_str().unwrap(), "--data", restored.to_str().unwrap()]), "");
    assert_eq!(done.code, Some(0), "{}", done.errors);
    std::fs::copy(data.join("sealing.key"), restored.join("sealing.key")).unwrap();
    let program = Program::start(&restored);
    assert!(is_confirmed(&program, &key) && is_confirmed(&program, &later));
    program.stop();
}
