//! Memory stays as it is, however many passwords are tried.

use std::io::Write;
use std::thread;

use crate::client::{connect, get, post_head, read_answer};
use crate::program::{Program, data_folder};

#[test]
fn hundreds_of_wrong_passwords_take_no_more_memory_than_two() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let address = program.address;
    let guess = |of: usize, number: usize| {
        let body = format!("email=nobody{of}-{number}%40example.org&password=one+wrong+password");
        let head = post_head(address, "/staff/sign-in", body.len());
        let mut stream = connect(address).unwrap();
        stream
            .write_all(
                format!("{}{body}", head.replacen("host:", "sec-fetch-site: same-origin\r\nhost:", 1))
                    .as_bytes(),
            )
            .unwrap();
        assert_eq!(read_answer(stream).unwrap().status, 422);
    };
    guess(0, 0);
    thread::scope(|scope| {
        for of in 1..=20 {
            scope.spawn(move || (0..15).for_each(|number| guess(of, number)));
        }
    });
    assert_eq!(get(address, "/").unwrap().status, 200);
    let megabytes = program.most_memory() / 1024;
    assert!(megabytes < 180, "{megabytes} MB after 300 guesses");
    program.stop();
}
