//! The database held by another process: pages stay up, a form says so and keeps its words, then all is well.

use std::thread;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{Connection, Executor};

use crate::client::{READING, check, get, send, value};
use crate::program::{Program, data_folder};
use crate::records::{check_whole, wait_for};

/// Five seconds, and time to answer on a busy machine; well below two waits of five seconds.
const ANSWER: Duration = Duration::from_secs(8);
const LOCK: Duration = Duration::from_secs(7);

#[test]
fn while_another_process_holds_the_database_forms_say_so_in_time_and_then_work_again() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let address = program.address;
    let earlier = check(address, "before the lock").unwrap();
    let concerns = ["Lower back, 3 months <b>", "Neck & shoulder", "Hip"];
    let forms = concerns.map(|concern| check(address, concern).unwrap());
    thread::sleep(READING);
    let confirmation =
        send(address, &earlier).unwrap().header("location").expect("a confirmation").to_owned();
    // Until its mails are sent: the worker's own writing is not what this is about.
    thread::sleep(Duration::from_secs(2));

    wait_for(async {
        let options = SqliteConnectOptions::new().filename(program.database());
        let mut other = SqliteConnection::connect_with(&options).await.unwrap();
        other.execute("begin exclusive").await.unwrap();
        let began = Instant::now();
        thread::scope(|scope| {
            // One behind the other: the one that waits for its turn is not to wait twice.
            for (form, concern) in forms.iter().zip(concerns) {
                thread::sleep(Duration::from_millis(100));
                scope.spawn(move || {
                    let sent = Instant::now();
                    let refused = send(address, form).unwrap();
                    assert_eq!(
                        refused.status,
                        503,
                        "{concern}, after {:?}: {}",
                        sent.elapsed(),
                        refused.head
                    );
                    assert!(sent.elapsed() < ANSWER, "{concern}: after {:?}", sent.elapsed());
                    assert!(
                        refused.body.contains("020 7946 0123") && refused.body.contains("could not confirm")
                    );
                    let kept = refused.answers();
                    for (name, typed) in form {
                        assert_eq!(value(&kept, name), typed, "{name} of {concern} is kept");
                    }
                });
            }
            scope.spawn(|| {
                while began.elapsed() < Duration::from_secs(4) {
                    for path in ["/", "/fact-sheets/sleep-and-back-pain", "/consultations/new", &confirmation]
                    {
                        let asked = Instant::now();
                        assert_eq!(get(address, path).unwrap().status, 200, "{path}");
                        assert!(
                            asked.elapsed() < Duration::from_secs(3),
                            "{path}: after {:?}",
                            asked.elapsed()
                        );
                    }
                    thread::sleep(Duration::from_millis(100));
                }
            });
        });
        thread::sleep(LOCK.saturating_sub(began.elapsed()));
        other.execute("rollback").await.unwrap();
        other.close().await.unwrap();
    });

    for form in &forms {
        let sent = Instant::now();
        for _ in 0..2 {
            assert_eq!(send(address, form).unwrap().confirmed_key(), Some(value(form, "key")));
        }
        assert!(sent.elapsed() < ANSWER, "after {:?}", sent.elapsed());
    }
    let keys = forms.iter().chain([&earlier]).map(|form| value(form, "key"));
    assert_eq!(check_whole(&program.database(), keys), forms.len() + 1);
    program.stop();
}
