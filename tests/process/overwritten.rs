//! Files of the database that are removed, cut or written over under the running program are missed at the next write.

use std::fs::{self, OpenOptions};
use std::path::Path;

use crate::client::{READING, check, get, send};
use crate::program::{Program, command, data_folder, run};

const DATABASE: &str = "mybackpain.sqlite";
const LOG: &str = "mybackpain.sqlite-wal";
const INDEX: &str = "mybackpain.sqlite-shm";

fn cut(file: &Path) {
    OpenOptions::new().write(true).open(file).unwrap().set_len(0).unwrap();
}

#[test]
fn a_log_that_is_removed_is_missed_at_the_next_write() {
    for removed in [&[LOG][..], &[LOG, INDEX], &[INDEX]] {
        let (_folder, data) = data_folder();
        let program = Program::start_with(&data, &["--health-address", "127.0.0.1:0"]);
        let forms = [1, 2].map(|number| check(program.address, &format!("form {number}")).unwrap());
        std::thread::sleep(READING);
        assert!(send(program.address, &forms[0]).unwrap().confirmed_key().is_some());
        removed.iter().for_each(|name| fs::remove_file(data.join(name)).unwrap());
        assert_eq!(send(program.address, &forms[1]).unwrap().status, 503, "{removed:?}");
        assert_eq!(get(program.address, "/fact-sheets/sciatica").unwrap().status, 200);
        let ready = get(program.health(), "/health/ready").unwrap();
        assert!(ready.status == 503 && ready.body.contains("start it again"), "{removed:?}: {}", ready.body);
        assert!(get(program.health(), "/metrics").unwrap().body.contains("alarm{name=\"database-gone\"} 1"));
        program.kill();
    }
}

#[test]
fn what_is_cut_or_written_over_is_missed_and_the_stop_writes_nothing_into_it() {
    let (folder, other) = data_folder();
    Program::start(&other).stop();
    let another = fs::read(other.join(DATABASE)).unwrap();
    for what in ["cut", "another", "log cut"] {
        let data = folder.path().join(what);
        Program::start(&data).stop();
        let program = Program::start_with(&data, &["--health-address", "127.0.0.1:0"]);
        let forms = [1, 2].map(|number| check(program.address, &format!("form {number}")).unwrap());
        std::thread::sleep(READING);
        assert!(send(program.address, &forms[0]).unwrap().confirmed_key().is_some());
        match what {
            "cut" => cut(&data.join(DATABASE)),
            "another" => fs::write(data.join(DATABASE), &another).unwrap(),
            _ => cut(&data.join(LOG)),
        }
        let before = fs::read(data.join(DATABASE)).unwrap();
        assert_eq!(send(program.address, &forms[1]).unwrap().status, 503, "{what}");
        let ready = get(program.health(), "/health/ready").unwrap();
        assert!(ready.status == 503 && ready.body.contains("cut or overwritten"), "{what}: {}", ready.body);
        program.stop();
        assert!(fs::read(data.join(DATABASE)).unwrap() == before, "{what}: written to at the stop");
        let serve = ["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()];
        match what {
            "cut" => assert!(run(command(&serve), "").errors.contains("its database is empty")),
            "another" => assert!(run(command(&serve), "").errors.contains("would be mixed")),
            _ => {
                let again = Program::start(&data);
                assert!(!again.printed.contains("damaged"), "as it was when the log was last empty");
                again.stop();
            }
        }
    }
}
