//! A line to a server that goes dead in the middle of a write: what is sent over it is lost from then on, and nobody says so,
//! as when a machine or the network to it is gone.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Opens a line to `server`. The first connection over which `words` are sent is dead from there on; others are not.
pub fn open(server: SocketAddr, words: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let has_died = Arc::new(AtomicBool::new(false));
    thread::spawn(move || {
        for ours in listener.incoming().map_while(Result::ok) {
            let theirs = TcpStream::connect(server).unwrap();
            let (there, back) = (Ends::of(&ours, &theirs), Ends::of(&theirs, &ours));
            let (is_dead, has_died) = (Arc::new(AtomicBool::new(false)), has_died.clone());
            let dies_too = is_dead.clone();
            thread::spawn(move || {
                there.carry(|bytes| {
                    let said = bytes.windows(words.len()).any(|part| part == words.as_bytes());
                    if said && !has_died.swap(true, Ordering::SeqCst) {
                        is_dead.store(true, Ordering::SeqCst);
                    }
                    !is_dead.load(Ordering::SeqCst)
                })
            });
            thread::spawn(move || back.carry(|_| !dies_too.load(Ordering::SeqCst)));
        }
    });
    address
}

/// One direction of a connection.
struct Ends {
    from: TcpStream,
    to: TcpStream,
}

impl Ends {
    fn of(from: &TcpStream, to: &TcpStream) -> Ends {
        Ends { from: from.try_clone().unwrap(), to: to.try_clone().unwrap() }
    }

    /// Until either side ends it. What does not arrive is dropped, and neither does the end.
    fn carry(mut self, arrives: impl Fn(&[u8]) -> bool) {
        let mut bytes = [0; 16 * 1024];
        while let Ok(length @ 1..) = self.from.read(&mut bytes) {
            if arrives(&bytes[..length]) && self.to.write_all(&bytes[..length]).is_err() {
                return;
            }
        }
        while !arrives(&[]) {
            thread::sleep(Duration::from_secs(1));
        }
        let _ = self.to.shutdown(std::net::Shutdown::Write);
    }
}
