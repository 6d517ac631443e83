//! A mail server on this machine that speaks real SMTP and fails when told to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

/// Where a conversation can be made to fail.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum At {
    Greeting,
    /// Offered only when it is to fail.
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// After the dot that ends the message: the server has the mail, whatever it says.
    Dot,
}

#[derive(Clone, Debug)]
pub enum Fault {
    Say(&'static str),
    HangUp,
    /// Says nothing, and leaves the connection open.
    Silence,
    /// Says nothing until told to go on, and then what is usual.
    Wait,
    /// A line that never ends.
    Endless,
    /// A reply of short lines that never ends.
    ManyLines,
}

/// A message as the server has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    pub from: String,
    pub to: String,
    pub bytes: Vec<u8>,
}

#[derive(Clone)]
pub struct SmtpServer {
    port: u16,
    shared: Arc<Shared>,
    _listening: Arc<JoinSet<()>>,
}

struct Shared {
    faults: Mutex<HashMap<At, (Fault, usize)>>,
    /// Faults for mail to one address alone.
    refusals: Mutex<HashMap<String, Fault>>,
    received: Mutex<Vec<Received>>,
    commands: Mutex<Vec<String>>,
    connections: Mutex<usize>,
    silent: Notify,
    may_go_on: Semaphore,
}

impl SmtpServer {
    pub async fn start() -> SmtpServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            faults: Mutex::default(),
            refusals: Mutex::default(),
            received: Mutex::default(),
            commands: Mutex::default(),
            connections: Mutex::default(),
            silent: Notify::new(),
            may_go_on: Semaphore::new(0),
        });
        let mut listening = JoinSet::new();
        let server = shared.clone();
        listening.spawn(async move {
            let mut conversations = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                *lock(&server.connections) += 1;
                let server = server.clone();
                conversations.spawn(async move { server.converse(stream).await });
            }
        });
        SmtpServer { port, shared, _listening: Arc::new(listening) }
    }

    /// What `--smtp` is given to reach it.
    pub fn url(&self) -> String {
        format!("smtp://user:p%40ss@127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Fails at this point, this many times.
    pub fn fail(&self, at: At, fault: Fault, times: usize) {
        lock(&self.shared.faults).insert(at, (fault, times));
    }

    /// Fails at every RCPT TO of this address.
    pub fn refuse(&self, to: &str, fault: Fault) {
        lock(&self.shared.refusals).insert(to.to_owned(), fault);
    }

    /// No longer fails.
    pub fn mend(&self) {
        lock(&self.shared.faults).clear();
        lock(&self.shared.refusals).clear();
    }

    /// Lets this many waiting conversations go on.
    pub fn go_on(&self, times: usize) {
        self.shared.may_go_on.add_permits(times);
    }

    /// What it has taken in, in order.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.shared.received).clone()
    }

    /// Commands that it was given, in order.
    pub fn commands(&self) -> Vec<String> {
        lock(&self.shared.commands).clone()
    }

    pub fn connections(&self) -> usize {
        *lock(&self.shared.connections)
    }

    /// Waits until it has fallen silent, as told.
    pub async fn silent(&self) {
        self.shared.silent.notified().await;
    }
}

impl Shared {
    async fn converse(&self, stream: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(stream);
        self.reply(&mut stream, Some(At::Greeting), "220 ready").await?;
        let (mut from, mut to) = (String::new(), String::new());
        loop {
            let line = String::from_utf8(line(&mut stream).await?).ok()?;
            let command = line.trim_end().to_owned();
            lock(&self.commands).push(command.clone());
            let word = command.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            match word.as_str() {
                "EHLO" if lock(&self.faults).contains_key(&At::StartTls) => {
                    self.reply(&mut stream, None, "250-here\r\n250 STARTTLS").await?
                }
                "EHLO" => self.reply(&mut stream, None, "250-here\r\n250 AUTH PLAIN LOGIN").await?,
                "STARTTLS" => self.reply(&mut stream, Some(At::StartTls), "454 not now").await?,
                "AUTH" => self.reply(&mut stream, Some(At::Auth), "235 welcome").await?,
                "MAIL" => {
                    from = address(&command);
                    self.reply(&mut stream, Some(At::Mail), "250 ok").await?
                }
                "RCPT" => {
                    to = address(&command);
                    let refusal = lock(&self.refusals).get(&to).cloned();
                    match refusal {
                        Some(fault) => self.do_fault(&mut stream, fault, "250 ok").await?,
                        None => self.reply(&mut stream, Some(At::Rcpt), "250 ok").await?,
                    }
                }
                "DATA" => {
                    let replied = self.reply(&mut stream, Some(At::Data), "354 go on").await?;
                    if replied == "354 go on" {
                        let bytes = message(&mut stream).await?;
                        let refused = matches!(lock(&self.faults).get(&At::Dot), Some((Fault::Say(_), _)));
                        if !refused {
                            lock(&self.received).push(Received { from: from.clone(), to: to.clone(), bytes });
                        }
                        self.reply(&mut stream, Some(At::Dot), "250 taken").await?;
                    }
                    replied
                }
                "QUIT" => {
                    self.reply(&mut stream, None, "221 bye").await?;
                    return None;
                }
                _ => self.reply(&mut stream, None, "500 what").await?,
            };
        }
    }

    async fn reply(
        &self,
        stream: &mut BufReader<TcpStream>,
        at: Option<At>,
        usual: &'static str,
    ) -> Option<&'static str> {
        match at.and_then(|at| self.fault(at)) {
            Some(fault) => self.do_fault(stream, fault, usual).await,
            None => say(stream, usual).await,
        }
    }

    async fn do_fault(
        &self,
        stream: &mut BufReader<TcpStream>,
        fault: Fault,
        usual: &'static str,
    ) -> Option<&'static str> {
        match fault {
            Fault::Say(words) => say(stream, words).await,
            Fault::HangUp => None,
            Fault::Silence => {
                self.silent.notify_one();
                std::future::pending().await
            }
            Fault::Wait => {
                self.silent.notify_one();
                self.may_go_on.acquire().await.ok()?.forget();
                say(stream, usual).await
            }
            Fault::Endless => loop {
                stream.get_mut().write_all(&[b'2'; 8192]).await.ok()?;
            },
            Fault::ManyLines => loop {
                stream.get_mut().write_all(&b"250-x\r\n".repeat(1000)).await.ok()?;
            },
        }
    }

    fn fault(&self, at: At) -> Option<Fault> {
        let mut faults = lock(&self.faults);
        let (fault, times) = faults.get_mut(&at)?;
        let fault = fault.clone();
        *times -= 1;
        if *times == 0 {
            faults.remove(&at);
        }
        Some(fault)
    }
}

async fn say(stream: &mut BufReader<TcpStream>, words: &'static str) -> Option<&'static str> {
    stream.get_mut().write_all(format!("{words}\r\n").as_bytes()).await.ok()?;
    Some(words)
}

/// The message without the dot that ends it and the dots that hide its own.
async fn message(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let line = line(stream).await?;
        match line.strip_prefix(b".") {
            Some(b"\r\n") => return Some(bytes),
            Some(hidden) => bytes.extend_from_slice(hidden),
            None => bytes.extend_from_slice(&line),
        }
    }
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line).await.ok()?;
    line.ends_with(b"\n").then_some(line)
}

fn address(command: &str) -> String {
    let inside = command.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap()
}
