//! Memory stays as it is, however many passwords are tried.

use std::thread;

use crate::client::{get, post};
use crate::program::{Program, data_folder};

#[test]
fn hundreds_of_wrong_passwords_take_no_more_memory_than_two() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let address = program.address;
    let guess = |of: usize, number: usize| {
        let email = format!("nobody{of}-{number}@example.org");
        let form = [("email", email), ("password", "one wrong password".to_owned())];
        let form = form.map(|(name, value)| (name.to_owned(), value)).into();
        assert_eq!(post(address, "/staff/sign-in", &form).unwrap().status, 422);
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
