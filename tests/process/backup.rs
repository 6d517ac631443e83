//! The drill: back up a site that runs, lose the data folder, restore, start, count.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::client::{READING, check, get, send, value};
use crate::program::{Ended, Program, command, data_folder, run};
use crate::records::{check_whole, wait_for};

fn backup(data: &Path, into: &Path) -> Ended {
    run(command(&["backup", into.to_str().unwrap(), "--data", data.to_str().unwrap()]), "")
}

fn restore(copy: &Path, data: &Path) -> Ended {
    run(command(&["restore", copy.to_str().unwrap(), "--data", data.to_str().unwrap()]), "")
}

/// The oldest first.
fn copies(folder: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(folder).map(|all| all.map(|one| one.unwrap().path()).collect());
    let mut copies: Vec<PathBuf> = all.unwrap_or_default();
    copies.retain(|one| !one.ends_with("erased.log"));
    copies.sort();
    copies
}

#[test]
fn a_backup_of_a_running_site_restores_into_a_new_folder_with_everything_in_it() {
    let (folder, data) = data_folder();
    let program = Program::start(&data);
    let forms: Vec<_> =
        (0..12).map(|number| check(program.address, &format!("form {number}")).unwrap()).collect();
    thread::sleep(READING);
    for form in &forms {
        assert_eq!(send(program.address, form).unwrap().confirmed_key(), Some(value(form, "key")));
    }
    let into = folder.path().join("copies");
    let made = backup(&data, &into);
    assert_eq!(made.code, Some(0), "{}", made.errors);
    assert!(
        made.output.contains("The backup is good") && made.output.contains("sealing.key"),
        "{}",
        made.output
    );
    let [copy] = &copies(&into)[..] else { panic!("one file: {:?}", copies(&into)) };
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(copy).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!fs::read(copy).unwrap().windows(12).any(|bytes| bytes == b"Ada Lovelace"), "encrypted");
    let when: i64 = fs::read_to_string(data.join("last-backup")).unwrap().trim().parse().unwrap();
    assert!((jiff::Timestamp::now().as_second() - when).abs() < 60);
    program.stop();

    let refused = restore(copy, &data);
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("overwrites nothing"), "{}", refused.errors);

    let elsewhere = folder.path().join("elsewhere");
    let restored = restore(copy, &elsewhere);
    assert_eq!(restored.code, Some(0), "{}", restored.errors);
    assert!(restored.output.contains("Put sealing.key beside it"), "{}", restored.output);
    fs::copy(data.join("sealing.key"), elsewhere.join("sealing.key")).unwrap();
    let again = Program::start(&elsewhere);
    let keys = forms.iter().map(|form| value(form, "key"));
    assert_eq!(check_whole(&again.database(), keys.clone()), forms.len());
    for key in keys {
        let page = get(again.address, &format!("/consultations/confirmation/{key}")).unwrap();
        assert_eq!(page.status, 200, "{key}");
    }
    again.stop();
}

#[test]
fn what_was_erased_after_the_backup_is_erased_again_when_it_is_restored() {
    let (folder, data) = data_folder();
    let program = Program::start(&data);
    let forms: Vec<_> = ["one", "two"].map(|words| check(program.address, words).unwrap()).into();
    thread::sleep(READING);
    forms.iter().for_each(|form| drop(send(program.address, form).unwrap()));
    let into = folder.path().join("copies");
    assert_eq!(backup(&data, &into).code, Some(0));
    let phone = value(&forms[0], "phone").to_owned();
    let erased = run(command(&["person", "erase", &phone, "--data", data.to_str().unwrap()]), "");
    assert_eq!(erased.code, Some(0), "{}", erased.errors);
    program.stop();
    assert!(!fs::read_to_string(data.join("erased.log")).unwrap().contains(&phone), "references alone");

    let elsewhere = folder.path().join("elsewhere");
    assert_eq!(restore(&copies(&into)[0], &elsewhere).code, Some(0));
    fs::copy(data.join("sealing.key"), elsewhere.join("sealing.key")).unwrap();
    let held =
        || run(command(&["person", "export", &phone, "--data", elsewhere.to_str().unwrap()]), "").output;
    assert!(held().contains("Ada Lovelace"), "the backup is older than that: {}", held());
    fs::copy(data.join("erased.log"), elsewhere.join("erased.log")).unwrap();
    let again = Program::start(&elsewhere);
    assert!(again.log().contains("was erased again"), "{}", again.log());
    again.stop();
    assert!(!held().contains("Ada Lovelace"), "{}", held());
    let third = Program::start(&elsewhere);
    assert!(!third.log().contains("was erased again"), "once: {}", third.log());
    third.stop();
}

