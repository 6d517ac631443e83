//! A start with a wrong clock erases nothing, says so, and goes on when someone confirms the time.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use crate::client::{READING, check, send, value};
use crate::program::{Program, command, data_folder, run};
use crate::records::wait_for;

const THREE_YEARS: i64 = 3 * 365 * 86_400;

/// A library in front of the system's own: the wall clock is so many seconds ahead, or as many as a file says now.
fn wrong_clock(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("clock.c"), folder.join("clock.so"));
    let code = r#"
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <unistd.h>
        #include <sys/time.h>
        #include <time.h>
        static long ahead(void) {
            const char *a = getenv("AHEAD");
            if (!a || *a != '/') return a ? atol(a) : 0;
            char number[32] = {0};
            int file = open(a, O_RDONLY);
            if (file >= 0) { if (read(file, number, 31) < 0) *number = 0; close(file); }
            return atol(number);
        }
        int clock_gettime(clockid_t id, struct timespec *t) {
            int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
            int done = real(id, t);
            if (id == CLOCK_REALTIME) t->tv_sec += ahead();
            return done;
        }
        int gettimeofday(struct timeval *t, void *zone) {
            struct timespec s;
            clock_gettime(CLOCK_REALTIME, &s);
            t->tv_sec = s.tv_sec;
            t->tv_usec = s.tv_nsec / 1000;
            return 0;
        }
        time_t time(time_t *to) {
            struct timespec s;
            clock_gettime(CLOCK_REALTIME, &s);
            if (to) *to = s.tv_sec;
            return s.tv_sec;
        }
    "#;
    std::fs::write(&source, code).unwrap();
    let built =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).arg("-ldl").status();
    assert!(built.unwrap().success());
    library
}

async fn open(data: &Path) -> SqliteConnection {
    let file = data.join("mybackpain.sqlite");
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await.unwrap()
}

/// A request that was closed a day ago, an entry of the audit, and a report that was sent.
fn fill(data: &Path) {
    let sql = "
        insert into staff (email, name, role, password_hash, created_at)
          values ('sam@example.org', 'Sam', 'administrator', 'x', unixepoch());
        insert into consultations (reference, state, created_at, due_at, changed_at, ended_at, about, spam,
            contact_method, call_times, voicemail, token_hash)
          values ('BP-3333-4444', 'closed', unixepoch() - 90000, unixepoch(), unixepoch() - 86400, unixepoch() - 86400,
            '', 0, 'phone', '', '', 'h');
        insert into audit (happened_at, staff_id, what) values (unixepoch() - 86400, 1, 'opened');
        insert into reports (reference, created_at, about, email, content_hash, state)
          values ('RP-3333-4444', unixepoch() - 3600, 'fibromyalgia', x'00', 'c', 'accepted');";
    wait_for(async { sqlx::raw_sql(sql).execute(&mut open(data).await).await.unwrap() });
}

/// Requests, entries of the audit made by staff, and addresses of reports.
fn kept(data: &Path) -> (i64, i64, i64) {
    let sql =
        "select (select count(*) from consultations), (select count(*) from audit where what = 'opened'),
        (select count(email) from reports)";
    wait_for(async { sqlx::query_as(sql).fetch_one(&mut open(data).await).await.unwrap() })
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "{what}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_start_three_years_ahead_erases_nothing_until_somebody_says_that_the_machine_was_off() {
    let (folder, data) = data_folder();
    let library = wrong_clock(folder.path());
    let ahead = THREE_YEARS.to_string();
    let start_ahead = || Program::start_preloaded(&data, &library, "AHEAD", Path::new(&ahead));
    Program::start(&data).stop();
    fill(&data);
    assert_eq!(kept(&data), (1, 1, 1));

    let wrong = start_ahead();
    thread::sleep(Duration::from_secs(3));
    assert_eq!(kept(&data), (1, 1, 1), "a wrong clock erased something");
    wait_until("it is logged", || wrong.log().contains("nothing is erased"));
    wrong.stop();

    let right = Program::start(&data);
    thread::sleep(Duration::from_secs(2));
    assert!(!right.log().contains("nothing is erased"), "{}", right.log());
    right.stop();
    assert_eq!(kept(&data), (1, 1, 1));

    // Three years have passed, and the machine was off for all of them.
    let late = start_ahead();
    wait_until("it is logged", || late.log().contains("nothing is erased"));
    let mut confirm = command(&["clock", "confirm", "--was-off", "--data", data.to_str().unwrap()]);
    confirm.env("LD_PRELOAD", &library).env("AHEAD", &ahead);
    let confirmed = run(confirm, "");
    assert_eq!(confirmed.code, Some(0), "{}", confirmed.errors);
    assert!(confirmed.output.contains("is believed"), "{}", confirmed.output);
    late.stop();
    let again = start_ahead();
    wait_until("what is due is erased", || kept(&data) == (0, 0, 0));
    again.stop();
}

/// Attack: a failed time server, or a guest that was moved: wrong for seconds, which no look sees.
#[test]
fn a_time_that_is_wrong_for_seconds_is_written_down_nowhere() {
    let (folder, data) = data_folder();
    let (library, ahead) = (wrong_clock(folder.path()), folder.path().join("ahead"));
    std::fs::write(&ahead, "0").unwrap();
    let program = Program::start_preloaded(&data, &library, "AHEAD", &ahead);
    for (number, wrong) in [-100 * 86_400, 800 * 86_400].into_iter().enumerate() {
        let form = check(program.address, &format!("request {number}")).unwrap();
        thread::sleep(READING);
        std::fs::write(&ahead, wrong.to_string()).unwrap();
        let sent = send(program.address, &form).unwrap();
        std::fs::write(&ahead, "0").unwrap();
        assert_eq!(sent.confirmed_key(), Some(value(&form, "key")));
    }
    program.stop();
    let odd = "select count(*), coalesce(sum(abs(created_at - unixepoch()) > 600), 0) from consultations";
    let requests: (i64, i64) =
        wait_for(async { sqlx::query_as(odd).fetch_one(&mut open(&data).await).await.unwrap() });
    assert_eq!(requests, (2, 0), "requests, and those of another time");
}
