//! A small blocking HTTP/1.1 client: one connection for each request, and the forms of a patient.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use scraper::{Html, Selector};

/// Longer than any answer may take; a test that needs a bound measures it.
const PATIENCE: Duration = Duration::from_secs(30);
/// A check page answered faster than this was not read by a person.
pub const READING: Duration = Duration::from_millis(3100);

pub type Form = Vec<(String, String)>;

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The key of the confirmation that this answer leads to: what a patient takes for "we have it".
    pub fn confirmed_key(&self) -> Option<&str> {
        let location = self.header("location").filter(|_| self.status == 303)?;
        location.strip_prefix("/consultations/confirmation/")
    }

    /// The hidden fields of a check page and its button.
    pub fn answers(&self) -> Form {
        let hidden = Selector::parse("form#answers input[type=hidden]").expect("a selector");
        let mut form: Form = Html::parse_document(&self.body)
            .select(&hidden)
            .filter_map(|input| Some((input.attr("name")?.to_owned(), input.attr("value")?.to_owned())))
            .collect();
        form.push(("step".to_owned(), "send".to_owned()));
        form
    }
}

/// A request for a phone call, filled in so that only its concern differs from others.
pub fn request_form(concern: &str) -> Form {
    [
        ("name", "Ada Lovelace"),
        ("email", "ada@example.org"),
        ("phone", "07700 900123"),
        ("times", "mornings"),
        ("method", "phone"),
        ("concern", concern),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

pub fn value<'f>(form: &'f Form, name: &str) -> &'f str {
    form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

/// What the button of a check page sends. Wait `READING` before sending it.
pub fn check(address: SocketAddr, concern: &str) -> io::Result<Form> {
    let mut form = request_form(concern);
    let page = post(address, "/consultations/new", &form)?;
    // Not the parser of `answers`: thousands of pages are read in a test that is about the program's speed.
    let key = page.body.split_once("name=\"key\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (key, _) = key.unwrap_or_else(|| panic!("no check page: {}", page.head));
    form.extend([("key", key), ("step", "send")].map(|(name, value)| (name.to_owned(), value.to_owned())));
    Ok(form)
}

pub fn send(address: SocketAddr, form: &Form) -> io::Result<Answer> {
    post(address, "/consultations/new", form)
}

pub fn get(address: SocketAddr, path: &str) -> io::Result<Answer> {
    ask(connect(address)?, address, path)
}

fn ask(mut stream: TcpStream, address: SocketAddr, path: &str) -> io::Result<Answer> {
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    read_answer(stream)
}

/// The same from another address of this machine, as from another network.
pub fn get_from(from: [u8; 4], address: SocketAddr, path: &str) -> io::Result<Answer> {
    ask(connect_from(from, address)?, address, path)
}

pub fn connect_from(from: [u8; 4], address: SocketAddr) -> io::Result<TcpStream> {
    connect_with(from, address, None)
}

/// The same with room for a few kilobytes of what comes back: who does not read holds the program up.
pub fn connect_narrow(from: [u8; 4], address: SocketAddr) -> io::Result<TcpStream> {
    connect_with(from, address, Some(2048))
}

fn connect_with(from: [u8; 4], address: SocketAddr, room: Option<u32>) -> io::Result<TcpStream> {
    let ours = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let stream = ours.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4()?;
        if let Some(room) = room {
            socket.set_recv_buffer_size(room)?;
        }
        socket.bind((from, 0).into())?;
        socket.connect(address).await?.into_std()
    })?;
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

pub fn post(address: SocketAddr, path: &str, form: &Form) -> io::Result<Answer> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let mut stream = connect(address)?;
    stream.write_all((post_head(address, path, body.len()) + &body).as_bytes())?;
    read_answer(stream)
}

pub fn post_head(address: SocketAddr, path: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {length}\r\n\r\n"
    )
}

pub fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Reads to the end. A whole head is an answer, as it is to a browser that is sent elsewhere; a cut one is an error.
pub fn read_answer(mut stream: TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let mut ended = stream.read_to_end(&mut bytes).map(drop);
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let text = String::from_utf8_lossy(&bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Err(ended.err().unwrap_or_else(cut)) };
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or_else(cut)?;
    let answer = Answer { status, head: head.to_owned(), body: body.to_owned() };
    let length = answer.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    if answer.body.len() >= length {
        ended = Ok(());
    } else if ended.is_ok() {
        ended = Err(cut());
    }
    if answer.confirmed_key().is_some() { Ok(answer) } else { ended.map(|()| answer) }
}
