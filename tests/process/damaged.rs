//! A damaged database: pages stay up, forms say so, nothing is written over it, and the health address says it.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use crate::client::{get, post, request_form};
use crate::program::{Program, command, data_folder, run};

/// Noise in the middle of the tables, as a failing disk leaves it.
pub fn damage(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let length = bytes.len();
    assert!(length > 40_960, "{length} bytes");
    for (at, byte) in bytes[8192..length - 4096].iter_mut().enumerate() {
        *byte = u8::try_from(at % 251).unwrap();
    }
    fs::write(file, bytes).unwrap();
}

fn ask(address: SocketAddr) -> crate::program::Ended {
    run(command(&["healthcheck", "--health-address", &address.to_string()]), "")
}

#[test]
fn a_healthy_program_says_so_and_a_stopped_one_does_not() {
    let (_folder, data) = data_folder();
    let program = Program::start_with(&data, &["--health-address", "127.0.0.1:0"]);
    let address = program.health();
    assert_eq!(get(address, "/health/live").unwrap().status, 200);
    assert_eq!(get(address, "/health/ready").unwrap().body, "ready\n");
    assert!(get(address, "/metrics").unwrap().body.contains("mybackpain_requests_open 0"));
    assert_eq!(get(program.address, "/metrics").unwrap().status, 404);
    let well = ask(address);
    assert_eq!(well.code, Some(0), "{}", well.errors);
    let wrong = ask(program.address);
    assert!(wrong.errors.contains("not the health address"), "{}", wrong.errors);
    program.stop();
    let gone = ask(address);
    assert_eq!(gone.code, Some(1));
    assert!(gone.errors.contains("nothing answers"), "{}", gone.errors);
}

#[test]
fn a_damaged_database_leaves_the_pages_up_and_is_not_touched() {
    for not_even_a_database in [false, true] {
        let (_folder, data) = data_folder();
        Program::start(&data).stop();
        let file = data.join("mybackpain.sqlite");
        if not_even_a_database {
            fs::write(&file, "not a database, and longer than nothing".repeat(2000)).unwrap();
        } else {
            damage(&file);
        }
        let before = fs::read(&file).unwrap();

        let program = Program::start_with(&data, &["--health-address", "127.0.0.1:0"]);
        assert!(program.printed.contains("The database is damaged"), "{}", program.printed);
        assert!(program.log().contains("the database is damaged"), "{}", program.log());
        for path in
            ["/", "/emergency", "/fact-sheets/sleep-and-back-pain", "/consultations/new", "/search?q=sleep"]
        {
            assert_eq!(get(program.address, path).unwrap().status, 200, "{path}");
        }
        let mut form = request_form("Lower back, 3 months");
        let check = post(program.address, "/consultations/new", &form).unwrap();
        assert_eq!(check.status, 200);
        form = check.answers();
        // Faster than anyone reads is asked for once more.
        std::thread::sleep(std::time::Duration::from_millis(2500));
        let refused = post(program.address, "/consultations/new", &form).unwrap();
        assert_eq!(refused.status, 503);
        assert!(refused.body.contains("020 7946 0123") && refused.body.contains("Lower back, 3 months"));
        let ready = get(program.health(), "/health/ready").unwrap();
        assert_eq!(ready.status, 503);
        assert!(ready.body.contains("damaged") && ready.body.contains("restore"), "{}", ready.body);
        assert_eq!(get(program.health(), "/health/live").unwrap().status, 200);
        let said = ask(program.health());
        assert_eq!(said.code, Some(1));
        assert!(said.errors.contains("the database is damaged"), "{}", said.errors);
        program.stop();
        assert_eq!(fs::read(&file).unwrap(), before, "the file is as it was");
    }
}
