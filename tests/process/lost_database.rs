//! A database that is lost is not a new site: it is restored, or begun anew by someone who says so.

use std::fs;

use crate::program::{Program, command, data_folder, run};

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
    crate::records::wait_for(async {
        use sqlx::Connection;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&other).create_if_missing(true);
        let mut made = sqlx::sqlite::SqliteConnection::connect_with(&options).await.unwrap();
        sqlx::query("create table bookmarks (address text)").execute(&mut made).await.unwrap();
        made.close().await.unwrap();
    });
    let refused = run(command(&["restore", other.to_str().unwrap(), "--data", data_text]), "");
    assert_eq!(refused.code, Some(1));
    assert!(refused.errors.contains("is not a backup of mybackpain"), "{}", refused.errors);
    assert!(!data.exists());
    fs::write(&other, "").unwrap();
    let refused = run(command(&["restore", other.to_str().unwrap(), "--data", data_text]), "");
    assert!(refused.errors.contains("is not a backup of mybackpain"), "{}", refused.errors);
}
