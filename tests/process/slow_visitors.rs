//! Visitors who send slowly, too much or nothing: they are let go, and everyone else is served.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Answer, connect, connect_from, connect_narrow, get, get_from, post_head, read_answer};
use crate::program::{Program, data_folder};

/// Time to get round to it on a busy machine.
const SLACK: Duration = Duration::from_secs(4);
const HEADER_DEADLINE: Duration = Duration::from_secs(5);
const BODY_DEADLINE: Duration = Duration::from_secs(10);
const PHONE: &str = "020 7946 0123";

/// How long until the other side ended the conversation.
fn until_dropped(mut stream: TcpStream) -> Duration {
    let began = Instant::now();
    loop {
        match stream.read(&mut [0; 1024]) {
            Ok(0) => return began.elapsed(),
            Ok(_) => {}
            Err(error) => {
                let waited = matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut);
                assert!(!waited, "still open after {:?}", began.elapsed());
                return began.elapsed();
            }
        }
    }
}

#[test]
fn a_visitor_who_does_not_finish_asking_is_let_go() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let address = program.address;
    let openings = ["", "GET / HT", "GET / HTTP/1.1\r\nhost: a\r\naccept: text/ht"];
    thread::scope(|scope| {
        for opening in openings {
            scope.spawn(move || {
                let mut stream = connect(address).unwrap();
                stream.write_all(opening.as_bytes()).unwrap();
                assert!(until_dropped(stream) < HEADER_DEADLINE + SLACK, "{opening:?}");
            });
        }
        // Line by line, for ever: the deadline is for the whole head.
        scope.spawn(move || {
            let mut stream = connect(address).unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n").unwrap();
            let began = Instant::now();
            while stream.write_all(b"accept: a\r\n").is_ok() {
                assert!(began.elapsed() < HEADER_DEADLINE + SLACK, "a head that trickles is read for ever");
                thread::sleep(Duration::from_millis(300));
            }
        });
        // Answered once and silent since.
        scope.spawn(move || {
            let mut stream = connect(address).unwrap();
            write!(stream, "GET /robots.txt HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
            assert!(until_dropped(stream) < HEADER_DEADLINE + SLACK, "an idle connection is kept");
        });
    });
    assert_eq!(get(address, "/").unwrap().status, 200);
    program.stop();
}

#[test]
fn a_form_that_trickles_in_is_refused_in_words() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let address = program.address;
    let began = Instant::now();
    let mut stream = connect(address).unwrap();
    stream.write_all(post_head(address, "/consultations/new", 5000).as_bytes()).unwrap();
    let reading = thread::spawn({
        let stream = stream.try_clone().unwrap();
        move || read_answer(stream)
    });
    while !reading.is_finished() {
        assert!(began.elapsed() < BODY_DEADLINE + SLACK, "a body that trickles is read for ever");
        let _ = stream.write_all(b"a");
        thread::sleep(Duration::from_millis(200));
    }
    let answer = reading.join().unwrap().expect("an answer in spite of the body");
    assert_eq!(answer.status, 408, "{}", answer.head);
    assert!(answer.body.contains(PHONE) && answer.body.contains("too long to arrive"), "{}", answer.body);
    assert_eq!(get(address, "/").unwrap().status, 200);
    program.stop();
}

#[test]
fn six_hundred_silent_visitors_do_not_shut_the_site() {
    let (_folder, data) = data_folder();
    let program = Program::start_with_1024_files(&data);
    let silent: Vec<TcpStream> = (0..600).map(|_| connect(program.address).unwrap()).collect();
    let began = Instant::now();
    assert_eq!(get(program.address, "/").unwrap().status, 200);
    assert!(began.elapsed() < HEADER_DEADLINE + SLACK, "after {:?}", began.elapsed());
    drop(silent);
    assert_eq!(get(program.address, "/").unwrap().status, 200);
    program.stop();
}

#[test]
fn one_network_that_holds_all_it_may_keeps_nobody_else_waiting() {
    let (_folder, data) = data_folder();
    let program = Program::start_limited(&data);
    let address = program.address;
    let head = post_head(address, "/consultations/new", 5000);
    // Each sends a form that never ends, and the next one at once.
    let slow: Vec<TcpStream> = (0..600)
        .filter_map(|_| {
            let mut stream = connect(address).ok()?;
            stream.write_all(head.as_bytes()).ok()?;
            Some(stream)
        })
        .collect();
    let began = Instant::now();
    assert_eq!(get_from([127, 0, 0, 2], address, "/").unwrap().status, 200);
    assert!(began.elapsed() < Duration::from_secs(2), "after {:?}", began.elapsed());
    thread::sleep(Duration::from_millis(1100));
    assert_eq!(get(address, "/").unwrap().status, 200, "of its own, a slow one gives way");
    drop(slow);
    thread::sleep(Duration::from_millis(500));
    assert_eq!(get(address, "/").unwrap().status, 200, "and has its places back");
    program.stop();
}

#[test]
fn eleven_networks_that_hold_all_they_may_leave_room_for_the_next() {
    let (_folder, data) = data_folder();
    let program = Program::start_limited(&data);
    let address = program.address;
    let head = post_head(address, "/consultations/new", 5000);
    let mut slow = Vec::new();
    for _ in 0..48 {
        for network in 1..12 {
            let Ok(mut stream) = connect_from([127, 0, 1, network], address) else { continue };
            if stream.write_all(head.as_bytes()).is_ok() {
                slow.push(stream);
            }
        }
    }
    let began = Instant::now();
    assert_eq!(get_from([127, 0, 0, 2], address, "/").unwrap().status, 200);
    assert!(began.elapsed() < Duration::from_secs(2), "after {:?}", began.elapsed());
    drop(slow);
    program.stop();
}

