//! A mail server that takes one user and one password, and keeps what it was told.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

const PATIENCE: Duration = Duration::from_secs(30);
pub const USER: &str = "ada@clinic.example";
/// Every kind of letter that an address must not hold as it is.
pub const PASSWORD: &str = "p:a/s#s @w%ö?rd";

pub struct MailServer {
    pub address: SocketAddr,
    said: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub fn start() -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = said.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let heard = heard.clone();
                thread::spawn(move || drop(converse(stream.unwrap(), &heard)));
            }
        });
        MailServer { address, said }
    }

    /// For `--smtp`, with the user and without a password.
    pub fn url(&self) -> String {
        format!("smtp://{}@{}?tls=none", USER.replace('@', "%40"), self.address)
    }

    /// Every line that a client said, without the words of signing in.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    pub fn heard(&self, begins: &str) -> bool {
        self.said().iter().any(|line| line.starts_with(begins))
    }

    /// Waits until a client has said this.
    pub fn wait_for(&self, begins: &str) {
        let began = Instant::now();
        while !self.heard(begins) {
            assert!(began.elapsed() < PATIENCE, "nobody said {begins}: {:?}", self.said());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn converse(mut stream: TcpStream, heard: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let signed_in = BASE64_STANDARD.encode(format!("\0{USER}\0{PASSWORD}"));
    stream.write_all(b"220 mail.clinic.example\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let words: Vec<&str> = line.split(' ').collect();
        heard.lock().unwrap().push(match words[0] {
            "AUTH" => "AUTH".to_owned(),
            _ => line.clone(),
        });
        let reply = match words[0] {
            "EHLO" => "250-mail.clinic.example\r\n250 AUTH PLAIN",
            "AUTH" if words.get(2) == Some(&signed_in.as_str()) => "235 welcome",
            "AUTH" => "535 wrong user or password",
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                for line in lines.by_ref() {
                    if line? == "." {
                        break;
                    }
                }
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes())?;
    }
    Ok(())
}
