//! A disk that is full or fails: pages stay up, forms say so and keep their words, and all is well afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use tempfile::TempDir;

use crate::client::{READING, check, get, send, value};
use crate::program::{Program, data_folder};
use crate::records::check_whole;

/// A small disk of its own, gone when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// Nothing when this machine lets nobody mount.
    fn of_3_mb() -> Option<SmallDisk> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = mount(&["-t", "tmpfs", "-o", "size=3m", "tmpfs"], folder.path());
        if !mounted {
            eprintln!("skipped: a small disk cannot be mounted here (it needs root)");
        }
        mounted.then_some(SmallDisk(folder))
    }

    fn grow(&self) {
        assert!(mount(&["-o", "remount,size=50m"], self.0.path()));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    let mount = Command::new("mount").args(arguments).arg(folder).output();
    mount.is_ok_and(|output| output.status.success())
}

#[test]
fn a_full_disk_refuses_forms_and_takes_them_again_when_there_is_room() {
    // With the reserve the program stops in time; without one, SQLite meets the end of the disk itself.
    for reserve in ["1000000", "0"] {
        let Some(disk) = SmallDisk::of_3_mb() else { return };
        let data = disk.0.path().join("data");
        let program = Program::start_with(&data, &["--least-free", reserve]);
        let address = program.address;
        let forms: Vec<_> =
            (0..200).map(|number| check(address, &format!("form {number}")).unwrap()).collect();
        thread::sleep(READING);
        let mut taken = Vec::new();
        let mut refused = None;
        for form in &forms {
            let answer = send(address, form).unwrap();
            if answer.status == 503 {
                refused = Some((form, answer));
                break;
            }
            assert_eq!(answer.confirmed_key(), Some(value(form, "key")), "{}", answer.head);
            taken.push(form);
        }
        let (form, answer) = refused.expect("3 MB are full before 200 forms");
        assert!(!taken.is_empty(), "some room at the start");
        assert!(answer.body.contains("020 7946 0123") && answer.body.contains(value(form, "concern")));
        for path in ["/", "/emergency", "/fact-sheets/sleep-and-back-pain", "/consultations/new"] {
            assert_eq!(get(address, path).unwrap().status, 200, "{path}");
        }
        disk.grow();
        let again = send(address, form).unwrap();
        assert_eq!(again.confirmed_key(), Some(value(form, "key")), "{}", again.head);
        taken.push(form);
        let keys = taken.iter().map(|form| value(form, "key"));
        assert_eq!(check_whole(&program.database(), keys), taken.len(), "nothing twice, nothing lost");
        program.stop();
    }
}

/// A library in front of the system's own: the next wait for the disk fails when the file is there, and takes it away.
fn failing_disk(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("failing.c"), folder.join("failing.so"));
    let code = r#"
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <stdlib.h>
        #include <unistd.h>
        static int fails(void) { const char *f = getenv("FAIL_ONCE"); return f && unlink(f) == 0; }
        static int next(const char *name, int fd) { int (*real)(int) = dlsym(RTLD_NEXT, name); return real(fd); }
        int fsync(int fd) { if (fails()) { errno = EIO; return -1; } return next("fsync", fd); }
        int fdatasync(int fd) { if (fails()) { errno = EIO; return -1; } return next("fdatasync", fd); }
    "#;
    fs::write(&source, code).unwrap();
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).arg("-ldl").status();
    assert!(built.unwrap().success());
    library
}

#[test]
fn one_failure_of_the_disk_is_a_503_and_a_second_stops_the_program_for_a_clean_start() {
    let (folder, data) = data_folder();
    let (library, fault) = (failing_disk(folder.path()), folder.path().join("fault"));
    let program = Program::start_preloaded(&data, &library, "FAIL_ONCE", &fault);
    let address = program.address;
    let [first, second] = ["one", "two"].map(|concern| check(address, concern).unwrap());
    thread::sleep(READING);

    fs::write(&fault, "").unwrap();
    let refused = send(address, &first).unwrap();
    assert_eq!(refused.status, 503, "{}", refused.head);
    assert!(refused.body.contains("020 7946 0123"));
    assert!(!fault.exists(), "the fault was met");
    for _ in 0..2 {
        assert_eq!(send(address, &first).unwrap().confirmed_key(), Some(value(&first, "key")));
    }
    assert_eq!(check_whole(&program.database(), [value(&first, "key")]), 1, "sent three times, there once");
    // Until its mails are sent: their writing is not what meets the second fault.
    thread::sleep(std::time::Duration::from_secs(2));

    fs::write(&fault, "").unwrap();
    assert_eq!(send(address, &second).unwrap().status, 503);
    let ended = program.ended();
    assert_eq!(ended.code, Some(1), "{}", ended.errors);
    assert!(ended.errors.contains("the disk failed again"), "{}", ended.errors);

    let again = Program::start(&data);
    assert_eq!(send(again.address, &second).unwrap().confirmed_key(), Some(value(&second, "key")));
    assert_eq!(check_whole(&again.database(), [&first, &second].map(|form| value(form, "key"))), 2);
    again.stop();
}