/// So many networks that the least share of each together is more than there is.
const NETWORKS: u8 = 160;

/// Each of many networks holds its least share and goes on so. How long a patient's page takes meanwhile.
fn page_while_all_hold(
    address: SocketAddr,
    hold: impl Fn(&mut TcpStream) -> std::io::Result<()>,
) -> Duration {
    let mut held = Vec::new();
    for _ in 0..4 {
        for network in 0..NETWORKS {
            let Ok(mut stream) = connect_narrow([127, 0, 3, network], address) else { continue };
            if hold(&mut stream).is_ok() {
                held.push(stream);
            }
        }
    }
    let began = Instant::now();
    assert_eq!(get_from([127, 0, 0, 2], address, "/contact").unwrap().status, 200);
    let took = began.elapsed();
    drop(held);
    took
}

#[test]
fn who_sends_forms_slowly_from_many_networks_makes_room_for_a_patient() {
    let (_folder, data) = data_folder();
    let program = Program::start_limited(&data);
    let head = post_head(program.address, "/consultations/new", 5000);
    let took = page_while_all_hold(program.address, |stream| stream.write_all(head.as_bytes()));
    assert!(took < 2 * SLACK, "after {took:?}");
    program.stop();
}

#[test]
fn who_asks_for_much_and_reads_nothing_from_many_networks_makes_room_for_a_patient() {
    let (_folder, data) = data_folder();
    let program = Program::start_limited(&data);
    let much = format!("GET /guides/sleep-and-pain HTTP/1.1\r\nhost: {}\r\n\r\n", program.address);
    // More than the buffers in between hold.
    let much = much.repeat(60);
    let took = page_while_all_hold(program.address, |stream| stream.write_all(much.as_bytes()));
    // It was two minutes. Most of what is left is the work of all those pages.
    assert!(took < Duration::from_secs(25), "after {took:?}");
    program.stop();
}

#[test]
fn a_request_names_one_host() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let address = program.address;
    for (hosts, version, status) in [
        ("", "1.1", 400),
        ("host: a\r\nhost: b\r\n", "1.1", 400),
        ("host: a\r\nHost: a\r\n", "1.0", 400),
        ("host: a\r\n", "1.1", 200),
        ("", "1.0", 200),
    ] {
        let request = format!("GET / HTTP/{version}\r\n{hosts}connection: close\r\n\r\n");
        let answer = send_whole(address, request.into_bytes()).unwrap();
        assert_eq!(answer.status, status, "{version} {hosts:?}: {}", answer.head);
        assert!(answer.header("content-security-policy").is_some());
    }
    program.stop();
}

/// Sends everything, as far as it is taken, and meanwhile reads the answer.
fn send_whole(address: SocketAddr, bytes: Vec<u8>) -> std::io::Result<Answer> {
    let stream = connect(address)?;
    let mut sending = stream.try_clone()?;
    let sender = thread::spawn(move || {
        // Refused halfway: the answer says why.
        let _ = sending.write_all(&bytes);
    });
    let answer = read_answer(stream);
    sender.join().unwrap();
    answer
}

#[test]
fn too_much_is_refused_and_the_site_goes_on() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let address = program.address;
    let head = |lines: String| {
        format!("GET / HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{lines}\r\n").into_bytes()
    };
    let many: String = (0..65).map(|n| format!("x-{n}: a\r\n")).collect();
    for (what, bytes) in [
        ("a head of 20 KiB", head(format!("x-long: {}\r\n", "a".repeat(20 * 1024)))),
        ("67 headers", head(many)),
        ("an address of 20 KiB", format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(20 * 1024)).into_bytes()),
        ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n".to_vec()),
    ] {
        let refused = send_whole(address, bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!([400, 414, 431].contains(&refused.status), "{what}: {}", refused.head);
        assert!(refused.body.contains(PHONE), "{what}: a page in words, not {:?}", refused.body);
        for header in ["content-security-policy", "x-content-type-options", "referrer-policy"] {
            assert!(refused.header(header).is_some(), "{what}: no {header} in {}", refused.head);
        }
        assert_eq!(get(address, "/").unwrap().status, 200, "after {what}");
    }
    let fits = head((0..60).map(|n| format!("x-{n}: {}\r\n", "a".repeat(200))).collect());
    assert_eq!(send_whole(address, fits).unwrap().status, 200, "12 KiB in 62 headers is no trouble");
    program.stop();
}

#[test]
fn ten_megabytes_in_a_form_are_answered_with_the_clinics_phone_number() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let address = program.address;
    let body = [b"concern=".to_vec(), vec![b'a'; 10 * 1024 * 1024]].concat();
    let told = [post_head(address, "/consultations/new", body.len()).into_bytes(), body.clone()].concat();
    // The same without a length: the limit is met while reading.
    let untold = post_head(address, "/consultations/new", 0)
        .replace("content-length: 0", "transfer-encoding: chunked")
        .into_bytes();
    let untold =
        [untold, format!("{:x}\r\n", body.len()).into_bytes(), body, b"\r\n0\r\n\r\n".to_vec()].concat();
    for bytes in [told, untold] {
        let refused = send_whole(address, bytes).expect("an answer in spite of the body");
        assert_eq!(refused.status, 413, "{}", refused.head);
        assert!(refused.body.contains(PHONE) && refused.body.contains("too long"), "{}", refused.body);
        assert_eq!(get(address, "/").unwrap().status, 200);
    }
    program.stop();
}
