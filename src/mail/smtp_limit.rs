//! Bounds what a mail server may say in one session: lettre reads a line whole, however long it is, and keeps what was said
//! before the encryption for later.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::io::{AsyncRead as _, AsyncWrite as _};
#[allow(deprecated)]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncTokioStream, TlsParameters};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// In bytes, the replies of a whole session and its certificates. A usual session is under 8 kB.
const MOST_READ: usize = 256 * 1024;
/// In bytes, from one of our writes to the next: one reply, or under TLS its records. lettre parses all lines of a reply
/// again with each of them, so that the time it takes grows with the square of this.
const MOST_IN_A_REPLY: usize = 8 * 1024;
/// Where lines can be told: not under TLS. The longest reply is the one to EHLO, with a line for each extension.
const MOST_LINES: usize = 100;
/// In bytes, the server's part of a TLS handshake: its certificates.
const MOST_IN_A_HANDSHAKE: usize = 64 * 1024;

/// The types of TLS records (RFC 8446, 5.1) with which ours begin. No command of SMTP begins with such a byte.
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// A connection that fails once the server has said too much.
#[derive(Debug)]
pub struct LimitedStream {
    stream: TcpStream,
    said: Said,
}

/// What the server has said.
#[derive(Debug, Default)]
struct Said {
    in_all: usize,
    /// Since we wrote last.
    bytes: usize,
    lines: usize,
    replies: usize,
    /// Of the line that has not ended yet.
    line: usize,
    goes_on: bool,
    /// Something was heard since the last whole reply.
    unfinished: bool,
    speech: Speech,
    /// It had said more than the one reply to STARTTLS when we began TLS: whoever stands between may have said it, and
    /// lettre would take it for what the server says under TLS.
    injected: bool,
}

/// How it speaks.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Speech {
    #[default]
    Plain,
    /// We have begun one, and have not sent anything under its keys.
    Handshake,
    Tls,
}

impl Said {
    fn hear(&mut self, bytes: &[u8]) {
        self.in_all += bytes.len();
        self.bytes += bytes.len();
        if self.speech == Speech::Plain {
            bytes.iter().for_each(|byte| self.hear_plain(*byte));
        }
    }

    /// A hyphen after the code of three digits says that the reply goes on.
    fn hear_plain(&mut self, byte: u8) {
        self.unfinished = true;
        if byte != b'\n' {
            self.goes_on = if self.line == 3 { byte == b'-' } else { self.goes_on && self.line > 3 };
            self.line += 1;
            return;
        }
        self.lines += 1;
        self.replies += usize::from(!self.goes_on);
        self.unfinished = self.goes_on;
        (self.line, self.goes_on) = (0, false);
    }

    /// We write: the next reply begins. TLS is known by how our own records begin.
    fn answer(&mut self, bytes: &[u8]) {
        self.speech = match (self.speech, bytes.first()) {
            (Speech::Plain, Some(&HANDSHAKE)) => {
                self.injected = self.in_all > 0 && (self.replies != 1 || self.unfinished);
                Speech::Handshake
            }
            (Speech::Handshake, Some(&APPLICATION_DATA)) => Speech::Tls,
            (speech, _) => speech,
        };
        (self.bytes, self.lines, self.replies) = (0, 0, 0);
    }

    fn is_too_much(&self) -> bool {
        let most = if self.speech == Speech::Handshake { MOST_IN_A_HANDSHAKE } else { MOST_IN_A_REPLY };
        self.in_all >= MOST_READ || self.bytes > most || self.lines > MOST_LINES
    }
}

impl LimitedStream {
    pub fn new(stream: TcpStream) -> LimitedStream {
        LimitedStream { stream, said: Said::default() }
    }
}

impl AsyncTokioStream for LimitedStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for LimitedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.said.hear(&buffer.filled()[before..]);
        if self.said.is_too_much() {
            // What was read is not handed on either: its lines would be parsed before the next read fails.
            buffer.set_filled(before);
            return Poll::Ready(Err(io::Error::other("the server said more than a mail server says")));
        }
        polled
    }
}

impl AsyncWrite for LimitedStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.said.answer(bytes);
        if self.said.injected {
            let words = "the server said more before the encryption than it was asked";
            return Poll::Ready(Err(io::Error::other(words)));
        }
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The same under TLS from the start. lettre's own way to connect takes no stream of ours.
#[allow(deprecated)]
pub struct TlsStream(AsyncNetworkStream);

#[allow(deprecated)]
impl TlsStream {
    pub async fn over(
        stream: LimitedStream,
        tls: TlsParameters,
    ) -> Result<TlsStream, lettre::transport::smtp::Error> {
        let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(stream));
        stream.upgrade_tls(tls).await?;
        Ok(TlsStream(stream))
    }
}

impl fmt::Debug for TlsStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsStream")
    }
}

impl AsyncTokioStream for TlsStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.0).poll_read(cx, buffer.initialize_unfilled());
        read.map_ok(|bytes| buffer.advance(bytes))
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_has_a_hundred_lines_at_most_and_each_of_ours_begins_another() {
        let mut said = Said::default();
        for _ in 0..3 {
            said.hear(&b"250-x\r\n".repeat(MOST_LINES));
            assert!(!said.is_too_much(), "{said:?}");
            said.answer(b"NOOP\r\n");
        }
        said.hear(&b"250-x\r\n".repeat(MOST_LINES + 1));
        assert!(said.is_too_much(), "{said:?}");
    }

    #[test]
    fn a_certificate_has_room_and_a_reply_under_tls_has_not() {
        let mut said = Said::default();
        said.answer(b"STARTTLS\r\n");
        said.hear(b"220 go\r\n");
        said.answer(&[HANDSHAKE, 3, 1]);
        said.hear(&b"certificate\n".repeat(2000));
        assert!(!said.is_too_much(), "{said:?}");
        said.answer(&[APPLICATION_DATA, 3, 3]);
        said.hear(&[b'\n'; MOST_IN_A_REPLY]);
        assert!(!said.is_too_much(), "{said:?}");
        said.hear(b"x");
        assert!(said.is_too_much(), "{said:?}");
    }

    #[test]
    fn what_is_said_before_the_encryption_beyond_one_reply_is_injected() {
        for (heard, injected) in [
            (&[&b"220 go\r\n"[..]][..], false),
            (&[b"220-go\r\n220", b" on\r\n"], false),
            (&[], true),
            (&[b"220 go\r\n250 x\r\n"], true),
            (&[b"220 go\r\n", b"250-x\r\n"], true),
            (&[b"220 go\r\n2"], true),
            (&[b"220-go\r\n"], true),
        ] {
            let mut said = Said::default();
            said.hear(b"220 ready\r\n");
            said.answer(b"EHLO here\r\n");
            said.hear(b"250-here\r\n250 STARTTLS\r\n");
            said.answer(b"STARTTLS\r\n");
            heard.iter().for_each(|bytes| said.hear(bytes));
            said.answer(&[HANDSHAKE, 3, 1]);
            assert_eq!(said.injected, injected, "{heard:?}");
        }
        let mut from_the_start = Said::default();
        from_the_start.answer(&[HANDSHAKE, 3, 1]);
        assert!(!from_the_start.injected);
    }

    #[test]
    fn a_session_ends_that_never_comes_to_its_end() {
        let mut said = Said::default();
        let replies = (0..1000).take_while(|_| {
            said.answer(b"AUTH\r\n");
            said.hear(&[b'x'; 4096]);
            !said.is_too_much()
        });
        assert!(replies.count() < MOST_READ / 4096);
    }
}
