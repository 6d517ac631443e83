//! kill -9 at random moments under load: what was acknowledged is there, once, with its mails.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mybackpain::storage::encryption::random;

use crate::client::{Form, READING, check, get, send, value};
use crate::program::{Program, command, data_folder};
use crate::records::{check_sent_mail_is_there, check_whole};

const CLIENTS: usize = 8;
/// For some rounds; later ones live on the check pages that the load itself asks for.
const FORMS_AT_FIRST: usize = 40;

/// Someone who fills in form after form, reads each check page long enough, and sends again what was not answered.
struct Client {
    number: usize,
    asked: usize,
    /// Check pages, oldest first, and when each came.
    read: VecDeque<(Instant, Form)>,
    /// Sent, and no answer came: it may be stored or not.
    unsure: Vec<Form>,
    acknowledged: Vec<String>,
}

impl Client {
    fn new(number: usize) -> Client {
        Client { number, asked: 0, read: VecDeque::new(), unsure: Vec::new(), acknowledged: Vec::new() }
    }

    fn ask(&mut self, address: SocketAddr) -> std::io::Result<()> {
        self.asked += 1;
        let form = check(address, &format!("client {}, form {}", self.number, self.asked))?;
        self.read.push_back((Instant::now(), form));
        Ok(())
    }

    fn send(&mut self, address: SocketAddr, form: Form) -> std::io::Result<()> {
        match send(address, &form) {
            Ok(answer) => {
                assert_eq!(answer.confirmed_key(), Some(value(&form, "key")), "{}", answer.head);
                self.acknowledged.push(value(&form, "key").to_owned());
                Ok(())
            }
            Err(error) => {
                self.unsure.push(form);
                Err(error)
            }
        }
    }

    /// Everything that was not answered, once more.
    fn send_again(&mut self, address: SocketAddr) -> std::io::Result<()> {
        while let Some(form) = self.unsure.pop() {
            self.send(address, form)?;
        }
        Ok(())
    }

    fn turn(&mut self, address: SocketAddr) -> std::io::Result<()> {
        self.send_again(address)?;
        if let Some((_, form)) = self.read.pop_front_if(|(since, _)| since.elapsed() > READING) {
            self.send(address, form)?;
        }
        self.ask(address)
    }

    /// Until the program is gone. Counts what is acknowledged.
    fn work(&mut self, address: SocketAddr, killed: &AtomicBool, acknowledged: &AtomicUsize) {
        loop {
            let before = self.acknowledged.len();
            let turned = self.turn(address);
            acknowledged.fetch_add(self.acknowledged.len() - before, Ordering::SeqCst);
            if let Err(error) = turned {
                assert!(killed.load(Ordering::SeqCst), "a client was cut off before the kill: {error}");
                return;
            }
        }
    }
}

fn rounds() -> usize {
    std::env::var("MYBACKPAIN_KILL_ROUNDS").map_or(20, |rounds| rounds.parse().expect("a number of rounds"))
}

/// Waits until up to 8 forms are acknowledged, however busy the machine is, and then up to 200 milliseconds more.
fn wait_a_moment(acknowledged: &AtomicUsize) {
    let [many, longer] = random();
    let began = Instant::now();
    while acknowledged.load(Ordering::SeqCst) < usize::from(many % 9) {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing is acknowledged");
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(Duration::from_millis(u64::from(longer) % 201));
}

fn each(clients: &mut [Client], work: impl Fn(&mut Client) + Sync) {
    thread::scope(|scope| {
        for client in clients {
            scope.spawn(|| work(client));
        }
    });
}

fn keys(clients: &[Client]) -> impl Iterator<Item = &str> {
    clients.iter().flat_map(|client| &client.acknowledged).map(String::as_str)
}

#[test]
fn what_was_acknowledged_survives_kills_at_random_moments_once_and_with_its_mails() {
    let (_folder, data) = data_folder();
    let mut clients: Vec<Client> = (0..CLIENTS).map(Client::new).collect();
    let mut program = Program::start(&data);
    let address = program.address;
    each(&mut clients, |client| (0..FORMS_AT_FIRST).for_each(|_| client.ask(address).unwrap()));
    thread::sleep(READING);
    let mut cut = 0;
    for _ in 0..rounds() {
        let (killed, acknowledged) = (AtomicBool::new(false), AtomicUsize::new(0));
        let before: Vec<usize> = clients.iter().map(|client| client.acknowledged.len()).collect();
        thread::scope(|scope| {
            for client in &mut clients {
                let (address, killed, acknowledged) = (program.address, &killed, &acknowledged);
                scope.spawn(move || client.work(address, killed, acknowledged));
            }
            wait_a_moment(&acknowledged);
            killed.store(true, Ordering::SeqCst);
            program.kill();
        });
        cut += clients.iter().map(|client| client.unsure.len()).sum::<usize>();
        program = Program::start(&data);
        check_whole(&program.database(), keys(&clients));
        check_sent_mail_is_there(&data, &program.database());
        for (client, before) in clients.iter().zip(before) {
            for key in &client.acknowledged[before..] {
                let page = get(program.address, &format!("/consultations/confirmation/{key}")).unwrap();
                assert_eq!(page.status, 200, "{key}");
            }
        }
    }
    let address = program.address;
    each(&mut clients, |client| client.send_again(address).unwrap());
    let requests = check_whole(&program.database(), keys(&clients));
    assert_eq!(requests, keys(&clients).count(), "a request that nobody was told of");
    assert!(requests > rounds(), "{requests} requests are no load");
    println!("{} kills cut {cut} forms off; {requests} requests are there", rounds());
    program.stop();
    check_whole(&data.join("mybackpain.sqlite"), keys(&clients));
}

#[test]
fn a_kill_during_the_first_start_leaves_a_folder_that_starts() {
    for file in ["sealing.key", "mybackpain.sqlite"].repeat(4) {
        let (_folder, data) = data_folder();
        let data_text = data.to_str().unwrap();
        let mut first = command(&["serve", "--data", data_text, "--listen", "127.0.0.1:0"]).spawn().unwrap();
        let began = Instant::now();
        while !data.join(file).exists() && began.elapsed() < Duration::from_secs(30) {
            thread::sleep(Duration::from_millis(1));
        }
        // The tables are made in this time.
        thread::sleep(Duration::from_millis(u64::from(random::<1>()[0]) % 30));
        first.kill().unwrap();
        first.wait().unwrap();
        let again = Program::start(&data);
        assert!(again.first_link().is_some(), "{}", again.printed);
        again.stop();
    }
}
