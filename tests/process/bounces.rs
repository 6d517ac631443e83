//! Delivery reports, as a mail server hands them to the program: it is never told to send one back.

use crate::program::{Program, command, data_folder, run};

#[test]
fn whatever_a_mail_server_hands_over_is_taken_and_only_a_missing_folder_is_tried_again() {
    let (_folder, data) = data_folder();
    let program = Program::start(&data);
    let unknown = "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
        Reporting-MTA: dns; x\r\n\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n\
        Message-ID: <unknown@example.org>\r\n\r\n--b--\r\n";
    let level = |at: u32| format!("Content-Type: multipart/mixed; boundary=b{at}\r\n\r\n--b{at}\r\n");
    let nested: String = (0..20_000).map(level).collect();
    let binary: Vec<u8> = (0..100_000).map(|at| (at * 7 % 256) as u8).collect();
    let within = [unknown.as_bytes(), &binary, b"\0\0", unknown.as_bytes()].concat();
    for (bytes, words) in [
        (&b""[..], "This is no report"),
        (b"Subject: I am away\r\n\r\nUntil Monday.", "This is no report"),
        ("x".repeat(3_000_000).as_bytes(), "This is no report"),
        ("\0".repeat(100_000).as_bytes(), "This is no report"),
        (nested.as_bytes(), "This is no report"),
        (&binary, "This is no report"),
        (&within, "nothing new about a mail of ours"),
        (unknown.as_bytes(), "nothing new about a mail of ours"),
    ] {
        let ended = run(command(&["bounce", "--data", data.to_str().unwrap()]), bytes);
        assert_eq!(ended.code, Some(0), "{}", ended.errors);
        assert!(ended.output.contains(words), "{}", ended.output);
    }
    program.stop();
    let missing = data.join("missing");
    let ended = run(command(&["bounce", "--data", missing.to_str().unwrap()]), unknown);
    assert_eq!(ended.code, Some(75), "EX_TEMPFAIL: the mail server keeps it; {}", ended.errors);
}
