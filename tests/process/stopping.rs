//! A stop on SIGTERM: what is under way ends well, and nothing is left open.

use std::fs;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::client::{Form, check, connect, get, post_head, read_answer, send, value};
use crate::program::{Program, data_folder};
use crate::records::{check_sent_mail_is_there, check_whole};

const CLIENTS: usize = 4;
/// 10 seconds for requests and 5 for the rest.
const STOP: Duration = Duration::from_secs(15);

/// Check pages for one client, read long enough when the last client has its own.
fn mint(program: &Program, client: usize, many: usize) -> Vec<Form> {
    (0..many).map(|n| check(program.address, &format!("client {client}, form {n}")).unwrap()).collect()
}

#[test]
fn a_stop_under_load_ends_well_and_loses_nothing_that_was_acknowledged() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let forms: Vec<Vec<Form>> = thread::scope(|scope| {
        let minting: Vec<_> = (0..CLIENTS)
            .map(|client| {
                let program = &program;
                scope.spawn(move || mint(program, client, 150))
            })
            .collect();
        minting.into_iter().map(|client| client.join().unwrap()).collect()
    });
    thread::sleep(crate::client::READING);

    let stopping = AtomicBool::new(false);
    let (address, stopping) = (program.address, &stopping);
    let (acknowledged, ended) = thread::scope(|scope| {
        let sending: Vec<_> = forms
            .iter()
            .map(|forms| {
                scope.spawn(move || {
                    let mut acknowledged = Vec::new();
                    for form in forms {
                        match send(address, form) {
                            Ok(answer) => {
                                acknowledged.push(answer.confirmed_key().expect(&answer.head).to_owned())
                            }
                            Err(error) if !stopping.load(Ordering::SeqCst) => {
                                panic!("cut before the stop: {error}")
                            }
                            Err(_) => break,
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        thread::sleep(Duration::from_millis(300));
        stopping.store(true, Ordering::SeqCst);
        program.terminate();
        let ended = program.ended();
        let acknowledged: Vec<String> =
            sending.into_iter().flat_map(|client| client.join().unwrap()).collect();
        (acknowledged, ended)
    });
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(ended.took < STOP, "{:?}", ended.took);
    assert!(
        !acknowledged.is_empty() && acknowledged.len() < CLIENTS * 150,
        "{}: no stop under load",
        acknowledged.len()
    );
    let log = data.join("mybackpain.sqlite-wal");
    assert_eq!(fs::metadata(&log).map_or(0, |file| file.len()), 0, "the write-ahead log was left");

    let again = Program::start(&data);
    check_whole(&again.database(), acknowledged.iter().map(String::as_str));
    check_sent_mail_is_there(&data, &again.database());
    for key in &acknowledged {
        assert_eq!(get(again.address, &format!("/consultations/confirmation/{key}")).unwrap().status, 200);
    }
    again.stop();
}

#[test]
fn a_form_half_sent_at_the_stop_is_taken_and_a_silent_visitor_does_not_hold_it_up() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let address = program.address;
    let form = check(address, "half sent").unwrap();
    thread::sleep(crate::client::READING);
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&form).finish();
    let (first, rest) = body.as_bytes().split_at(body.len() / 2);
    let mut stream = connect(address).unwrap();
    stream.write_all(post_head(address, "/consultations/new", body.len()).as_bytes()).unwrap();
    stream.write_all(first).unwrap();
    let silent = connect(address).unwrap();
    // Until both connections are taken up.
    thread::sleep(Duration::from_millis(500));
    program.terminate();
    let ended = thread::spawn(move || program.ended());
    thread::sleep(Duration::from_secs(1));
    stream.write_all(rest).unwrap();
    let answer = read_answer(stream).expect("the form under way is answered");
    assert_eq!(answer.confirmed_key(), Some(value(&form, "key")), "{}", answer.head);
    let ended = ended.join().unwrap();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
    assert!(ended.took < STOP, "{:?}", ended.took);
    drop(silent);
    let again = Program::start(&data);
    assert_eq!(check_whole(&again.database(), [value(&form, "key")]), 1);
    again.stop();
}
