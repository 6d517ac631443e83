//! What systemd is told of the service.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use crate::program::{Program, command, data_folder};

#[test]
fn systemd_hears_when_the_site_is_ready_that_it_lives_and_when_it_stops() {
    let (folder, data) = data_folder();
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let heard = || {
        let mut bytes = [0; 200];
        let length = socket.recv(&mut bytes).expect("a word of the program");
        String::from_utf8_lossy(&bytes[..length]).trim().to_owned()
    };
    let mut words =
        command(&["serve", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0", "--no-limits"]);
    words.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000");
    let program = Program::of(words, &data);
    let mut first: Vec<String> = (0..3).map(|_| heard()).collect();
    assert_eq!(first.iter().filter(|word| *word == "READY=1").count(), 1, "{first:?}");
    first.retain(|word| word != "READY=1");
    assert!(first.iter().all(|word| word == "WATCHDOG=1"), "{first:?}");
    program.terminate();
    while heard() != "STOPPING=1" {}
    let ended = program.ended();
    assert_eq!(ended.code, Some(0), "{}", ended.errors);
}
