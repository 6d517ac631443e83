//! Nobody else on the machine reads what the program keeps.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::program::{Program, command, data_folder, run};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Everything in a folder, and what is open of it to others.
fn assert_private(folder: &Path) {
    assert_eq!(mode(folder), 0o700, "{}", folder.display());
    let mut files = 0;
    for path in fs::read_dir(folder).unwrap().map(|one| one.unwrap().path()) {
        if path.is_dir() {
            assert_private(&path);
            continue;
        }
        files += 1;
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(files > 0, "{} is empty", folder.display());
}

#[test]
fn every_file_of_the_site_its_backups_and_a_demonstration_is_for_its_owner_alone() {
    let (folder, data) = data_folder();
    let program = Program::start(&data);
    assert!(data.join("mybackpain.sqlite-wal").exists());
    assert_private(&data);
    let copies = folder.path().join("copies");
    let made = run(command(&["backup", copies.to_str().unwrap(), "--data", data.to_str().unwrap()]), "");
    assert_eq!(made.code, Some(0), "{}", made.errors);
    assert_private(&copies);
    program.stop();
    let demo = folder.path().join("demo");
    let made = run(command(&["demo", "--data", demo.to_str().unwrap(), "--requests", "3"]), "");
    assert_eq!(made.code, Some(0), "{}", made.errors);
    assert_private(&demo);
}

#[test]
fn a_data_folder_that_was_left_open_is_closed_at_the_next_start() {
    let (_folder, data) = data_folder();
    Program::start(&data).stop();
    fs::set_permissions(&data, Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(data.join("mybackpain.sqlite"), Permissions::from_mode(0o644)).unwrap();
    let program = Program::start(&data);
    assert_private(&data);
    program.stop();
}

#[test]
fn a_folder_that_is_not_ours_keeps_its_own_permissions() {
    let (folder, _) = data_folder();
    let shared = folder.path().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, Permissions::from_mode(0o755)).unwrap();
    fs::write(shared.join("of-someone-else"), "").unwrap();
    let program = Program::start(&shared);
    assert_eq!(mode(&shared), 0o755);
    assert_eq!(mode(&shared.join("mybackpain.sqlite")), 0o600);
    program.stop();
}
