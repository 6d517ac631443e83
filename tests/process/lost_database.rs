//! A database that is lost, and a key of another one, are no new site: they are put back, or begun anew by someone who
//! says so.

use std::fs;
use std::path::Path;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::client::{READING, check, get, send};
use crate::program::{Ended, Program, command, data_folder, run};
use crate::records::wait_for;

/// A database with what this makes.
fn make(file: &Path, sql: &'static str) {
    wait_for(async {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let mut made = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query(sql).execute(&mut made).await.unwrap();
        made.close().await.unwrap();
    });
}

fn refused(data: &Path) -> Ended {
    let started = run(command(&["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]), "");
    assert_eq!(started.code, Some(1), "{}{}", started.output, started.errors);
    started
}

#[test]
fn a_database_that_was_cut_off_or_emptied_is_lost_and_one_of_another_program_is_not_taken_over() {
    let (_folder, data) = data_folder();
    Program::start(&data).stop();
    let file = data.join("mybackpain.sqlite");
    let whole = fs::read(&file).unwrap();
    // What is cut off further on is damaged: it is left as it is, and said to be so.
    fs::write(&file, &whole[..1]).unwrap();
    assert!(refused(&data).errors.contains("its database is empty"));
    fs::remove_file(&file).unwrap();
    make(&file, "vacuum");
    assert!(refused(&data).errors.contains("its database is empty"));
    make(&file, "create table bookmarks (address text)");
    assert!(refused(&data).errors.contains("the database of another program"));
    fs::write(&file, whole).unwrap();
    Program::start(&data).stop();
}

#[test]
fn a_database_that_is_moved_under_the_running_program_is_missed_and_nothing_is_made_in_its_place() {
    let (folder, data) = data_folder();
    let program = Program::start_with(&data, &["--health-address", "127.0.0.1:0"]);
    let health = program.health();
    let form = check(program.address, "it hurts").unwrap();
    std::thread::sleep(READING);
    let elsewhere = folder.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    for name in ["mybackpain.sqlite", "mybackpain.sqlite-wal", "mybackpain.sqlite-shm"] {
        fs::rename(data.join(name), elsewhere.join(name)).unwrap();
    }
    assert_eq!(send(program.address, &form).unwrap().status, 503);
    assert_eq!(get(program.address, "/fact-sheets/sciatica").unwrap().status, 200);
    let ready = get(health, "/health/ready").unwrap();
    assert!(ready.status == 503 && ready.body.contains("moved, removed or replaced"), "{}", ready.body);
    // Readers that have no connection yet make no file either.
    for _ in 0..12 {
        let _ = get(program.address, "/staff/sign-in");
    }
    assert!(!data.join("mybackpain.sqlite").exists());
    program.kill();
    assert!(refused(&data).errors.contains("its database is missing"));
    for name in ["mybackpain.sqlite", "mybackpain.sqlite-wal", "mybackpain.sqlite-shm"] {
        let _ = fs::rename(elsewhere.join(name), data.join(name));
    }
    let back = Program::start(&data);
    assert!(send(back.address, &form).unwrap().confirmed_key().is_some());
    back.stop();
}

#[test]
fn a_key_of_another_database_and_no_key_start_nothing() {
    let (folder, data) = data_folder();
    let program = Program::start(&data);
    let form = check(program.address, "it hurts").unwrap();
    std::thread::sleep(READING);
    assert!(send(program.address, &form).unwrap().confirmed_key().is_some());
    program.stop();
    let other = folder.path().join("other");
    Program::start(&other).stop();
    let key = data.join("sealing.key");
    let right = fs::read(&key).unwrap();
    fs::copy(other.join("sealing.key"), &key).unwrap();
    let words = refused(&data).errors;
    assert!(words.contains("is not the key of the database beside it"), "{words}");
    // What a killed first start leaves begins nothing anew once there is a database.
    fs::remove_file(&key).unwrap();
    fs::write(data.join("first-start"), "").unwrap();
    let words = refused(&data).errors;
    assert!(words.contains("its key file") && !key.exists(), "{words}");
    fs::write(&key, right).unwrap();
    Program::start(&data).stop();
}

#[test]
fn a_key_without_its_database_starts_nothing_until_someone_says_what_is_meant() {
    for empty in [false, true] {
        let (folder, data) = data_folder();
        Program::start(&data).stop();
        let copies = folder.path().join("copies");
        let (data_text, into) = (data.to_str().unwrap(), copies.to_str().unwrap());
        assert_eq!(run(command(&["backup", into, "--data", data_text]), "").code, Some(0));
        let file = data.join("mybackpain.sqlite");
        if empty {
            fs::write(&file, "").unwrap();
        } else {
            fs::remove_file(&file).unwrap();
        }
        let add = ["staff", "add", "sam@example.org", "--name", "Sam", "--data", data_text];
        for words in [&["serve", "--listen", "127.0.0.1:0", "--data", data_text][..], &add] {
            let refused = run(command(words), "three odd words here\n");
            assert_eq!(refused.code, Some(1), "{words:?}");
            for word in ["its database is", "mybackpain restore", "--begin-anew"] {
                assert!(refused.errors.contains(word), "{word}: {}", refused.errors);
            }
        }
        assert_eq!(file.exists(), empty, "nothing was made");

        let copy = fs::read_dir(&copies).unwrap().next().unwrap().unwrap().path();
        let restored = run(command(&["restore", copy.to_str().unwrap(), "--data", data_text]), "");
        assert_eq!(restored.code, Some(0), "an empty file is nothing to lose: {}", restored.errors);
        Program::start(&data).stop();

        fs::remove_file(&file).unwrap();
        let anew = Program::start_with(&data, &["--begin-anew"]);
        assert!(anew.first_link().is_some());
        anew.stop();
        Program::start(&data).stop();
    }
}

#[test]
fn a_restore_takes_only_a_backup_of_this_program_and_one_that_the_key_opens() {
    let (folder, data) = data_folder();
    let data_text = data.to_str().unwrap();
    let other = folder.path().join("other.sqlite");
    make(&other, "create table bookmarks (address text)");
    let refused = run(command(&["restore", other.to_str().unwrap(), "--data", data_text]), "");
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("is not a backup of mybackpain"), "{}", refused.errors);
    assert!(!data.exists());
    fs::write(&other, "").unwrap();
    let refused = run(command(&["restore", other.to_str().unwrap(), "--data", data_text]), "");
    assert!(refused.errors.contains("is not a backup of mybackpain"), "{}", refused.errors);
}

/// A database of ours without a row in it.
fn empty_one(folder: &Path) -> std::path::PathBuf {
    let empty = folder.join("empty");
    Program::start(&empty).stop();
    let file = empty.join("mybackpain.sqlite");
    for sql in ["delete from key_check", "delete from believed_time", "delete from staff_invitations"] {
        make(&file, sql);
    }
    file
}

#[test]
fn a_key_file_without_its_oldest_key_or_with_an_older_one_starts_nothing() {
    let (folder, data) = data_folder();
    Program::start(&data).stop();
    let rotated = run(command(&["rotate-key", "--data", data.to_str().unwrap()]), "");
    assert_eq!(rotated.code, Some(0), "{}", rotated.errors);
    let other = folder.path().join("other");
    Program::start(&other).stop();
    let foreign = fs::read_to_string(other.join("sealing.key")).unwrap();
    let key = data.join("sealing.key");
    let right = fs::read_to_string(&key).unwrap();
    let (newest, _) = right.split_once('\n').unwrap();
    for changed in [format!("{newest}\n"), format!("{right}{foreign}")] {
        fs::write(&key, changed).unwrap();
        let words = refused(&data).errors;
        assert!(words.contains("do not belong together") && words.contains("own backup"), "{words}");
    }
    fs::write(&key, format!("{foreign}{right}")).unwrap();
    Program::start(&data).stop();
}

#[test]
fn another_database_of_ours_is_not_taken_for_the_one_of_the_folder() {
    let (folder, data) = data_folder();
    Program::start(&data).stop();
    let file = data.join("mybackpain.sqlite");
    let other = folder.path().join("other");
    Program::start(&other).stop();
    fs::copy(other.join("mybackpain.sqlite"), &file).unwrap();
    let words = refused(&data).errors;
    assert!(words.contains("do not belong together"), "{words}");
    fs::copy(empty_one(folder.path()), &file).unwrap();
    let words = refused(&data).errors;
    assert!(words.contains("its database is empty") && words.contains("--begin-anew"), "{words}");
    Program::start_with(&data, &["--begin-anew"]).stop();
    Program::start(&data).stop();
}

#[test]
fn a_log_that_was_left_is_not_mixed_with_a_database_that_is_put_beside_it() {
    let (folder, data) = data_folder();
    let program = Program::start(&data);
    let form = check(program.address, "it hurts").unwrap();
    std::thread::sleep(READING);
    assert!(send(program.address, &form).unwrap().confirmed_key().is_some());
    program.kill();
    let file = data.join("mybackpain.sqlite");
    let right = fs::read(&file).unwrap();
    let demo = folder.path().join("demo");
    let made = run(command(&["demo", "--requests", "1", "--data", demo.to_str().unwrap()]), "");
    assert_eq!(made.code, Some(0), "{}", made.errors);
    let other = fs::read(demo.join("mybackpain.sqlite")).unwrap();
    fs::write(&file, &other).unwrap();
    let words = refused(&data).errors;
    assert!(words.contains("would be mixed"), "{words}");
    assert!(fs::read(&file).unwrap() == other, "nothing was written into it");
    fs::write(&file, right).unwrap();
    let again = Program::start(&data);
    assert_eq!(crate::records::check_whole(&again.database(), [crate::client::value(&form, "key")]), 1);
    again.stop();
}

#[test]
fn a_log_that_was_left_is_not_mixed_with_the_last_backup_of_the_same_site() {
    let (folder, data) = data_folder();
    let program = Program::start(&data);
    let copies = folder.path().join("copies");
    let (data_text, into) = (data.to_str().unwrap(), copies.to_str().unwrap());
    assert_eq!(run(command(&["backup", into, "--data", data_text]), "").code, Some(0));
    let form = check(program.address, "it hurts").unwrap();
    std::thread::sleep(READING);
    assert!(send(program.address, &form).unwrap().confirmed_key().is_some());
    program.kill();
    let (file, log) = (data.join("mybackpain.sqlite"), data.join("mybackpain.sqlite-wal"));
    let (left, log_left) = (fs::read(&file).unwrap(), fs::read(&log).unwrap());
    let copy = fs::read_dir(&copies).unwrap().next().unwrap().unwrap().path();
    fs::copy(&copy, &file).unwrap();
    let words = refused(&data).errors;
    for word in ["mybackpain.sqlite-wal", "move", "mybackpain restore"] {
        assert!(words.contains(word), "{word}: {words}");
    }
    assert!(fs::read(&file).unwrap() == fs::read(&copy).unwrap(), "nothing was written into it");
    assert!(fs::read(&log).unwrap() == log_left);
    // As it says.
    fs::rename(&log, folder.path().join("log")).unwrap();
    Program::start(&data).stop();
    // What was there before the copy is still whole together with its log.
    fs::write(&file, left).unwrap();
    fs::write(&log, log_left).unwrap();
    let again = Program::start(&data);
    assert_eq!(crate::records::check_whole(&again.database(), [crate::client::value(&form, "key")]), 1);
    again.stop();
}
