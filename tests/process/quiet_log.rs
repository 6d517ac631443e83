//! Visitors who are refused over and over do not fill the disk with the log of it.

use crate::client::{READING, check, get, post, send};
use crate::program::{Program, data_folder};

/// Lines of the log that say what the database refused.
fn lines(program: &Program) -> usize {
    program.log().lines().filter(|line| line.contains("the database cannot be used")).count()
}

#[test]
fn who_writes_too_much_is_refused_without_a_line_for_each_time() {
    let (_folder, data) = data_folder();
    let program = Program::start_limited(&data);
    let address = program.address;
    let form = check(address, "my back").unwrap();
    std::thread::sleep(READING);
    let key = send(address, &form).unwrap().confirmed_key().unwrap().to_owned();
    let confirmation = get(address, &format!("/consultations/confirmation/{key}")).unwrap();
    let (_, link) = confirmation.body.split_once("href=\"/consultations/").unwrap();
    let not_mine = format!("/consultations/{}/not-mine", link.split('"').next().unwrap());
    let refused = (0..400).filter(|_| post(address, &not_mine, &vec![]).unwrap().status == 429).count();
    assert!(refused > 50, "{refused}");
    assert_eq!(lines(&program), 0, "it is no news that a visitor is refused");
    program.stop();
}

#[test]
fn an_outage_is_said_once_in_a_while_however_many_ask() {
    let (_folder, data) = data_folder();
    let program = Program::start_with(&data, &["--least-free", "9000000000000000"]);
    let no = vec![("answer".to_owned(), "no".to_owned())];
    let second = post(program.address, "/assessment/safety", &no).unwrap();
    let begin = second.header("location").unwrap().to_owned();
    for _ in 0..300 {
        assert_eq!(post(program.address, &begin, &no).unwrap().status, 503);
    }
    let said = lines(&program);
    assert!((1..=10).contains(&said), "{said} lines");
    program.stop();
}