#[test]
fn a_backup_takes_along_what_was_erased_and_an_older_one_erases_it_again_though_the_machine_is_lost() {
    let (folder, data) = data_folder();
    let program = Program::start(&data);
    let form = check(program.address, "one").unwrap();
    thread::sleep(READING);
    send(program.address, &form).unwrap();
    let into = folder.path().join("copies");
    assert_eq!(backup(&data, &into).code, Some(0));
    assert!(!into.join("erased.log").exists(), "nothing was erased");
    let phone = value(&form, "phone").to_owned();
    let erased = run(command(&["person", "erase", &phone, "--data", data.to_str().unwrap()]), "");
    assert_eq!(erased.code, Some(0), "{}", erased.errors);
    program.stop();
    // The copy of that night, and one that cannot be whole: it does not count.
    fs::create_dir(into.join("erased.log")).unwrap();
    let refused = backup(&data, &into);
    assert!(refused.errors.contains("cannot keep erased.log in"), "{}", refused.errors);
    assert_eq!((refused.code, copies(&into).len()), (Some(1), 1));
    fs::remove_dir(into.join("erased.log")).unwrap();
    thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(backup(&data, &into).code, Some(0));
    fs::copy(data.join("sealing.key"), folder.path().join("kept.key")).unwrap();
    fs::remove_dir_all(&data).unwrap();

    // The newest copy is damaged: the one of before is restored.
    assert_eq!(restore(&copies(&into)[0], &data).code, Some(0));
    fs::copy(folder.path().join("kept.key"), data.join("sealing.key")).unwrap();
    let held = || run(command(&["person", "export", &phone, "--data", data.to_str().unwrap()]), "").output;
    assert!(held().contains("Ada Lovelace"), "the backup is older than that: {}", held());
    let again = Program::start(&data);
    assert!(again.log().contains("was erased again"), "{}", again.log());
    again.stop();
    assert!(!held().contains("Ada Lovelace"), "{}", held());
}

#[test]
fn a_damaged_database_is_not_backed_up_and_a_damaged_backup_is_not_restored() {
    let (folder, data) = data_folder();
    Program::start(&data).stop();
    let into = folder.path().join("copies");
    assert_eq!(backup(&data, &into).code, Some(0));
    let copy = copies(&into).remove(0);
    for file in [data.join("mybackpain.sqlite"), copy.clone()] {
        crate::damaged::damage(&file);
    }
    fs::remove_file(data.join("last-backup")).unwrap();
    let refused = backup(&data, &into);
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("is damaged, so it was not backed up"), "{}", refused.errors);
    assert!(!data.join("last-backup").exists(), "only a good backup counts");
    assert_eq!(copies(&into), std::slice::from_ref(&copy));
    let elsewhere = folder.path().join("elsewhere");
    let refused = restore(&copy, &elsewhere);
    assert!(refused.errors.contains("take an older one"), "{}", refused.errors);
    assert!(!elsewhere.exists());
}

/// A database with what this makes.
fn make(file: &Path, sql: &'static str) {
    wait_for(async {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true).foreign_keys(false);
        let mut made = SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut made).await.unwrap();
        made.close().await.unwrap();
    });
}

#[test]
fn what_is_emptied_cut_foreign_or_of_another_site_is_no_good_backup() {
    let (folder, data) = data_folder();
    let made = run(command(&["demo", "--requests", "3", "--data", data.to_str().unwrap()]), "");
    assert_eq!(made.code, Some(0), "{}", made.errors);
    let other = folder.path().join("other");
    let program = Program::start(&data);
    Program::start(&other).stop();
    let into = folder.path().join("copies");
    assert_eq!(backup(&data, &into).code, Some(0));
    let good = copies(&into);
    let record = fs::read(data.join("last-backup")).unwrap();
    program.stop();
    let file = data.join("mybackpain.sqlite");
    let whole = fs::read(&file).unwrap();
    let of_another = fs::read(other.join("mybackpain.sqlite")).unwrap();
    let foreign = folder.path().join("foreign.sqlite");
    make(&foreign, "create table bookmarks (address text)");
    let emptied = folder.path().join("emptied.sqlite");
    let but_for_the_key = folder.path().join("but_for_the_key.sqlite");
    for (copy, sql) in [
        (
            &emptied,
            "delete from key_check; delete from staff; delete from consultations; delete from believed_time",
        ),
        (&but_for_the_key, "delete from staff"),
    ] {
        fs::write(copy, &whole).unwrap();
        make(copy, sql);
    }
    for (what, bytes) in [
        ("nothing", vec![]),
        ("one byte", whole[..1].to_vec()),
        ("foreign", fs::read(&foreign).unwrap()),
        ("another site's", of_another),
        ("emptied", fs::read(&emptied).unwrap()),
        ("without an account", fs::read(&but_for_the_key).unwrap()),
    ] {
        fs::write(&file, bytes).unwrap();
        let refused = backup(&data, &into);
        assert_eq!(refused.code, Some(1), "{what}: {}", refused.output);
        assert!(refused.errors.contains("not backed up"), "{what}: {}", refused.errors);
        assert_eq!(fs::read(data.join("last-backup")).unwrap(), record, "{what}");
        assert_eq!(copies(&into), good, "{what}");
    }
    fs::write(&file, whole).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    assert_eq!(backup(&data, &into).code, Some(0), "what is whole again is backed up again");
}
